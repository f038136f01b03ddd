"""Logs in the dock show the same place on the next page: what was read stays in view, and what came since waits."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.harness.browsers import go_to
from tests.harness.containers import start_pod
from tests.harness.kubectl import Kubectl
from tests.harness.terminals import SLOW

LOGS = "/clusters/test/pods/default/log-place/logs/"
TOP = """log => {
    const { left, top } = log.getBoundingClientRect();
    const line = document.elementFromPoint(left + 400, top + 4).closest(".ln");
    return [line.querySelector("p").textContent, Math.round(line.getBoundingClientRect().top - top)];
}"""


SCROLL = """(log, text) => new Promise(done => {
    const step = () => {
        const found = [...log.querySelectorAll(".ln p")].find(line => line.textContent === text);
        const above = found && found.getBoundingClientRect().top - log.getBoundingClientRect().top;
        log.scrollTop += found ? above + 5 : -400;
        if (found) done();
        else requestAnimationFrame(step);
    };
    step();
})"""


@pytest.fixture(scope="module")
def near(kubectl: Kubectl) -> Iterator[Kubectl]:
    """A pod that wrote two thousand lines, many of them at one moment, and goes on with one a tenth of a second."""
    near = kubectl.within("default")
    script = (
        "for n in $(seq 1 2000); do echo number $n; done; i=0; while :; do i=$((i+1)); echo tick $i; sleep 0.1; done"
    )
    start_pod(near, "log-place", "sh", "-c", script)
    yield near
    near("delete", "pod", "log-place", "--force", "--grace-period=0")


@pytest.fixture
def docked(page: Page, near: Kubectl) -> Iterator[Page]:
    go_to(page, f"{LOGS}?tail=all")
    expect(page.get_by_role("log")).to_contain_text("tick", timeout=SLOW)
    page.get_by_role("button", name="Put into the dock").click()
    expect(log_of(page)).to_contain_text("tick", timeout=SLOW)
    yield page
    page.get_by_role("button", name="Close log-place").click()


def log_of(page: Page) -> Locator:
    return page.get_by_role("region", name="Shells and logs").get_by_role("log")


def go_on(page: Page, name: str) -> None:
    """To another page, by its link."""
    page.get_by_role("navigation", name="Main").get_by_role("link", name=re.compile(name)).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(name)


def scroll_to(page: Page, text: str) -> None:
    """Scroll up until the line is at the top of the view, as a person does."""
    log_of(page).hover()
    page.mouse.wheel(0, -300)
    log_of(page).evaluate(SCROLL, text)
    expect(log_of(page).locator(".ln p", has_text=re.compile(f"^{text}$"))).to_be_in_viewport()


def top_of(page: Page) -> list[object]:
    """The text of the line at the top of the view, and how far it begins above it."""
    found: list[object] = log_of(page).evaluate(TOP)
    return found


def test_what_is_read_stays_in_view_and_what_came_since_waits(docked: Page) -> None:
    scroll_to(docked, "number 700")
    paused = docked.locator(".dock .log-paused")
    since = paused.locator(".stamp").inner_text()
    before = top_of(docked)
    for name in ("Namespaces", "Nodes"):
        go_on(docked, name)
        expect(log_of(docked).locator(".ln p", has_text="number 700")).to_be_in_viewport(timeout=SLOW)
        assert top_of(docked) == before
        assert paused.locator(".stamp").inner_text() == since
        expect(paused.locator(".log-waiting")).to_have_text(re.compile(r"^\d+ newer lines wait$"))
    docked.get_by_role("button", name="Resume").click()
    expect(log_of(docked).locator(".ln p").last).to_contain_text("tick")


def test_a_filter_stays_and_so_do_the_lines_that_it_found(docked: Page) -> None:
    dock = docked.get_by_role("region", name="Shells and logs")
    dock.get_by_label("Search in these lines").fill("/number .*99$/")
    dock.get_by_role("button", name="Only lines that match").click()
    expect(dock.locator(".log-held")).to_contain_text("20 shown of")
    go_on(docked, "Namespaces")
    expect(dock.get_by_label("Search in these lines")).to_have_value("/number .*99$/")
    expect(log_of(docked).locator(".ln").last).to_contain_text("number 1999", timeout=SLOW)
    expect(dock.locator(".log-held")).to_contain_text("20 shown of")
    expect(dock.locator(".log-paused")).to_be_hidden()


def test_who_follows_goes_on_following(docked: Page) -> None:
    go_on(docked, "Namespaces")
    last = log_of(docked).locator(".ln p").last
    expect(last).to_contain_text("tick", timeout=SLOW)
    seen = last.inner_text()
    expect(last).not_to_have_text(seen)
    expect(docked.locator(".dock .log-status")).to_have_text("Following")
