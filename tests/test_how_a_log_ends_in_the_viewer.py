"""The bar below a log says how it is: followed, waited for, or over, and then why and what can be done."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, expect

from tests.harness.browsers import DESKTOP, watch
from tests.harness.log_pages import ScriptedLogs, stamped
from tests.harness.servers import ROOT
from tests.harness.waiting import eventually

KEPT_WAITING = "The log was still being read, and this browser kept it waiting for 120 s."
MAY_NOT = "You may not read logs in payments. Missing right: logs; an admin can grant it."
REFUSED, FAILED = 4403, 4500
SILENT = 4408


@pytest.fixture
def logs(browser: Browser) -> Iterator[ScriptedLogs]:
    with browser.new_context(viewport=DESKTOP) as context:
        page = context.new_page()
        problems = watch(page)
        yield ScriptedLogs(page)
    # A refused ticket is an answer 403, which Chromium puts on the console.
    assert not [problem for problem in problems if "403" not in problem], "\n".join(problems)


def status(logs: ScriptedLogs, state: str) -> Locator:
    return logs.page.locator(f".log-status .st-{state}")


def test_of_many_pods_it_follows_as_soon_as_lines_come(logs: ScriptedLogs) -> None:
    logs.show()
    for number in (1, 2, 3):
        logs.source(number, f"web-{number}", state="waiting")
    expect(status(logs, "progressing")).to_have_text("Waiting for lines")
    logs.source(2, "web-2")
    expect(status(logs, "running")).to_have_text("Following")
    logs.source(2, "web-2", state="ended")
    expect(status(logs, "progressing")).to_have_text("Waiting for lines")
    logs.lines(3, stamped("here"))
    expect(status(logs, "running")).to_have_text("Following")
    for number in (1, 2, 3):
        logs.source(number, f"web-{number}", state="ended")
    expect(status(logs, "completed")).to_have_text("All lines are here")


def test_of_a_time_that_is_over_pods_that_run_are_not_said_to_have_ended(logs: ScriptedLogs) -> None:
    logs.show(until="2026-11-25T10:00:00Z")
    for number, state in ((1, "read"), (2, "ended")):
        logs.source(number, f"web-{number}")
        logs.lines(number, stamped("one"))
        logs.source(number, f"web-{number}", state=state)
    expect(status(logs, "completed")).to_have_text("All lines are here")
    lanes = logs.page.locator(".lane")
    expect(lanes).to_have_text(["1", "2ended"])
    expect(logs.page.locator(".lane.is-over")).to_have_text(["2ended"])
    expect(logs.page.locator(".ln")).to_have_count(2)
    logs.cut()
    eventually(lambda: logs.said("start") is not None, seconds=20)
    # No more was to come of either.
    assert [place.get("ended", False) for place in logs.said("start")["sources"]] == [True, True]


def test_who_may_not_read_is_told_so_and_nothing_is_tried_again(logs: ScriptedLogs) -> None:
    logs.show()
    logs.source(1)
    logs.lines(1, stamped("one"))
    logs.refusal = MAY_NOT
    logs.end("You may no longer open this: the right was taken away.", REFUSED)
    expect(status(logs, "warning")).to_have_text("You may no longer open this: the right was taken away.")
    opened = logs.opened
    logs.page.get_by_role("button", name="Open again").click()
    expect(status(logs, "warning")).to_have_text(MAY_NOT)
    expect(logs.page.get_by_role("button", name="Open again")).to_be_visible()
    assert logs.opened == opened


def test_who_was_signed_out_is_led_to_sign_in_and_back(logs: ScriptedLogs) -> None:
    logs.show(q="one")
    logs.end("You may no longer open this: you were signed out.", REFUSED, signed_out=True)
    expect(status(logs, "warning")).to_have_text("You may no longer open this: you were signed out.")
    link = logs.page.get_by_role("link", name="Sign in")
    expect(link).to_have_attribute("href", "/sign-in/?next=%2Flogs%2F%3Fq%3Done")
    expect(logs.page.get_by_role("button", name="Open again")).to_be_hidden()


def test_why_it_ended_is_said_although_it_was_paused(logs: ScriptedLogs) -> None:
    logs.show()
    logs.source(1)
    logs.lines(1, stamped("one"))
    expect(logs.page.locator(".ln")).to_have_count(1)
    logs.page.keyboard.press("Space")
    expect(logs.page.get_by_role("button", name="Resume")).to_be_visible()
    logs.end(KEPT_WAITING, SILENT)
    expect(status(logs, "warning")).to_be_visible()
    expect(status(logs, "warning")).to_have_text(KEPT_WAITING)
    expect(logs.page.get_by_role("button", name="Resume")).to_be_hidden()
    expect(logs.page.get_by_role("button", name="Open again")).to_be_visible()


@pytest.mark.parametrize("paused", [True, False])
def test_one_that_was_kept_waiting_goes_on_after_its_last_line_when_it_is_opened_again(
    logs: ScriptedLogs, *, paused: bool
) -> None:
    logs.show()
    logs.source(1)
    logs.lines(1, stamped("one"), stamped("two", 1))
    logs.text(1, stamped("half a li", 2))
    lines = logs.page.locator(".ln p")
    expect(lines).to_have_text(["one", "two", "half a li"])
    if paused:
        logs.page.keyboard.press("Space")
        expect(logs.page.locator(".log-paused")).to_be_visible()
    logs.end(KEPT_WAITING, SILENT)
    logs.page.get_by_role("button", name="Open again").click()
    eventually(lambda: logs.opened == 2, seconds=20)
    start = eventually(lambda: logs.said("start"), seconds=20)
    assert [(place["instance"], place["line"], place["times"]) for place in start["sources"]] == [
        ("uid-web-1/0", stamped("two", 1), 1)
    ]
    logs.source(3)
    logs.lines(3, stamped("half a line", 2), stamped("three", 3))
    expect(lines).to_have_text(["one", "two", "half a line", "three"])
    expect(logs.page.locator(".log-paused")).to_be_visible(visible=paused)
    expect(status(logs, "running")).to_be_visible(visible=not paused)


def test_what_went_wrong_does_not_look_done(logs: ScriptedLogs) -> None:
    logs.show()
    logs.source(1, "web-1", state="ended")
    logs.source(2, "web-2", state="failed", text="127.0.0.1:6443 refuses connections.")
    expect(status(logs, "failed")).to_have_text("127.0.0.1:6443 refuses connections.")
    logs.end("The cluster does not answer.", FAILED)
    expect(status(logs, "failed")).to_have_text("The cluster does not answer.")


def test_where_no_more_fit_older_lines_make_room_for_what_comes_when_it_is_opened_again(logs: ScriptedLogs) -> None:
    source = (ROOT / "static/js/logs/lines.js").read_text().replace("MOST_LINES = 1_000_000", "MOST_LINES = 5000")
    logs.page.route("**/logs/lines.js", lambda route: route.fulfill(body=source, content_type="text/javascript"))
    logs.show()
    logs.source(1)
    logs.lines(1, *(stamped(f"number {number}", number) for number in range(4000)))
    expect(logs.page.locator(".log-held")).to_have_text("4,000 lines held")
    logs.page.keyboard.press("Space")
    logs.lines(1, *(stamped(f"number {number}", number) for number in range(4000, 6000)))
    expect(logs.page.locator(".log-waiting")).to_contain_text("no more fit")
    logs.end(KEPT_WAITING, SILENT)
    logs.page.get_by_role("button", name="Open again").click()
    eventually(lambda: logs.said("start"), seconds=20)
    logs.source(3)
    logs.lines(3, stamped("the last", 6000))
    expect(logs.page.locator(".ln p").last).to_have_text("the last")
    expect(logs.page.locator(".log-held")).to_contain_text("4,096 older ones dropped")
    eventually(lambda: logs.said("drawn"), seconds=20)
