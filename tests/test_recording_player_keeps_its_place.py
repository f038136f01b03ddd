"""A recording shows the moment that was asked for last, whatever was on its way, and grows in spite of failures."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.harness.bare_pages import show_bare
from tests.harness.browsers import DESKTOP, admin_page
from tests.harness.recorded_shells import SLOW, open_newest, record, recording_server
from tests.harness.servers import Server
from tests.harness.waiting import eventually

PLACE = '<div id="screen" style="height: 400px"></div>'
BACK_WHILE_IT_DRAWS = """async () => {
  const { CastScreen } = await import("/static/js/cast-screen.js");
  const { CastPlayer } = await import("/static/js/cast-player.js");
  const screen = new CastScreen(document.getElementById("screen"), 80, 24);
  await screen.ready;
  const events = [{ at: 0, code: "o", data: "early " }, { at: 1000, code: "o", data: "later ".repeat(40000) }];
  const parts = { parts: [{ number: 1 }], length: 1000, isOpen: false, events: async () => events };
  const player = new CastPlayer(screen, { columns: 80, rows: 24 }, parts, { onchange() {}, ontrouble() {} });
  const { write } = screen;
  const begins = new Promise((resolve) => {
    screen.write = (text) => {
      resolve();
      return write.call(screen, text);
    };
  });
  player.seek(1000);
  await begins;
  await player.seek(0);
  await screen.write("end");
}"""
TOO_LARGE = """async () => {
  const { CastScreen } = await import("/static/js/cast-screen.js");
  const screen = new CastScreen(document.getElementById("screen"), 2000, 2000);
  await screen.ready;
  screen.resize(3000, 3000);
}"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with recording_server(tmp_path_factory.mktemp("place")) as server:
        yield server


@pytest.fixture(scope="module")
def recorded(browser: Browser, server: Server) -> Server:
    with admin_page(browser, server) as page:
        record(page, "printf 'heron-%s\\n' 1 2 3", "echo gull-$((40 + 2))")
    return server


@pytest.fixture
def page(browser: Browser, recorded: Server) -> Iterator[Page]:
    with admin_page(browser, recorded) as page:
        yield page


@pytest.fixture
def bare(browser: Browser) -> Iterator[Page]:
    with browser.new_context(viewport=DESKTOP) as context:
        page = context.new_page()
        show_bare(page, PLACE)
        yield page


def test_going_back_while_much_is_drawn(bare: Page) -> None:
    bare.evaluate(BACK_WHILE_IT_DRAWS)
    expect(bare.locator(".xterm-rows")).to_contain_text("early end")
    expect(bare.locator(".xterm-rows")).not_to_contain_text("later")


def test_a_screen_that_no_browser_could_draw(bare: Page) -> None:
    bare.evaluate(TOO_LARGE)
    expect(bare.locator(".xterm-rows > div")).to_have_count(500)


def test_it_grows_after_requests_that_failed(page: Page) -> None:
    page.clock.install()
    answers: list[Any] = []

    def answer(route: Route) -> None:
        asked = route.fetch().json()
        answers.append(asked)
        if len(answers) in (2, 3):
            route.fulfill(body="not now")
            return
        grown = asked["length"] + 60_000 * (len(answers) > 3)
        route.fulfill(json={**asked, "isOpen": True, "length": grown})

    def asked_again(times: int) -> bool:
        page.clock.fast_forward(1000)
        return len(answers) >= times

    page.route("**/recordings/*/parts/", answer)
    open_newest(page)
    whole = page.locator("#player [data-part=of]")
    before = whole.inner_text()
    eventually(lambda: asked_again(3), seconds=30)
    expect(page.get_by_role("alert")).to_have_text("What was added cannot be fetched now; trying again.")
    eventually(lambda: asked_again(4), seconds=30)
    expect(whole).not_to_have_text(before)
    expect(page.get_by_role("alert")).to_be_hidden()


def test_a_moment_that_is_none_is_the_beginning(page: Page) -> None:
    open_newest(page)
    page.goto(f"{page.url.partition('?')[0]}?t=abc")
    expect(page.get_by_role("button", name="Play")).to_be_enabled(timeout=SLOW)
    expect(page.get_by_role("slider", name="Position")).to_have_attribute("aria-valuenow", "0")


def test_a_slow_answer_does_not_replace_a_newer_one(page: Page) -> None:
    waiting: list[Route] = []

    def hold(route: Route) -> None:
        waiting.append(route)

    page.route("**/find/?q=heron", hold)
    open_newest(page)
    find = page.get_by_role("searchbox", name="Search the screen")
    for words in ("heron", "gull-42"):
        find.fill(words)
        find.press("Enter")
    found = page.locator("#player output")
    expect(found).to_have_text("1 of 1", timeout=SLOW)
    with page.expect_response("**/find/?q=heron"):
        waiting[0].continue_()
    find.press("Enter")
    expect(found).to_have_text("1 of 1")
    page.evaluate("() => new Promise(requestAnimationFrame)")
    expect(found).to_have_text("1 of 1")
