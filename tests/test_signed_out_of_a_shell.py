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


def sign_out_elsewhere(page: Page) -> None:
    other = page.context.new_page()
    go_to(other, "/shells/")
    other.locator("#person").click()
    other.get_by_role("menuitem", name="Sign out").click()


def leads_to_sign_in(page: Page, back: str) -> None:
    page.get_by_role("link", name="Sign in").click()
    expect(page.get_by_label("Password")).to_be_visible()
    assert back in page.evaluate("decodeURIComponent(location.search)")


def test_the_page_says_so_and_leads_to_the_sign_in(leaver: Page, near: Kubectl, pod: str) -> None:
    shell = f"/clusters/test/pods/{near.namespace}/{pod}/shell/"
    go_to(leaver, shell)
    leaver.get_by_role("button", name="Open shell").click()
    shows(leaver, "#")
    sign_out_elsewhere(leaver)
    expect(leaver.locator("#shell-status")).to_contain_text("You were signed out", timeout=SLOW)
    leads_to_sign_in(leaver, shell)


def test_so_does_the_page_of_a_command(leaver: Page, near: Kubectl, pod: str) -> None:
    page = f"/clusters/test/pods/{near.namespace}/{pod}/run/"
    go_to(leaver, page)
    leaver.get_by_label("Command").fill("sleep 1000")
    leaver.get_by_role("button", name="Run", exact=True).click()
    expect(leaver.locator("#run-status")).to_have_text("Running", timeout=SLOW)
    sign_out_elsewhere(leaver)
    expect(leaver.locator("#run-status")).to_contain_text("You were signed out", timeout=SLOW)
    leads_to_sign_in(leaver, page)
