"""A search in the viewer goes on in the lines that the cluster has and the browser does not hold."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.harness.browsers import DESKTOP, watch
from tests.harness.log_pages import ScriptedLogs, stamped
from tests.harness.waiting import eventually


@pytest.fixture
def logs(browser: Browser) -> Iterator[ScriptedLogs]:
    """A viewer with the lines 1000 to 1009, in which somebody looks for those that end in 5, and for no other."""
    with browser.new_context(viewport=DESKTOP) as context:
        page = context.new_page()
        problems = watch(page)
        logs = ScriptedLogs(page)
        logs.show(q="/number \\d*5$/ -nothing", only="1")
        logs.source(1)
        logs.lines(1, *(line(number) for number in range(1000, 1010)))
        expect(page.locator(".matches")).to_have_text("1 line")
        yield logs
    assert not problems, "\n".join(problems)


def line(number: int) -> str:
    return stamped(f"number {number}", number)


def look_further(logs: ScriptedLogs) -> dict[str, object]:
    """Search older lines; what the server is asked."""
    logs.page.get_by_role("button", name="Search older lines").click()
    asked: dict[str, object] = eventually(lambda: logs.said("older"), seconds=20)
    return asked


def test_matches_come_with_the_gaps_between_them(logs: ScriptedLogs) -> None:
    asked = look_further(logs)
    assert (asked["find"], asked["without"], asked["line"]) == ("number \\d*5$", ["nothing"], line(1000))
    text = "".join(f"{line(number)}\n" for number in (975, 985, 995))
    logs.tell(type="older", source=1, bytes=len(text), more=True, text="", between=[9, 9, 4])
    logs.text(1, text)
    expect(logs.page.locator(".matches")).to_have_text("4 lines")
    expect(logs.page.get_by_text("3 older lines match.")).to_be_visible()
    shown = logs.page.locator(".log-rows > *")
    expect(shown).to_have_count(4)
    logs.page.get_by_role("button", name="Only lines that match").click()
    expect(shown).to_have_count(16)
    expect(shown.nth(1)).to_contain_text("9 lines do not match")
    expect(shown.nth(1)).to_contain_text("10 ms")
    logs.page.get_by_role("button", name="Load them").nth(2).click()
    eventually(lambda: logs.said("older")["after"], seconds=20)
    asked = logs.said("older")
    assert (asked["after"], asked["line"], asked["find"]) == (line(995), line(1000), "")


def test_the_count_says_in_which_lines_it_is_until_all_were_searched(logs: ScriptedLogs) -> None:
    counted = logs.page.locator(".counted")
    expect(counted).to_have_text("1 line in the 10 held")
    look_further(logs)
    text = f"{line(995)}\n"
    logs.tell(type="older", source=1, bytes=len(text), more=False, text="", between=[4])
    logs.text(1, text)
    expect(counted).to_have_text("2 lines")
    expect(logs.page.get_by_role("button", name="Search older lines")).to_be_hidden()
    logs.page.get_by_label("Search in these lines").fill("number")
    expect(counted).to_have_text("11 lines in the 12 held")


def test_that_the_choice_of_severity_hides_what_was_found_is_said(logs: ScriptedLogs) -> None:
    logs.show(q="number -nothing", only="1", level="5")
    logs.source(1)
    logs.lines(1, line(1000))
    nothing = logs.page.get_by_text("No line here passes the filters.")
    expect(nothing).to_be_visible()
    look_further(logs)
    text = f"{line(994)}\n{stamped('number 995 level=error', 995)}\n"
    logs.tell(type="older", source=1, bytes=len(text), more=False, text="", between=[0, 4])
    logs.text(1, text)
    expect(logs.page.get_by_text("2 older lines match; the choice of severity hides 1 of them.")).to_be_visible()
    expect(logs.page.locator(".ln p")).to_have_text("number 995 level=error")
    expect(nothing).to_be_hidden()


def test_what_hides_every_line_is_let_go_at_once(logs: ScriptedLogs) -> None:
    logs.show(q="elsewhere", only="1", hide="web-1/app")
    logs.source(1)
    logs.lines(1, line(1000))
    logs.page.get_by_role("button", name="Show all lines").click()
    expect(logs.page.locator(".ln p")).to_have_text("number 1000")
    expect(logs.page.get_by_label("Search in these lines")).to_have_value("")
    assert "q=" not in logs.page.url


def test_that_there_is_none_is_said(logs: ScriptedLogs) -> None:
    look_further(logs)
    expect(logs.page.get_by_text("Searching older lines")).to_be_visible()
    logs.tell(type="older", source=1, bytes=0, more=False, text="")
    expect(logs.page.get_by_text("No older line matches.")).to_be_visible()


def test_why_the_server_cannot_search_is_said(logs: ScriptedLogs) -> None:
    look_further(logs)
    words = "The server cannot search for this pattern: invalid perl operator: (?=."
    logs.tell(type="older", source=1, bytes=0, more=False, text=words)
    expect(logs.page.get_by_text(words)).to_be_visible()
