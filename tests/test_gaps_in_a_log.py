"""A gap in a log says how long it is and why, and gives the lines that the cluster still has."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.harness.browsers import DESKTOP, watch
from tests.harness.log_pages import ScriptedLogs, stamped
from tests.harness.waiting import eventually


@pytest.fixture
def logs(browser: Browser) -> Iterator[ScriptedLogs]:
    """A viewer that fell behind: of the lines 0 to 9 it has 0, 1, 8 and 9, and others of a second pod between."""
    with browser.new_context(viewport=DESKTOP, timezone_id="Europe/Athens") as context:
        page = context.new_page()
        problems = watch(page)
        logs = ScriptedLogs(page)
        logs.show()
        for number in (1, 2):
            logs.source(number, f"web-{number}")
        logs.lines(1, *(line(number) for number in range(2)))
        logs.lines(2, *(stamped(f"other {number}", number * 1000 + 500) for number in range(10)))
        logs.tell(type="skipped", source=1, lines=6, text="")
        logs.lines(1, line(8), line(9))
        expect(page.locator(".ln")).to_have_count(14)
        yield logs
    assert not problems, "\n".join(problems)


def line(number: int) -> str:
    return stamped(f"line {number}", number * 1000)


def answer(logs: ScriptedLogs, *numbers: int, more: bool) -> None:
    """What the server has of the missing lines."""
    text = "".join(f"{line(number)}\n" for number in numbers)
    logs.tell(type="older", source=1, bytes=len(text), more=more, text="")
    if text:
        logs.text(1, text)


def shown(logs: ScriptedLogs) -> list[str]:
    return [text.strip() for text in logs.page.locator(".ln p").all_inner_texts()]


def test_it_says_how_long_and_why(logs: ScriptedLogs) -> None:
    gap = logs.page.locator(".mark-line.gap")
    expect(gap).to_contain_text("6 lines skipped: this browser fell behind.")
    expect(gap).to_contain_text("from 12:00:01.000 to 12:00:08.000, 7 s")


def test_it_has_no_length_where_the_clock_went_back(logs: ScriptedLogs) -> None:
    logs.tell(type="gap", source=1, text="The node restarted.")
    logs.lines(1, line(3))
    gap = logs.page.locator(".mark-line.gap").last
    expect(gap).to_contain_text("The node restarted.")
    expect(logs.page.locator(".ln").last).to_contain_text("line 3")
    expect(gap).not_to_contain_text("from")


def test_its_lines_are_loaded_to_where_they_belong(logs: ScriptedLogs) -> None:
    logs.page.get_by_role("button", name="Load them").click()
    asked = eventually(lambda: logs.said("older"), seconds=20)
    assert (asked["after"], asked["line"], asked["times"]) == (line(1), line(8), 1)
    answer(logs, 2, 3, 4, 5, 6, 7, more=False)
    expect(logs.page.locator(".mark-line.gap")).to_have_count(0)
    assert [text for text in shown(logs) if text.startswith("line")] == [f"line {number}" for number in range(10)]
    assert [text for text in shown(logs) if text.startswith("other")] == [f"other {number}" for number in range(10)]
    expect(logs.page.locator(".log-held")).to_have_text("20 lines held")


def test_after_a_lost_connection_it_can_be_asked_for_again(logs: ScriptedLogs) -> None:
    button = logs.page.get_by_role("button", name="Load them")
    button.click()
    eventually(lambda: logs.said("older"), seconds=20)
    logs.cut()
    expect(logs.page.get_by_text("The connection was lost.")).to_be_visible()
    eventually(lambda: logs.said("start") is not None, seconds=20)
    logs.source(1)
    expect(button).to_be_enabled()
    button.click()
    eventually(lambda: logs.said("older"), seconds=20)
    answer(logs, 2, 3, 4, 5, 6, 7, more=False)
    expect(logs.page.locator(".mark-line.gap")).to_have_count(0)


def test_what_is_missing_still_stays_a_gap(logs: ScriptedLogs) -> None:
    logs.page.get_by_role("button", name="Load them").click()
    eventually(lambda: logs.said("older"), seconds=20)
    answer(logs, 5, 6, 7, more=True)
    gap = logs.page.locator(".mark-line.gap")
    expect(gap).to_contain_text("3 more lines are missing.")
    assert [text for text in shown(logs) if text.startswith("line")] == [
        f"line {number}" for number in (0, 1, 5, 6, 7, 8, 9)
    ]
    logs.page.get_by_role("button", name="Load them").click()
    eventually(lambda: logs.said("older")["line"] == line(5), seconds=20)
    answer(logs, more=False)
    expect(gap).to_contain_text("3 more lines are missing: the cluster has them no longer.")
    expect(logs.page.get_by_role("button", name="Load them")).to_have_count(0)
