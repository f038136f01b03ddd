"""A link to a line of a log: copied where the browser lets us, and shown to be copied by hand where it does not."""

from collections.abc import Iterator

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


def pick_a_moment(logs: ScriptedLogs, clipboard: str) -> None:
    logs.page.add_init_script(CLIPBOARD % clipboard)
    logs.show()
    logs.source(1)
    logs.lines(1, stamped("hello"))
    logs.page.locator(".ln time").click()


def test_it_is_copied_and_shows_the_log_from_a_minute_before(logs: ScriptedLogs) -> None:
    pick_a_moment(logs, TAKES)
    expect(logs.page.get_by_text("The link to this line is copied")).to_be_visible()
    copied = logs.page.evaluate("() => window.copied")
    assert copied.startswith(f"{ORIGIN}/logs/?")
    assert LINE in copied
    assert "since=2026-11-25T09%3A59%3A00Z" in copied


@pytest.mark.parametrize("clipboard", [REFUSES, "undefined"])
def test_where_the_browser_refuses_it_is_shown_and_selected(logs: ScriptedLogs, clipboard: str) -> None:
    pick_a_moment(logs, clipboard)
    field = logs.page.get_by_label("Link to this line")
    expect(field).to_be_focused()
    assert LINE in field.input_value()
    assert logs.page.evaluate("() => getSelection().toString()") == field.input_value()
    expect(logs.page.get_by_text("is copied")).to_have_count(0)
    field.press("Escape")
    expect(field).to_be_hidden()


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
