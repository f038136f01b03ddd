"""Attached to the process of a container on a page: what it prints stands as it would in a terminal of one's own."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.harness.browsers import admin_page, go_to, load_again
from tests.harness.recorded_shells import SHELL, recording_server
from tests.harness.scripted_shells import ScriptedShell
from tests.harness.servers import Server
from tests.harness.terminals import screen, shows

AWAITED = "Attached: what the process prints from now on appears here"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with recording_server(tmp_path_factory.mktemp("attached")) as server:
        yield server


@pytest.fixture
def page(browser: Browser, server: Server) -> Iterator[Page]:
    with admin_page(browser, server) as page:
        yield page


@pytest.fixture
def shell(page: Page) -> ScriptedShell:
    return ScriptedShell(page)


def stands_at_the_left(page: Page, text: str) -> None:
    expect(page.locator(".xterm-rows > div", has_text=re.compile(f"^{text}\\s*$"))).to_be_visible(timeout=20_000)


def test_lines_of_a_process_without_a_terminal_begin_at_the_left(page: Page, shell: ScriptedShell) -> None:
    go_to(page, SHELL)
    page.locator("select[name=shell]").select_option("attach")
    page.get_by_role("button", name="Attach", exact=True).click()
    shell.begin(tty=False)
    shows(page, AWAITED)
    shell.prints("one\ntwo\n")
    stands_at_the_left(page, "two")
    load_again(page)
    shell.resume(tty=False)
    shell.prints("one\ntwo\nthree\n")
    stands_at_the_left(page, "three")


def test_what_has_a_terminal_decides_itself_where_a_line_begins(page: Page, shell: ScriptedShell) -> None:
    go_to(page, f"{SHELL}?shell=attach")
    page.get_by_role("button", name="Attach", exact=True).click()
    shell.begin()
    shell.prints("\x1b[2J\x1b[Hone\ntwo")
    stands_at_the_left(page, "   two")


def test_what_was_printed_before_is_not_awaited(page: Page, shell: ScriptedShell) -> None:
    go_to(page, f"{SHELL}?shell=attach")
    page.get_by_role("button", name="Attach", exact=True).click()
    shell.begin(tty=False)
    shell.prints("earlier\n")
    shows(page, "earlier")
    load_again(page)
    shell.until(lambda: shell.addresses[-1].startswith("/ws/shells/"))
    begun = {"id": shell.addresses[-1].split("/")[3], "name": "shell/app", "began": "2026-11-25T10:00:00+00:00"}
    shell.tell(type="resumed", lost=0, to=8, typed=0, **{"from": 0}, **begun)
    shell.tell(type="started", recorded=False, tty=False)
    shell.prints("earlier\n")
    shows(page, "earlier")
    expect(screen(page)).not_to_contain_text(AWAITED)
