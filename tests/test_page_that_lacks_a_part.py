"""A page one of whose files got lost on the way says so, and loads again on a click."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.harness.browsers import go_to, take_cookies
from tests.harness.kubectl import Kubectl
from tests.harness.servers import Server

WORDS = "A part of this page could not be loaded"


@pytest.fixture
def page(browser: Browser, server: Server) -> Iterator[Page]:
    with browser.new_context(base_url=server.url) as context:
        take_cookies(context, server.admin, server.url)
        yield context.new_page()


@pytest.mark.parametrize(
    "lost", ["**/js/frame*.js", "**/js/dock.*js", "**/css/tokens*.css"], ids=["script", "import", "styles"]
)
def test_it_says_so_until_it_is_whole(page: Page, lost: str) -> None:
    go_to_without(page, lost, "/clusters/test/pods/")
    expect(page.get_by_role("alert")).to_contain_text(WORDS)
    press_until_whole(page)
    expect(page.get_by_role("heading", name="Pods")).to_be_visible()


def test_it_goes_on_saying_so_when_the_page_changes(page: Page, near: Kubectl, pod: str) -> None:
    go_to_without(page, "**/css/detail*.css", f"/clusters/test/pods/{near.namespace}/{pod}/")
    expect(page.get_by_role("alert")).to_contain_text(WORDS)
    near("label", "pod", pod, "look=here")
    expect(page.get_by_text("look=here")).to_be_visible(timeout=40_000)
    expect(page.get_by_role("alert")).to_contain_text(WORDS)


def test_a_whole_page_says_nothing(page: Page) -> None:
    go_to(page, "/clusters/test/pods/")
    expect(page.get_by_role("heading", name="Pods")).to_be_visible()
    expect(page.get_by_text(WORDS)).to_be_hidden()


def go_to_without(page: Page, lost: str, address: str) -> None:
    page.route(lost, lambda route: route.abort())
    go_to(page, address)
    page.unroute(lost)


def press_until_whole(page: Page) -> None:
    """More than once where the browser drops another file on the way (`go_to`)."""
    for _ in range(5):
        with page.expect_navigation():
            page.get_by_role("button", name="Load again").click()
        if page.get_by_text(WORDS).is_hidden():
            return
    raise AssertionError("It was never whole.")
