"""Whoever is signed out while a shell is open is told that, and can sign in from there."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.harness.browsers import go_to, take_cookies
from tests.harness.kubectl import Kubectl
from tests.harness.servers import Server
from tests.harness.terminals import SLOW, shows


@pytest.fixture
def leaver(browser: Browser, server: Server, namespace: str) -> Iterator[Page]:
    """A page of somebody whose sign-in nobody else needs."""
    name = f"leaver-{namespace}"
    server.add_user(name, superuser=True)
    with browser.new_context(base_url=server.url) as context:
        take_cookies(context, server.sign_in(name), server.url)
        yield context.new_page()


def test_the_page_says_so_and_leads_to_the_sign_in(leaver: Page, near: Kubectl, pod: str) -> None:
    shell = f"/clusters/test/pods/{near.namespace}/{pod}/shell/"
    go_to(leaver, shell)
    leaver.get_by_role("button", name="Open shell").click()
    shows(leaver, "#")
    other = leaver.context.new_page()
    go_to(other, "/shells/")
    other.locator("#person").click()
    other.get_by_role("menuitem", name="Sign out").click()
    expect(leaver.locator("#shell-status")).to_contain_text("You were signed out", timeout=SLOW)
    leaver.get_by_role("link", name="Sign in").click()
    expect(leaver.get_by_label("Password")).to_be_visible()
    assert shell in leaver.evaluate("decodeURIComponent(location.search)")
