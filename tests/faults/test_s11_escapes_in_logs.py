"""S11: whatever a container writes, the page of its log obeys nothing but colours."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.harness.log_pages import ScriptedLogs, scripted_logs, stamped

HOSTILE = (
    "\x1b[31mred\x1b[0m \x1b[38;2;0;128;0mgreen\x1b[0m \x1b]0;title\x07 \x1b]52;c;ZXZpbA==\x07 "
    "\x1b]8;;javascript:alert(1)\x07link <b>tag</b> <img src=x onerror=alert(1)> \x1bc \u202eturned \x1b[2J\x08\x00"
)


@pytest.fixture
def logs(browser: Browser) -> Iterator[ScriptedLogs]:
    with scripted_logs(browser) as logs:
        yield logs


@pytest.mark.parametrize("query", [{}, {"q": "title"}, {"q": "/t.t.e/"}, {"json": "1"}])
def test_only_colours_are_obeyed(logs: ScriptedLogs, query: dict[str, str]) -> None:
    logs.show(**query)
    logs.source(1)
    logs.lines(1, stamped(HOSTILE))
    line = logs.page.locator(".ln")
    expect(line.locator(".f1")).to_have_text("red")
    expect(line.locator("span", has_text=re.compile("^green$"))).to_have_css("color", "rgb(0, 128, 0)")
    shown = line.locator("p").inner_text()
    assert "␛]0;title␇" in shown
    assert "␛]52;c;ZXZpbA==␇" in shown
    assert "<b>tag</b> <img src=x onerror=alert(1)> ␛c <U+202E>turned ␛[2J␈␀" in shown
    assert line.locator("a, b, img").count() == 0
    assert logs.page.title() == "Logs"


def test_json_that_hides_markup_and_escapes_is_text(logs: ScriptedLogs) -> None:
    logs.show(json="1", fields="<i>x</i>")
    logs.source(1)
    logs.lines(1, stamped('{"msg":"<b>bold</b> \\u001b]0;t\\u0007","<i>x</i>":"<u>y</u>","__proto__":{"a":1}}'))
    expect(logs.page.locator(".message")).to_contain_text("<b>bold</b>")
    expect(logs.page.locator(".field")).to_have_text("<u>y</u>")
    assert logs.page.locator(".ln :is(b, i:not(.ico), u)").count() == 0
    assert "\x1b" not in logs.page.locator(".ln p").inner_text()


def test_a_line_of_a_megabyte_and_ten_thousand_colours_are_shown(logs: ScriptedLogs) -> None:
    logs.show()
    logs.source(1)
    logs.lines(1, stamped("y" * 60_000), stamped("\x1b[31mz\x1b[32mz" * 3000, 1), stamped("end", 2))
    expect(logs.page.locator(".ln p").last).to_have_text("end")
