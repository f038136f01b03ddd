"""A recorded shell says so, and is watched in the browser: played, searched, linked to, with nothing in it acting."""

import re
import secrets
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from tests.harness.browsers import admin_page, go_to
from tests.harness.recorded_shells import SHELL, SLOW, open_newest, record, recording_server
from tests.harness.servers import Server


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with recording_server(tmp_path_factory.mktemp("recorded")) as server:
        yield server


@pytest.fixture
def page(browser: Browser, server: Server) -> Iterator[Page]:
    with admin_page(browser, server) as page:
        yield page


def screen(page: Page) -> str:
    return page.locator("#player .xterm-rows").inner_text()


def test_a_shell_is_recorded_and_watched(page: Page) -> None:
    go_to(page, SHELL)
    expect(page.locator("#terminal-blank")).to_contain_text("Without a recording there is no shell here.")
    record(page, "echo first-$((40 + 2))", "echo second-$((40 + 2))")
    open_newest(page)
    place = page.get_by_role("slider", name="Position")
    assert "second-42" not in screen(page)

    page.get_by_role("button", name="Speed").click()
    page.get_by_role("button", name="Play").click()
    expect(page.locator("#player .xterm-rows")).to_contain_text("second-42", timeout=SLOW)
    expect(page.get_by_role("button", name="Again")).to_be_visible(timeout=SLOW)

    place.press("Home")
    expect(page.locator("#player .xterm-rows")).not_to_contain_text("first-42")
    find = page.get_by_role("searchbox", name="Search the screen")
    find.fill("second-42")
    find.press("Enter")
    expect(page.locator("#player .xterm-rows")).to_contain_text("second-42", timeout=SLOW)
    expect(page.locator("#player output")).to_have_text("1 of 1")

    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Link to").click()
    expect(page).to_have_url(re.compile(r"[?&]t=\d+"))
    link = page.evaluate("navigator.clipboard.readText()")
    assert link == page.url
    page.goto(link)
    expect(page.get_by_role("button", name="Play")).to_be_enabled(timeout=SLOW)
    expect(page.locator("#player .xterm-rows")).to_contain_text("first-42")


def test_words_on_the_screen_find_the_recording(page: Page) -> None:
    bird = f"gull{secrets.randbelow(10**6)}"
    record(page, f"echo {bird}-$((40 + 2))")
    go_to(page, f"/recordings/?q={bird.upper()}-42")
    expect(page.locator(".recording-rows mark")).to_have_text(f"{bird}-42")
    page.locator(".recording-rows .name").click()
    expect(page.get_by_role("searchbox", name="Search the screen")).to_have_value(f"{bird.upper()}-42", timeout=SLOW)
    expect(page.locator("#player .xterm-rows")).to_contain_text(f"{bird}-42")
    expect(page.locator("#player .found-place")).to_be_visible()


def test_nothing_in_a_recording_reaches_beyond_it(page: Page) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    go_to(page, "/recordings/")
    page.evaluate("navigator.clipboard.writeText('mine')")
    escapes = r"\033]0;title\007\033]52;c;ZXZpbA==\007\033]8;;https://example.invalid\007link\033]8;;\007"
    record(page, f"printf '{escapes} d%s\\n' one")
    open_newest(page)
    page.get_by_role("slider", name="Position").press("End")
    expect(page.locator("#player .xterm-rows")).to_contain_text("link done", timeout=SLOW)
    assert page.title() == "admin in shell · Pilothouse"
    assert page.evaluate("navigator.clipboard.readText()") == "mine"
    pages = len(page.context.pages)
    row = page.locator("#player .xterm-rows > div", has_text=re.compile("^link done")).bounding_box()
    assert row
    page.mouse.click(row["x"] + 12, row["y"] + row["height"] / 2)
    assert len(page.context.pages) == pages


def test_the_list_on_a_phone_says_what_ran_where_and_how_it_ended(page: Page) -> None:
    record(page, "true")
    page.set_viewport_size(ViewportSize(width=390, height=844))
    go_to(page, "/recordings/")
    row = page.locator(".recording-rows tbody tr").first
    expect(row.locator(".p-where")).to_contain_text("default · harbour · app · exit code 0 · ")
    expect(row.locator(".p-where .only-phone")).to_be_visible()
    expect(row.locator(".p-ran")).to_be_visible()
    expect(row.locator(".p-ran")).to_have_text("Shell bash, else sh")
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
