"""A link to a line of a log: copied where the browser lets us, and shown to be copied by hand where it does not."""

import re
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, expect

from tests.harness.log_pages import ORIGIN, ScriptedLogs, scripted_logs, stamped
from tests.harness.waiting import eventually

CLIPBOARD = "Object.defineProperty(navigator, 'clipboard', { value: %s });"
TAKES = "{ writeText: async text => { window.copied = text; } }"
REFUSES = "{ writeText: async () => { throw new DOMException('no', 'NotAllowedError'); } }"
LINE = "line=web-1%2Fapp%2F2026-11-25T10%3A00%3A00.000000000Z"


@pytest.fixture
def logs(browser: Browser) -> Iterator[ScriptedLogs]:
    with scripted_logs(browser) as logs:
        yield logs


def pick_a_moment(logs: ScriptedLogs, script: str) -> None:
    logs.page.add_init_script(script)
    logs.show()
    logs.source(1)
    logs.lines(1, stamped("hello"))
    logs.page.locator(".ln time").click()


def test_it_is_copied_and_shows_the_log_from_a_minute_before(logs: ScriptedLogs) -> None:
    pick_a_moment(logs, CLIPBOARD % TAKES)
    expect(logs.page.get_by_text("The link to this line is copied")).to_be_visible()
    copied = logs.page.evaluate("() => window.copied")
    assert copied.startswith(f"{ORIGIN}/logs/?")
    assert LINE in copied
    assert "since=2026-11-25T09%3A59%3A00Z" in copied


@pytest.mark.parametrize("key", ["", "c"], ids=["mouse", "keyboard"])
def test_it_is_copied_also_where_the_browser_gives_no_clipboard(logs: ScriptedLogs, key: str) -> None:
    logs.show()
    logs.source(1)
    logs.lines(1, stamped("hello"))
    moment = logs.page.locator(".ln time")
    expect(moment).to_be_visible()
    # As on every page that is served without TLS.
    assert logs.page.evaluate("() => navigator.clipboard === undefined")
    if key:
        logs.page.get_by_role("log").focus()
        logs.page.keyboard.press(key)
    else:
        moment.click()
    expect(logs.page.get_by_text("The link to this line is copied")).to_be_visible()
    logs.page.get_by_role("searchbox").focus()
    logs.page.keyboard.press("Control+v")
    expect(logs.page.get_by_role("searchbox")).to_have_value(re.compile(re.escape(LINE)))


def test_the_address_of_the_page_is_that_link_until_other_lines_are_chosen(logs: ScriptedLogs) -> None:
    pick_a_moment(logs, CLIPBOARD % TAKES)
    eventually(lambda: logs.page.evaluate("() => window.copied"), seconds=20)
    copied = logs.page.evaluate("() => window.copied")
    assert parse_qs(urlsplit(logs.page.url).query) == parse_qs(urlsplit(copied).query)
    # What is in view stays as it was asked for.
    assert logs.opened == 1
    logs.page.get_by_role("button", name="Wrap").click()
    assert LINE in logs.page.url
    assert "since=2026-11-25T09%3A59%3A00Z" in logs.page.url
    logs.page.reload()
    eventually(lambda: logs.opened == 2, seconds=20)
    assert logs.address == "namespace=shop&since=2026-11-25T09%3A59%3A00Z&tail=all"
    logs.page.get_by_role("button", name="Previous", exact=True).click()
    assert "line=" not in logs.page.url


@pytest.mark.parametrize("script", [CLIPBOARD % REFUSES, "document.execCommand = () => false;"])
def test_where_the_browser_refuses_it_is_shown_and_selected(logs: ScriptedLogs, script: str) -> None:
    pick_a_moment(logs, script)
    field = logs.page.get_by_label("Link to this line")
    expect(field).to_be_focused()
    assert LINE in field.input_value()
    assert logs.page.evaluate("() => getSelection().toString()") == field.input_value()
    expect(logs.page.get_by_text("is copied")).to_have_count(0)
    field.press("Escape")
    expect(field).to_be_hidden()


