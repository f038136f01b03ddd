"""The tools of a search in a log have room in every window, and what came of it can be read."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, ViewportSize, expect

from tests.harness.browsers import watch
from tests.harness.log_pages import ScriptedLogs, stamped
from tests.harness.waiting import eventually

WIDTHS = (1440, 1280, 700, 390)
COVERED = """controls => controls.filter(control => {
    const { left, right, top, bottom, width } = control.getBoundingClientRect();
    const at = document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
    return width && !(control.contains(at) && left >= 0 && right <= innerWidth);
}).map(control => control.outerHTML)"""


@pytest.fixture
def logs(browser: Browser) -> Iterator[ScriptedLogs]:
    with browser.new_context() as context:
        page = context.new_page()
        problems = watch(page)
        logs = ScriptedLogs(page)
        logs.containers = [{"name": "app", "sort": ""}, {"name": "proxy", "sort": ""}]
        yield logs
    assert not problems, "\n".join(problems)


def test_nothing_covers_the_tools_and_the_field_keeps_its_width(logs: ScriptedLogs) -> None:
    logs.show(q="/order [0-9a-f]+/ -refused", only="1", since="2026-11-25T09:00:00Z")
    logs.source(1)
    logs.lines(1, *(stamped(f"order {number}", number) for number in range(300)))
    for width in WIDTHS:
        logs.page.set_viewport_size(ViewportSize(width=width, height=800))
        logs.page.get_by_role("button", name="Previous match").click()
        expect(logs.page.locator(".counted")).to_contain_text("of 300 lines in the 300 held")
        tools = logs.page.locator(".log-tools :is(button, select, input):visible")
        assert tools.evaluate_all(COVERED) == [], width
        assert logs.page.get_by_label("Search in these lines").evaluate("field => field.clientWidth") >= 150, width


def test_what_is_wrong_with_a_pattern_is_said_in_full(logs: ScriptedLogs) -> None:
    logs.show(q="/order (?<name[0-9a-f]+/")
    for width in WIDTHS:
        logs.page.set_viewport_size(ViewportSize(width=width, height=800))
        said = logs.page.locator(".matches.is-problem")
        expect(said).to_contain_text("Not a regular expression: /order (?<name[0-9a-f]+/: Invalid capture group name")
        assert said.evaluate("said => said.scrollWidth <= said.parentElement.clientWidth"), width


@pytest.mark.parametrize("text", ['"an Error"', "/(?i)AN error/", "an ERROR"])
def test_quoted_text_and_patterns_from_elsewhere_are_found(logs: ScriptedLogs, text: str) -> None:
    logs.show(q=text, only="1")
    logs.source(1)
    logs.lines(1, stamped("an Error"), stamped("another"))
    expect(logs.page.locator(".ln p")).to_have_text("an Error")


def test_how_many_lines_are_shown_at_first_is_said(logs: ScriptedLogs) -> None:
    logs.show()
    logs.page.get_by_role("button", name="Last 500 lines").click()
    logs.page.get_by_role("button", name="Since the start").click()
    expect(logs.page.get_by_role("button", name="Since the start").first).to_be_visible()
    assert logs.address == "namespace=shop&tail=all"


def test_arrows_step_the_fields_of_the_menu_and_walk_its_buttons(logs: ScriptedLogs) -> None:
    logs.show()
    logs.page.get_by_role("button", name="Last 500 lines").click()
    tail = logs.page.get_by_label("Lines at first")
    begin = logs.page.get_by_label("From", exact=True)
    begin.fill("2026-11-25T10:00:00")
    begin.press("ArrowUp")
    expect(begin).not_to_have_value("2026-11-25T10:00:00")
    expect(begin).to_be_focused()
    logs.page.get_by_role("button", name="Last 5 minutes").press("ArrowDown")
    expect(logs.page.get_by_role("button", name="Last 15 minutes")).to_be_focused()
    opened = logs.opened
    tail.focus()
    tail.press("ArrowDown")
    eventually(lambda: logs.opened > opened and logs.address == "namespace=shop&tail=2000", seconds=20)


def test_a_line_that_comes_in_two_pieces_is_found_whole(logs: ScriptedLogs) -> None:
    """Lines of another pod stand after it by then."""
    logs.show(q="payment", only="1")
    logs.source(1, "web-1")
    logs.source(2, "web-2")
    logs.lines(2, stamped("payment seen"))
    logs.text(1, stamped("pay", 1))
    logs.lines(2, stamped("other", 2), stamped("payment seen again", 3))
    expect(logs.page.locator(".log-held")).to_have_text("2 shown of 4 lines held")
    logs.text(1, "ment failed\n")
    expect(logs.page.locator(".log-held")).to_have_text("3 shown of 4 lines held")
    assert logs.page.locator(".ln p").all_inner_texts() == ["payment seen", "payment failed", "payment seen again"]
    expect(logs.page.locator(".matches")).to_have_text("3 lines")


def test_a_line_whose_whole_does_not_match_goes_again(logs: ScriptedLogs) -> None:
    logs.show(q="/pay$/", only="1")
    logs.source(1, "web-1")
    logs.source(2, "web-2")
    logs.text(1, stamped("pay"))
    logs.lines(2, stamped("other", 1))
    expect(logs.page.locator(".ln mark")).to_have_text("pay")
    logs.text(1, "ment failed\n")
    expect(logs.page.locator(".ln")).to_have_count(0)
    expect(logs.page.locator(".matches")).to_have_text("no match")
