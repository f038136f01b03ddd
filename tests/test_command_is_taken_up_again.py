"""A command whose page was loaded anew is found there again."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.harness.browsers import admin_page, go_to, load_again
from tests.harness.recorded_shells import recording_server
from tests.harness.servers import Server
from tests.harness.terminals import SLOW

RUN = "/clusters/harbour/pods/default/shell/run/"
COMMAND = "sh -c 'echo begun-$((40 + 2)); sleep 300'"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with recording_server(tmp_path_factory.mktemp("commands")) as server:
        yield server


@pytest.fixture
def page(browser: Browser, server: Server) -> Iterator[Page]:
    with admin_page(browser, server) as page:
        yield page


def test_it_is_offered_shows_what_it_printed_and_can_be_stopped(page: Page) -> None:
    go_to(page, RUN)
    page.get_by_label("Command").fill(COMMAND)
    page.get_by_role("button", name="Run", exact=True).click()
    output = page.get_by_role("log", name="Output")
    expect(output).to_have_text("begun-42", timeout=SLOW)
    load_again(page)
    expect(page.get_by_text("You have a command running here already.")).to_be_visible()
    page.get_by_role("button", name="Take up sh -c").click()
    expect(output).to_have_text("begun-42", timeout=SLOW)
    expect(output).to_be_focused()
    expect(page.get_by_label("Command")).to_have_value(COMMAND)
    page.get_by_role("button", name="Stop").click()
    expect(page.locator("#run-status")).to_have_text("You stopped it.", timeout=SLOW)
