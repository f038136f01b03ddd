"""What a person calls a shell is what it is called wherever it is shown."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.harness.browsers import admin_page, go_to
from tests.harness.recorded_shells import SHELL, recording_server
from tests.harness.servers import Server
from tests.harness.terminals import SLOW

POD = SHELL.removesuffix("shell/")
NAME = "Night watch"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with recording_server(tmp_path_factory.mktemp("names")) as server:
        yield server


@pytest.fixture
def page(browser: Browser, server: Server) -> Iterator[Page]:
    with admin_page(browser, server) as page:
        yield page


def test_it_is_on_its_tab_in_the_dock_and_in_the_menus_there(page: Page) -> None:
    go_to(page, SHELL)
    page.get_by_role("button", name="Open shell").click()
    expect(page.locator("#shell-status")).to_contain_text("Shell in app", timeout=SLOW)
    go_to(page, "/shells/")
    expect(page.get_by_role("tab")).to_contain_text("shell")
    page.get_by_label("Name of this shell").fill(NAME)
    page.get_by_role("button", name="Call it so").click()
    page.get_by_role("link", name="Take up").click()
    expect(page.locator("#shell-status")).to_contain_text("Live", timeout=SLOW)
    go_to(page, POD)
    expect(page.get_by_role("tab", name=NAME)).to_be_visible(timeout=SLOW)
    page.get_by_role("button", name="Open shell").click()
    expect(page.get_by_role("tab")).to_have_count(2)
    expect(page.get_by_role("tab").last).to_contain_text("shell")
    page.get_by_role("button", name="Show beside it").click()
    expect(page.get_by_role("menuitem", name=NAME)).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_role("button", name=f"Close {NAME}").click()
    asked = page.get_by_role("dialog", name=f"Close {NAME}?")
    asked.get_by_role("button", name="Close shell").click()
    expect(page.get_by_role("tab", name=NAME)).to_have_count(0)
