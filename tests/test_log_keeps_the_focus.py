"""Whoever reads a log by keys keeps his place: what has the focus stays, or gives it to what takes its place."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.harness.log_pages import ScriptedLogs, scripted_logs, stamped

FAILED = 4500


@pytest.fixture
def logs(browser: Browser) -> Iterator[ScriptedLogs]:
    with scripted_logs(browser) as logs:
        yield logs


def test_the_button_of_a_pod_keeps_it_whatever_the_pods_do(logs: ScriptedLogs) -> None:
    logs.show()
    logs.source(1, "web-1")
    logs.source(2, "web-2")
    lanes = logs.page.get_by_role("group", name="Pods").get_by_role("button")
    lanes.first.focus()
    logs.page.keyboard.press("Enter")
    expect(lanes.first).to_have_attribute("aria-pressed", "false")
    expect(lanes.first).to_be_focused()
    logs.source(1, "web-1", state="ended", text="Gone.")
    expect(lanes.first).to_contain_text("ended")
    logs.source(3, "db-1")
    expect(lanes).to_have_count(3)
    expect(lanes.first).to_contain_text("web-1")
    expect(lanes.first).to_be_focused()
    logs.page.keyboard.press("Enter")
    expect(lanes.first).to_have_attribute("aria-pressed", "true")


def test_a_line_that_is_opened_can_be_closed_again(logs: ScriptedLogs) -> None:
    logs.show()
    logs.source(1)
    logs.lines(1, stamped('{"msg":"one"}'), stamped('{"msg":"two"}', 1))
    logs.page.get_by_role("button", name="Open this line").last.focus()
    logs.page.keyboard.press("Enter")
    expect(logs.page.get_by_role("button", name="Close this line")).to_be_focused()
    logs.page.keyboard.press("Enter")
    expect(logs.page.get_by_role("button", name="Open this line").last).to_be_focused()


def test_what_hides_itself_gives_it_to_the_log(logs: ScriptedLogs) -> None:
    logs.show()
    logs.source(1)
    logs.lines(1, stamped("one"))
    log = logs.page.get_by_role("log")
    expect(log).to_contain_text("one")
    logs.page.keyboard.press("Space")
    logs.page.get_by_role("button", name="Resume").focus()
    logs.page.keyboard.press("Enter")
    expect(log).to_be_focused()
    logs.end("It broke.", FAILED)
    logs.page.get_by_role("button", name="Open again").focus()
    logs.page.keyboard.press("Enter")
    expect(log).to_be_focused()
