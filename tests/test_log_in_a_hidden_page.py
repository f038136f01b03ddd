"""A page that nobody sees takes in its log all the same: the server would take it for frozen."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.harness.log_pages import ScriptedLogs, scripted_logs, stamped
from tests.harness.waiting import eventually

STOP_FRAMES = "() => { window.frames = 0; window.requestAnimationFrame = () => (window.frames += 1); }"
HIDE = """() => {
    Object.defineProperty(document, "hidden", { get: () => true });
    document.dispatchEvent(new Event("visibilitychange"));
}"""


@pytest.fixture
def logs(browser: Browser) -> Iterator[ScriptedLogs]:
    with scripted_logs(browser) as logs:
        yield logs


def test_what_waited_for_a_frame_is_taken_in_when_the_page_is_hidden(logs: ScriptedLogs) -> None:
    logs.show()
    logs.source(1)
    logs.lines(1, stamped("seen"))
    before = eventually(lambda: logs.said("drawn"), seconds=20)
    logs.page.evaluate(STOP_FRAMES)
    logs.lines(1, stamped("unseen", 1))
    eventually(lambda: logs.page.evaluate("() => window.frames") == 2, seconds=20)
    assert logs.said("drawn") == before
    logs.page.evaluate(HIDE)
    eventually(lambda: logs.said("drawn") > before, seconds=20)
    expect(logs.page.locator(".log-held")).to_have_text("2 lines held")
    logs.lines(1, stamped("unseen too", 2))
    expect(logs.page.locator(".log-held")).to_have_text("3 lines held")
