"""The page of a log, in a browser."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.harness.browsers import go_to
from tests.harness.containers import start_pod
from tests.harness.kubectl import Kubectl

HOSTILE = (
    r"\033[31mred\033[0m \033[38;2;0;128;0mgreen\033[0m \033]0;title\007 \033]52;c;ZXZpbA==\007 "
    r"\033]8;;javascript:alert(1)\007link <b>tag</b> \033c \342\200\256turned\n"
)


@pytest.fixture(scope="module")
def near(kubectl: Kubectl) -> Kubectl:
    return kubectl.within("default")


@pytest.fixture(scope="module")
def ticker(near: Kubectl) -> str:
    """A pod that writes a hundred lines, a hostile one, and then one line a tenth of a second."""
    once = f"for n in $(seq 1 100); do echo number $n; done; printf '{HOSTILE}'"
    script = f"{once}; i=0; while :; do i=$((i+1)); echo tick $i; sleep 0.1; done"
    near("delete", "pod", "log-page", "--ignore-not-found", "--force", "--grace-period=0")
    return start_pod(near, "log-page", "sh", "-c", script)


@pytest.fixture(scope="module", autouse=True)
def cleaned_up(near: Kubectl) -> object:
    yield
    near("delete", "pod", "log-page", "flood-page", "--ignore-not-found", "--force", "--grace-period=0")


def show(page: Page, pod: str, query: str = "") -> None:
    go_to(page, f"/clusters/test/pods/default/{pod}/logs/?{query}")


def test_new_lines_come_by_themselves(page: Page, ticker: str) -> None:
    show(page, ticker)
    expect(page.get_by_role("log")).to_contain_text("number 100")
    last = page.locator(".ln").last.inner_text()
    expect(page.locator(".ln").last).not_to_have_text(last)
    expect(page.locator("#log-status")).to_have_text("Following")


def test_only_colours_are_obeyed(page: Page, ticker: str) -> None:
    show(page, ticker, "tail=all")
    line = page.locator(".ln", has_text="turned")
    expect(line.locator(".f1")).to_have_text("red")
    expect(line.locator("span", has_text=re.compile("^green$"))).to_have_css("color", "rgb(0, 128, 0)")
    shown = line.locator("p").inner_text()
    assert "␛]0;title␇" in shown
    assert "␛]52;c;ZXZpbA==␇" in shown
    assert "<b>tag</b> ␛c <U+202E>turned" in shown
    assert line.locator("a, b").count() == 0
    assert page.title() == f"Logs of {ticker} · Pilothouse"


def test_matches_are_marked_and_gone_through(page: Page, ticker: str) -> None:
    show(page, ticker, "tail=all&follow=0")
    expect(page.get_by_role("log")).to_contain_text("number 100")
    page.get_by_label("Search in these lines").fill("NUMBER 9")
    expect(page.locator("#matches")).to_have_text("11 lines")
    assert page.locator("mark").all_inner_texts() == ["number 9"] * 11
    page.keyboard.press("Enter")
    expect(page.locator(".is-found p")).to_have_text("number 9")
    page.get_by_role("button", name="Next match").click()
    expect(page.locator(".is-found p")).to_have_text("number 90")
    page.get_by_role("button", name="Previous match").click()
    expect(page.locator(".is-found p")).to_have_text("number 9")
    expect(page.locator("#matches")).to_have_text("1 of 11 lines")


def test_scrolling_up_pauses_and_says_how_many_wait(page: Page, ticker: str) -> None:
    show(page, ticker, "tail=all")
    expect(page.get_by_role("log")).to_contain_text("tick")
    page.get_by_role("log").hover()
    page.mouse.wheel(0, -300)
    expect(page.locator("#paused")).to_contain_text("Paused at")
    held = page.locator(".ln").count()
    expect(page.locator("#waiting")).to_have_text(re.compile(r"^\d+ newer lines wait"))
    assert page.locator(".ln").count() == held
    page.get_by_role("button", name="Resume").click()
    expect(page.locator("#paused")).to_be_hidden()
    expect(page.locator(".ln").nth(held)).to_be_visible()


def test_space_pauses_too(page: Page, ticker: str) -> None:
    show(page, ticker)
    expect(page.get_by_role("log")).to_contain_text("tick")
    page.keyboard.press("Space")
    expect(page.locator("#paused")).to_be_visible()
    page.keyboard.press("Space")
    expect(page.locator("#paused")).to_be_hidden()


def test_the_address_holds_the_whole_view(page: Page, ticker: str) -> None:
    show(page, ticker)
    page.get_by_role("button", name="Times").click()
    page.get_by_role("button", name="Wrap").click()
    page.get_by_role("button", name="Follow").click()
    page.get_by_label("Search in these lines").fill("number 7")
    page.get_by_label("Lines at first").select_option("all")
    page.wait_for_url(re.compile("q=number"))
    assert "container=main" in page.url
    page.reload()
    expect(page.locator("#matches")).to_have_text("11 lines")
    expect(page.locator(".ln time").first).to_be_hidden()
    for name in ("Times", "Wrap", "Follow"):
        expect(page.get_by_role("button", name=name, exact=True)).to_have_attribute("aria-pressed", "false")
    expect(page.locator("#log-status")).to_have_text("All lines are here")


def test_the_oldest_of_many_lines_are_dropped_with_a_mark(page: Page, near: Kubectl) -> None:
    start_pod(near, "flood-page", "sh", "-c", "seq 1 60000; exec sleep 100000")
    show(page, "flood-page", "tail=all")
    expect(page.locator(".lines:last-child .ln:last-child p")).to_have_text("60000", timeout=60_000)
    expect(page.locator("#dropped")).to_have_text(re.compile(r"^4\d,\d{3} older lines dropped"))
    assert 19_000 < page.locator(".ln").count() <= 20_000
    dropped = int(page.locator("#dropped").inner_text().split()[0].replace(",", ""))
    assert page.locator(".ln p").first.text_content() == str(dropped + 1)
