"""What a person sees and does in the viewer of logs, in a browser; the far end of its socket is the test."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Browser, Locator, expect

from tests.harness.browsers import DESKTOP, watch
from tests.harness.log_pages import ScriptedLogs, stamped
from tests.harness.waiting import eventually


@pytest.fixture
def logs(browser: Browser) -> Iterator[ScriptedLogs]:
    with browser.new_context(viewport=DESKTOP, timezone_id="Europe/Athens") as context:
        page = context.new_page()
        problems = watch(page)
        yield ScriptedLogs(page)
    assert not problems, "\n".join(problems)


def many(count: int, text: str = "number") -> list[str]:
    return [stamped(f"{text} {number}", number) for number in range(count)]


def shown(logs: ScriptedLogs) -> list[str]:
    return [text.strip() for text in logs.page.locator(".ln p").all_inner_texts()]


def test_of_very_many_lines_only_those_in_view_exist(logs: ScriptedLogs) -> None:
    logs.show()
    logs.source(1)
    logs.lines(1, *many(20_000))
    expect(logs.page.locator(".log-held")).to_have_text("20,000 lines held")
    expect(logs.page.locator(".ln p").last).to_have_text("number 19999")
    assert logs.page.locator(".ln").count() < 200
    logs.page.get_by_role("log").evaluate("log => { log.scrollTop = 0; }")
    expect(logs.page.locator(".ln p").first).to_have_text("number 0")
    logs.page.get_by_role("log").evaluate("log => { log.scrollTop = log.scrollHeight / 2; }")
    expect(logs.page.locator(".ln p", has_text=re.compile("^number 100[0-9]{2}$")).first).to_be_visible()


def test_a_flood_is_drawn_in_measure_and_to_its_last_line(logs: ScriptedLogs) -> None:
    logs.page.clock.install()
    logs.show()
    logs.page.clock.pause_at(datetime.now(UTC) + timedelta(minutes=1))
    logs.source(1)
    lines = many(900)
    logs.lines(1, *lines[:300])
    eventually(lambda: frame_shows(logs, "number 299"), seconds=20)
    logs.lines(1, *lines[300:])
    assert not frame_shows(logs, "number 899")
    eventually(lambda: frame_shows(logs, "number 899"), seconds=20)


def frame_shows(logs: ScriptedLogs, text: str) -> bool:
    """Whether the text is the last line after one more frame, on a clock that stands still between."""
    logs.page.clock.run_for(20)
    return logs.page.locator(".ln p").all_inner_texts()[-1:] == [text]


def test_the_lines_of_several_pods_come_in_the_order_of_time(logs: ScriptedLogs) -> None:
    logs.show()
    logs.source(1, "web-1")
    logs.source(2, "web-2")
    logs.lines(2, *(stamped(f"second {number}", number * 10 + 5) for number in range(3)))
    logs.lines(1, *(stamped(f"first {number}", number * 10) for number in range(3)))
    expect(logs.page.locator(".ln")).to_have_count(6)
    assert shown(logs) == ["first 0", "second 0", "first 1", "second 1", "first 2", "second 2"]
    assert logs.page.locator(".ln .who").all_inner_texts() == ["1", "2"] * 3
    assert logs.page.locator(".ln.lane-2").count() == 3
    # What is shown stays where it is, however old is what comes later.
    logs.lines(1, stamped("late", 1))
    expect(logs.page.locator(".ln p").last).to_have_text("late")


def test_a_pod_is_hidden_and_shown_and_the_address_says_so(logs: ScriptedLogs) -> None:
    logs.show()
    for number in (1, 2):
        logs.source(number, f"web-{number}")
        logs.lines(number, stamped(f"of {number}", number))
    expect(logs.page.locator(".ln")).to_have_count(2)
    logs.page.get_by_role("group", name="Pods").get_by_role("button", name="1").click()
    expect(logs.page.locator(".ln")).to_have_count(1)
    assert shown(logs) == ["of 2"]
    assert "hide=web-1" in logs.page.url


def test_scrolling_up_pauses_and_says_how_many_wait_and_end_resumes(logs: ScriptedLogs) -> None:
    logs.show()
    logs.source(1)
    logs.lines(1, *many(300))
    expect(logs.page.locator(".ln p").last).to_have_text("number 299")
    logs.page.get_by_role("log").hover()
    logs.page.mouse.wheel(0, -400)
    expect(logs.page.locator(".log-paused")).to_contain_text("Paused at")
    top = logs.page.evaluate("() => document.elementFromPoint(500, 400).closest('.ln').textContent")
    logs.lines(1, *many(7, "newer"))
    expect(logs.page.locator(".log-waiting")).to_have_text("7 newer lines wait")
    assert logs.page.evaluate("() => document.elementFromPoint(500, 400).closest('.ln').textContent") == top
    logs.page.keyboard.press("End")
    expect(logs.page.locator(".log-paused")).to_be_hidden()
    expect(logs.page.locator(".ln p").last).to_have_text("newer 6")


def test_matches_are_marked_counted_and_gone_through(logs: ScriptedLogs) -> None:
    logs.show(q="NUMBER 9")
    logs.source(1)
    logs.lines(1, *many(100))
    expect(logs.page.locator(".matches")).to_have_text("11 lines")
    logs.page.get_by_label("Search in these lines").press("Enter")
    logs.page.get_by_role("button", name="Previous match").click()
    expect(logs.page.locator(".matches")).to_have_text(re.compile(r"^\d+ of 11 lines$"))
    expect(logs.page.locator(".ln.is-marked mark")).to_have_text("number 9")


def test_the_first_match_before_is_the_newest_in_view(logs: ScriptedLogs) -> None:
    logs.show(q="number")
    logs.source(1)
    logs.lines(1, *many(300), stamped("something else", 300))
    matches = logs.page.locator(".matches")
    expect(matches).to_have_text("300 lines")
    for place in (300, 299):
        logs.page.get_by_role("button", name="Previous match").click()
        expect(matches).to_have_text(f"{place} of 300 lines")


def test_only_matches_with_lines_around_and_words_left_out(logs: ScriptedLogs) -> None:
    logs.show(q="/number 50$/", only="1", context="2")
    logs.source(1)
    logs.lines(1, *many(100))
    expect(logs.page.locator(".ln")).to_have_count(5)
    assert shown(logs) == [f"number {number}" for number in range(48, 53)]
    logs.page.get_by_label("Search in these lines").fill('number -"number 1" -/[2-9]$/')
    expect(logs.page.locator(".ln")).to_have_count(17)
    assert shown(logs)[-1] == "number 91"


def test_only_what_is_shown_is_counted_and_gone_through(logs: ScriptedLogs) -> None:
    logs.show(q="number -7")
    logs.source(1, "web-1")
    logs.source(2, "web-2")
    logs.lines(1, *many(10))
    logs.lines(2, stamped("ERROR number 10", 10), stamped("number 11", 11))
    matches = logs.page.locator(".matches")
    expect(matches).to_have_text("11 lines")
    for place in ("1", "2", "3", "4", "5", "6", "7", "8", "9"):
        logs.page.get_by_role("button", name="Next match").click()
        expect(matches).to_have_text(f"{place} of 11 lines")
    expect(logs.page.locator(".ln.is-marked p")).to_have_text("number 9")
    logs.page.get_by_role("group", name="Pods").get_by_role("button", name="1").click()
    expect(matches).to_have_text("2 lines")
    logs.page.get_by_label("Severity", exact=True).select_option("Errors only")
    expect(matches).to_have_text("1 line")


def test_a_catastrophic_pattern_is_given_up_and_the_page_lives(logs: ScriptedLogs) -> None:
    logs.show()
    logs.source(1)
    logs.lines(1, stamped("a" * 60 + "!"))
    logs.page.get_by_label("Search in these lines").fill("/(a+)+$/")
    expect(logs.page.locator(".matches")).to_have_text("This pattern takes too long; nothing is searched for.")
    logs.lines(1, stamped("it goes on", 5))
    expect(logs.page.locator(".ln p").last).to_have_text("it goes on")


def test_severities_have_a_letter_a_colour_and_a_filter(logs: ScriptedLogs) -> None:
    logs.show()
    logs.source(1)
    logs.lines(
        1,
        *(stamped(text, number) for number, text in enumerate(SEVERITIES)),
        stamped("    at com.example.Pay.capture(Pay.java:118)", 50),
    )
    expect(logs.page.locator(".ln")).to_have_count(len(SEVERITIES) + 1)
    assert logs.page.locator(".sev").all_inner_texts() == [*SEVERITIES.values(), ""]
    logs.page.get_by_label("Severity", exact=True).select_option("Errors only")
    expect(logs.page.locator(".ln")).to_have_count(8)
    assert "level=5" in logs.page.url
    assert shown(logs)[-1] == "at com.example.Pay.capture(Pay.java:118)"


def left_of(element: Locator) -> float:
    box = element.bounding_box()
    assert box
    return round(box["x"])


SEVERITIES = {
    '{"level":"warn","msg":"slow"}': "W",
    '{"level":50,"msg":"pino"}': "E",
    'time=1 level=debug msg="logfmt"': "D",
    "I1125 10:00:00.000000       1 main.go:12] klog": "I",
    "2026/11/25 10:00:00 [error] 7#7: nginx": "E",
    "nothing is said": "",
    "ERROR o.e.Checkout - failed": "E",
    "\x1b[90m02:42:17\x1b[39m \x1b[31merror\x1b[39m \x1b[1mretrying call\x1b[22m": "E",
    "\x1b[31merror\x1b[0m\tin colour": "E",
    "2026-11-25T10:00:00.123Z\terror\tzap's console": "E",
    "an error is spoken of at 02:42:17": "",
    "\x1b[31mall of it is red, no error\x1b[39m": "",
    "panic: runtime error": "F",
}


def test_a_line_of_json_is_opened_and_its_fields_become_columns(logs: ScriptedLogs) -> None:
    logs.show(json="1")
    logs.source(1)
    logs.lines(1, stamped('{"level":"info","msg":"captured","order":{"id":7},"trace":"7be1"}'))
    expect(logs.page.locator(".ln p")).to_have_text('captured order={"id":7} trace="7be1"')
    logs.page.get_by_role("button", name="Fields shown as columns").click()
    logs.page.get_by_label("trace").check()
    expect(logs.page.locator(".field")).to_have_text("7be1")
    assert "fields=trace" in logs.page.url
    logs.page.keyboard.press("Escape")
    head, column = logs.page.locator(".field-head"), logs.page.locator(".field")
    expect(head).to_have_text("trace")
    assert left_of(head) == left_of(column)
    head.evaluate("head => head.style.width = '260px'")
    expect(column).to_have_css("width", "260px")
    logs.page.keyboard.press("w")
    expect(logs.page.locator(".no-wrap")).to_be_visible()
    expect(column).to_have_css("width", "260px")
    expect(head).to_have_css("width", "260px")
    logs.page.get_by_role("button", name="Open this line").click()
    expect(logs.page.locator(".json-full")).to_contain_text('"id": 7')


def test_a_new_day_is_said_where_it_begins(logs: ScriptedLogs) -> None:
    logs.show()
    logs.source(1)
    # In Athens, where the day begins two hours sooner.
    moments = ("2026-11-25T10:00:00", "2026-11-25T21:59:59", "2026-11-25T22:00:01", "2026-11-26T10:00:00")
    logs.lines(1, *(f"{moment}.5Z at {moment}" for moment in moments[:2]))
    logs.tell(type="divider", source=1, text="Started again, restart 1")
    logs.lines(1, *(f"{moment}.5Z at {moment}" for moment in moments[2:]))
    days = logs.page.locator(".ln[data-day]")
    expect(days).to_have_count(2)
    expect(days.first).to_have_attribute("data-day", re.compile("Wednesday,? 25 November 2026"))
    expect(days.last).to_have_attribute("data-day", re.compile("Thursday,? 26 November 2026"))
    expect(days.last.locator("p")).to_have_text("at 2026-11-25T22:00:01")


def test_titles_stay_above_their_columns_when_the_log_is_scrolled_sideways(logs: ScriptedLogs) -> None:
    logs.show(json="1", fields="trace,order", wrap="0")
    logs.source(1)
    logs.lines(1, stamped('{"msg":"' + "long " * 400 + '","trace":"7be1","order":"seven"}'))
    heads, columns = logs.page.locator(".field-head"), logs.page.locator(".field")
    expect(columns).to_have_count(2)
    assert [left_of(head) for head in heads.all()] == [left_of(column) for column in columns.all()]
    logs.page.locator(".logs").evaluate("log => { log.scrollLeft = 100 }")
    eventually(lambda: left_of(heads.last) == left_of(columns.last) and left_of(columns.last) < 500, seconds=5)


def test_no_line_of_json_breaks_the_viewer(logs: ScriptedLogs) -> None:
    logs.show(json="1", fields="constructor", wrap="0")
    logs.source(1)
    # Too deep for JSON.stringify where the names are numbers.
    deep = '{"0":' * 10_000 + "1" + "}" * 10_000
    logs.lines(1, stamped("first"), stamped(deep, 1), stamped('{"msg":"last"}', 2))
    lines = logs.page.locator(".ln p")
    expect(lines).to_have_count(3)
    expect(lines.nth(1)).to_contain_text('{"0":{"0":')
    expect(lines.last.locator(".field")).to_have_text("—")
    expect(lines.last.locator(".message")).to_have_text("last")
    logs.page.get_by_role("button", name="Open this line").first.click()
    expect(lines.nth(1)).to_contain_text('{"0":{"0":')
    expect(lines).to_have_count(3)


def test_lines_left_out_are_counted_where_they_are_missing(logs: ScriptedLogs) -> None:
    logs.show()
    logs.source(1)
    logs.lines(1, stamped("before"))
    logs.tell(type="skipped", source=1, lines=1204, text="")
    logs.lines(1, stamped("after", 5))
    expect(logs.page.locator(".mark-line.gap")).to_contain_text("1,204 lines skipped")
    order = logs.page.locator(".log-rows > *").all_inner_texts()
    assert [word for text in order for word in ("before", "skipped", "after") if word in text] == [
        "before",
        "skipped",
        "after",
    ]


def test_after_a_cut_it_goes_on_after_the_last_line(logs: ScriptedLogs) -> None:
    logs.show()
    logs.source(1)
    logs.lines(1, stamped("one"), stamped("same", 1), stamped("same", 1))
    logs.text(1, "2026-11-25T10:00:09Z half a li")
    expect(logs.page.locator(".ln")).to_have_count(4)
    logs.cut()
    eventually(lambda: logs.said("start") is not None, seconds=20)
    [place] = logs.said("start")["sources"]
    assert place == {
        "namespace": "shop",
        "pod": "web-1",
        "container": "app",
        "instance": "uid-web-1/0",
        "line": stamped("same", 1),
        "times": 2,
    }
    logs.tell(
        type="source",
        source=4,
        pod="web-1",
        namespace="shop",
        uid="uid-web-1",
        container="app",
        kind="app",
        state="running",
    )
    logs.lines(4, "2026-11-25T10:00:09Z half a line", stamped("next", 9_500))
    expect(logs.page.locator(".ln")).to_have_count(5)
    assert shown(logs) == ["one", "same", "same", "half a line", "next"]


def test_after_a_cut_it_says_of_what_had_ended_that_it_had(logs: ScriptedLogs) -> None:
    logs.show()
    for number in (1, 2):
        logs.source(number, f"web-{number}")
        logs.lines(number, stamped("one"))
    logs.source(2, "web-2", state="ended")
    expect(logs.page.locator(".ln")).to_have_count(2)
    logs.cut()
    eventually(lambda: logs.said("start") is not None, seconds=20)
    assert [place.get("ended", False) for place in logs.said("start")["sources"]] == [False, True]


def test_at_the_top_older_lines_come_and_nothing_moves(logs: ScriptedLogs) -> None:
    logs.show()
    logs.source(1)
    logs.lines(1, *(stamped(f"number {number}", number) for number in range(1000, 1200)))
    expect(logs.page.locator(".ln p").last).to_have_text("number 1199")
    logs.page.get_by_role("log").hover()
    logs.page.mouse.wheel(0, -9000)
    asked = eventually(lambda: logs.said("older"), seconds=20)
    assert asked["line"] == stamped("number 1000", 1000)
    older = "".join(f"{stamped(f'number {number}', number)}\n" for number in range(600, 1000))
    logs.tell(type="older", source=1, bytes=len(older), more=False, text="")
    logs.text(1, older[:5000])
    logs.text(1, older[5000:])
    expect(logs.page.locator(".log-held")).to_have_text("600 lines held")
    expect(logs.page.locator(".ln p", has_text="number 1000")).to_be_in_viewport()
    logs.page.get_by_role("log").evaluate("log => { log.scrollTop = 0; }")
    expect(logs.page.locator(".ln p").first).to_have_text("number 600")


def test_a_moment_is_a_link_to_its_line(logs: ScriptedLogs) -> None:
    logs.show()
    logs.source(1)
    logs.lines(1, *many(200))
    logs.page.locator(".ln", has_text="number 190").locator("time").click()
    assert "line=web-1%2Fapp%2F2026-11-25T10%3A00%3A00.190000000Z" in logs.page.url
    logs.show(line="web-1/app/2026-11-25T10:00:00.100000000Z")
    logs.source(1)
    logs.lines(1, *many(200))
    expect(logs.page.locator(".ln.is-marked p")).to_have_text("number 100")
    expect(logs.page.locator(".ln.is-marked")).to_be_in_viewport()


def test_times_are_local_utc_or_since_the_first_line(logs: ScriptedLogs) -> None:
    logs.show()
    logs.source(1)
    logs.lines(1, stamped("one"), stamped("two", 1500))
    time = logs.page.locator(".ln time").last
    for choice, text in (("UTC", "10:00:01.500"), ("Since the first line", "+1.500"), ("Local time", "12:00:01.500")):
        logs.page.get_by_role("button", name="Times:").click()
        logs.page.get_by_role("menuitemradio", name=choice).click()
        expect(time).to_have_text(text)


def test_times_since_the_first_line_are_so_from_the_address_on(logs: ScriptedLogs) -> None:
    logs.show(times="start")
    logs.source(1)
    logs.lines(1, *many(2))
    times = logs.page.locator(".ln time")
    expect(times).to_have_text(["+0.000", "+0.001"])
    logs.lines(1, stamped("later", 1500))
    expect(times.last).to_have_text("+1.500")


def test_what_is_asked_of_the_server_is_in_its_address(logs: ScriptedLogs) -> None:
    logs.containers = [{"name": "app", "sort": ""}, {"name": "proxy", "sort": ""}, {"name": "setup", "sort": "init"}]
    logs.show(since="2026-11-25T09:00:00Z", tail="all")
    assert logs.address == "namespace=shop&since=2026-11-25T09%3A00%3A00Z&tail=all"
    opened = logs.opened
    logs.page.get_by_role("button", name="2 containers").click()
    logs.page.get_by_label("proxy").uncheck()
    eventually(lambda: logs.opened > opened and "container=app" in logs.address, seconds=20)
    assert "container=app" in logs.page.url


MOUNT_ANOTHER = """async () => {
    const { LogViewer } = await import("/static/js/logs/viewer.js");
    const place = document.createElement("div");
    place.id = "second";
    document.querySelector("main").append(place);
    const onstate = state => window.said = state;
    window.second = new LogViewer(place, { address: "/ws/other/logs/?pod=shop/db-0", state: { q: "x" }, onstate });
}"""


def test_a_second_viewer_on_the_page_has_a_state_of_its_own_and_goes_without_trace(logs: ScriptedLogs) -> None:
    logs.show()
    logs.page.evaluate(MOUNT_ANOTHER)
    eventually(lambda: logs.address == "pod=shop%2Fdb-0" and logs.said("start") is not None, seconds=20)
    logs.source(1, "db-0")
    logs.lines(1, stamped("of the second"))
    expect(logs.page.locator("#second .ln p")).to_have_text("of the second")
    assert logs.page.locator("#log-viewer .ln").count() == 0
    logs.page.locator("#second").get_by_role("button", name="Wrap").click()
    assert logs.page.evaluate("() => window.said") == {"q": "x", "wrap": "0"}
    assert "wrap" not in logs.page.url
    logs.page.evaluate("() => window.second.close()")
    assert logs.page.locator("#second > *").count() == 0
