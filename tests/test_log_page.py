"""The pages of logs, of one pod and of many, in a browser and on a real cluster."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.harness.browsers import go_to, load_again
from tests.harness.containers import start_pod
from tests.harness.kubectl import Kubectl


@pytest.fixture(scope="module")
def near(kubectl: Kubectl) -> Kubectl:
    return kubectl.within("default")


@pytest.fixture(scope="module")
def ticker(near: Kubectl) -> str:
    """A pod that writes a hundred lines, and then one line a tenth of a second."""
    script = (
        "for n in $(seq 1 100); do echo number $n; done; i=0; while :; do i=$((i+1)); echo tick $i; sleep 0.1; done"
    )
    near("delete", "pod", "log-page", "--ignore-not-found", "--force", "--grace-period=0")
    return start_pod(near, "log-page", "sh", "-c", script)


@pytest.fixture(scope="module", autouse=True)
def cleaned_up(near: Kubectl) -> object:
    yield
    near("delete", "pod", "log-page", "log-page-2", "--ignore-not-found", "--force", "--grace-period=0")


def show(page: Page, pod: str, query: str = "") -> None:
    go_to(page, f"/clusters/test/pods/default/{pod}/logs/?{query}")


def test_new_lines_come_by_themselves(page: Page, ticker: str) -> None:
    show(page, ticker)
    expect(page.get_by_role("log")).to_contain_text("tick")
    last = page.locator(".ln").last.inner_text()
    expect(page.locator(".ln").last).not_to_have_text(last)
    expect(page.locator(".log-status")).to_have_text("Following")


def test_space_pauses_and_resumes(page: Page, ticker: str) -> None:
    show(page, ticker)
    expect(page.get_by_role("log")).to_contain_text("tick")
    page.keyboard.press("Space")
    expect(page.locator(".log-waiting")).to_have_text(re.compile(r"^\d+ newer lines? waits?$"))
    page.keyboard.press("Space")
    expect(page.locator(".log-paused")).to_be_hidden()


def test_the_address_holds_the_whole_view(page: Page, ticker: str) -> None:
    show(page, ticker, "tail=all")
    page.get_by_role("button", name="Wrap").click()
    page.get_by_label("Search in these lines").fill("number 7")
    expect(page.locator(".matches")).to_have_text("11 lines")
    page.get_by_role("button", name="Only lines that match").click()
    expect(page.locator(".ln")).to_have_count(11)
    load_again(page)
    expect(page.locator(".ln")).to_have_count(11)
    expect(page.get_by_role("button", name="Wrap")).to_have_attribute("aria-pressed", "false")


def test_the_logs_of_a_filtered_table_are_merged_and_a_new_pod_joins(page: Page, near: Kubectl, ticker: str) -> None:
    near("label", "pod", ticker, "role=ticks", "--overwrite")
    page.goto("/clusters/test/pods/?namespace=default&labels=role%3Dticks")
    page.get_by_role("link", name="Logs", exact=True).first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Pods with role=ticks in default")
    expect(page.get_by_role("log")).to_contain_text("tick")
    start_pod(near, "log-page-2", "sh", "-c", "echo here I am; exec sleep 100000")
    near("label", "pod", "log-page-2", "role=ticks")
    lanes = page.get_by_role("group", name="Pods").get_by_role("button")
    expect(lanes).to_have_count(2, timeout=30_000)
    lanes.first.click()
    expect(page.locator(".ln p")).to_have_text("here I am")