@pytest.mark.parametrize("query", ["number", "/number [0-9]+$/"])
def test_it_leads_to_its_line_among_those_that_match(logs: ScriptedLogs, query: str) -> None:
    logs.show(line="web-1/app/2026-11-25T10:00:00.200000000Z", q=query, only="1")
    logs.source(1)
    logs.lines(1, *(stamped(f"{'number' if number % 2 == 0 else 'other'} {number}", number) for number in range(600)))
    expect(logs.page.locator(".ln.is-marked p")).to_have_text("number 200")
    expect(logs.page.locator(".ln.is-marked")).to_be_in_viewport()
    expect(logs.page.locator(".log-held")).to_contain_text("300 shown of")


@pytest.mark.parametrize(
    ("query", "words"),
    [({}, "The linked line is not among these lines"), ({"q": "-second"}, "but what is chosen above leaves it out")],
)
def test_where_it_leads_nowhere_that_is_said(logs: ScriptedLogs, query: dict[str, str], words: str) -> None:
    missing = not query
    logs.show(line=f"web-1/app/2026-11-25T10:00:00.{'999' if missing else '001'}000000Z", **query)
    logs.source(1)
    logs.lines(1, stamped("first"), stamped("second", 1), stamped("third", 2))
    expect(logs.page.get_by_text(words)).to_be_visible(timeout=20_000)
    expect(logs.page.locator(".log-paused")).to_be_hidden()
    if missing:
        # Nobody waits for it any more.
        logs.lines(1, stamped("late", 999))
        expect(logs.page.locator(".ln")).to_have_count(4)
        expect(logs.page.locator(".ln.is-marked")).to_have_count(0)


def test_a_key_makes_one_to_the_first_line_in_view_or_to_the_marked_one(logs: ScriptedLogs) -> None:
    logs.page.add_init_script(CLIPBOARD % TAKES)
    logs.show(q="number 470")
    logs.source(1)
    logs.lines(1, *(stamped(f"number {number}", number) for number in range(500)))
    expect(logs.page.locator(".ln p").last).to_have_text("number 499")
    logs.page.get_by_role("log").focus()
    logs.page.keyboard.press("c")
    expect(logs.page.get_by_text("The link to this line is copied")).to_be_visible()
    first = logs.page.locator(".ln.is-marked")
    expect(first).to_be_in_viewport(ratio=0.99)
    above = first.locator("xpath=preceding-sibling::*[1]").evaluate(
        "row => row.closest('.logs').getBoundingClientRect().top - row.getBoundingClientRect().top"
    )
    assert above > 0
    logs.page.get_by_role("button", name="Next match").click()
    expect(first.locator("p")).to_have_text("number 470")
    logs.page.get_by_role("log").focus()
    logs.page.keyboard.press("c")
    eventually(lambda: ".470000000Z" in str(logs.page.evaluate("() => window.copied")), seconds=20)


def test_a_link_from_the_dock_leads_to_a_page_of_the_logs(logs: ScriptedLogs) -> None:
    logs.page.add_init_script(CLIPBOARD % TAKES)
    logs.show()
    opened = logs.opened
    logs.page.evaluate(
        """async () => {
            const { LogViewer } = await import("/static/js/logs/viewer.js");
            const place = document.querySelector("#log-viewer").cloneNode(false);
            document.querySelector("#log-viewer").replaceWith(place);
            new LogViewer(place, { address: "/ws/clusters/test/logs/?pod=shop/web-1" });
        }"""
    )
    eventually(lambda: logs.opened > opened and logs.said("start") is not None, seconds=20)
    logs.source(1)
    logs.lines(1, stamped("hello"))
    logs.page.locator(".ln time").click()
    expect(logs.page.get_by_text("The link to this line is copied")).to_be_visible()
    assert logs.page.evaluate("() => window.copied").startswith(f"{ORIGIN}/clusters/test/logs/?pod=shop%2Fweb-1&")
