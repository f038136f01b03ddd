"""A recording can be read in any window, a search stops at its place, and the controls stay where they are."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from tests.harness.browsers import admin_page
from tests.harness.recorded_shells import SLOW, open_newest, record, recording_server
from tests.harness.servers import Server
from tests.harness.waiting import eventually

WIDE = ViewportSize(width=1440, height=900)
MIDDLE = ViewportSize(width=1280, height=800)
PHONE = ViewportSize(width=390, height=844)
READABLE = 11  # pixels
LETTERS = "document.querySelector('#player .xterm-rows')"
PLACE = "document.querySelector('#player .player-screen')"
MARK = "#player .found-place"
CONTROLS = """
[...document.querySelectorAll('.player-tools > *')].map((each) => {
  const { left, top } = each.getBoundingClientRect();
  return [left, top];
})
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with recording_server(tmp_path_factory.mktemp("read")) as server:
        yield server


@pytest.fixture(scope="module")
def recorded(browser: Browser, server: Server) -> Server:
    """One shell in a wide window: a word twice at once, a silence, and the word again at the end of many lines."""
    with admin_page(browser, server, viewport=WIDE) as page:
        twice = "printf '%s-%s one\\n%s-%s two\\n' lamp lit lamp lit"
        record(page, twice, "sleep 5", "seq 1 80; printf '%90s-%s\\n' lamp lit")
    return server


@pytest.fixture
def page(browser: Browser, recorded: Server) -> Iterator[Page]:
    with admin_page(browser, recorded, viewport=WIDE) as page:
        open_newest(page)
        yield page


def letters(page: Page) -> float:
    """How large they are, in pixels."""
    return float(page.evaluate(f"parseFloat(getComputedStyle({LETTERS}).fontSize)"))


def is_full(page: Page) -> bool:
    return bool(page.evaluate("document.fullscreenElement?.id === 'player'"))


def search(page: Page, text: str) -> None:
    find = page.get_by_role("searchbox", name="Search the screen")
    find.fill(text)
    find.press("Enter")


def expect_marked(page: Page, place: str, line: str) -> None:
    """The place is counted, and on the screen its mark lies in sight, on that line."""
    expect(page.locator("#player output")).to_have_text(place, timeout=SLOW)
    row = page.locator("#player .xterm-rows > div", has_text=line)
    expect(row).to_have_count(1)

    def is_on_it() -> bool:
        mark, whole, seen = (
            page.locator(MARK).bounding_box(),
            row.bounding_box(),
            page.locator(".player-screen").bounding_box(),
        )
        if not (mark and whole and seen):
            return False
        middle = mark["y"] + mark["height"] / 2
        return (
            whole["y"] < middle < whole["y"] + whole["height"]
            and seen["y"] <= mark["y"] <= seen["y"] + seen["height"] - mark["height"]
            and seen["x"] <= mark["x"] <= seen["x"] + seen["width"] - mark["width"]
        )

    eventually(is_on_it)


def test_a_wide_shell_is_read_beside_the_list(page: Page) -> None:
    assert int(page.locator("#player").get_attribute("data-columns") or 0) >= 120
    assert letters(page) >= READABLE
    assert page.evaluate(f"{PLACE}.scrollWidth <= {PLACE}.clientWidth")


def test_on_a_phone_the_screen_is_scrolled_rather_than_shrunk(page: Page) -> None:
    page.set_viewport_size(PHONE)
    eventually(lambda: page.evaluate(f"{PLACE}.scrollWidth > {PLACE}.clientWidth"))
    assert letters(page) >= READABLE
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_role("slider", name="Position").press("End")
    search(page, "lamp-lit")
    page.get_by_role("button", name="Earlier place").click()
    expect_marked(page, "3 of 3", " lamp-lit")


def test_the_player_fills_the_screen(page: Page) -> None:
    small = letters(page)
    page.keyboard.press("f")
    eventually(lambda: is_full(page) and letters(page) > small)
    expect(page.get_by_role("button", name="Full screen")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("f")
    eventually(lambda: not is_full(page) and letters(page) == small)
    page.get_by_role("button", name="Full screen").click()
    eventually(lambda: is_full(page))
    page.keyboard.press("f")
    eventually(lambda: not is_full(page))


def test_the_key_is_in_the_help_and_can_be_turned_off(page: Page) -> None:
    page.keyboard.press("?")
    expect(page.locator("#help")).to_contain_text("Play a recording, pause; full screen")
    page.keyboard.press("Escape")
    page.evaluate("() => { Element.prototype.requestFullscreen = async () => { window.asked = true; }; }")
    for keys, is_asked in (("off", False), ("on", True)):
        page.evaluate("(keys) => { document.documentElement.dataset.keys = keys; }", keys)
        page.keyboard.press("f")
        assert page.evaluate("Boolean(window.asked)") is is_asked


def test_a_search_while_playing_stops_at_the_place_and_marks_it(page: Page) -> None:
    page.get_by_role("checkbox", name="Skip silences").uncheck()
    page.get_by_role("button", name="Play").click()
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    search(page, "lamp-lit")
    expect_marked(page, "1 of 3", "lamp-lit one")
    expect(page.get_by_role("button", name="Play")).to_be_visible()
    later = page.get_by_role("button", name="Later place")
    later.click()
    expect_marked(page, "2 of 3", "lamp-lit two")
    later.click()
    expect_marked(page, "3 of 3", " lamp-lit")
    page.get_by_role("button", name="Earlier place").click()
    expect_marked(page, "2 of 3", "lamp-lit two")
    page.get_by_role("slider", name="Position").press("Home")
    expect(page.locator(MARK)).to_have_count(0)


@pytest.mark.parametrize("size", [WIDE, MIDDLE, PHONE], ids=lambda size: str(size["width"]))
def test_controls_stay_in_their_place(page: Page, size: ViewportSize) -> None:
    page.set_viewport_size(size)
    before = page.evaluate(CONTROLS)
    page.get_by_role("searchbox", name="Search the screen").fill("lamp-lit")
    assert page.evaluate(CONTROLS) == before
    search(page, "lamp-lit")
    expect(page.locator("#player output")).to_have_text("1 of 3", timeout=SLOW)
    assert page.evaluate(CONTROLS) == before
    search(page, "nowhere at all")
    expect(page.locator("#player output")).to_have_text("Not found", timeout=SLOW)
    page.get_by_role("button", name="Play").click()
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    assert page.evaluate(CONTROLS) == before
