"""An admin looks on at somebody's shell: its owner is told, and the admin is told the truth about it."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.harness.browsers import go_to, take_cookies
from tests.harness.kubectl import Kubectl
from tests.harness.servers import Server
from tests.harness.terminals import SLOW, screen, shows, type_line


@pytest.fixture
def chief(server: Server, namespace: str) -> str:
    """The name of another admin."""
    name = f"chief-{namespace}"
    server.add_user(name, superuser=True)
    return name


@pytest.fixture
def of_chief(browser: Browser, server: Server, chief: str) -> Iterator[Page]:
    """A page of the other admin, on a smaller window."""
    with browser.new_context(base_url=server.url, viewport={"width": 1200, "height": 600}) as context:
        take_cookies(context, server.sign_in(chief), server.url)
        yield context.new_page()


@pytest.fixture
def opened(page: Page, near: Kubectl, pod: str) -> Page:
    """The page of a shell at its prompt."""
    go_to(page, f"/clusters/test/pods/{near.namespace}/{pod}/shell/")
    page.get_by_role("button", name="Open shell").click()
    shows(page, "#")
    return page


def fact(page: Page, name: str) -> str:
    """What the page says of the session under that name."""
    return page.locator(f".session dt:text-is('{name}') + dd").inner_text()


def test_the_page_of_each_says_so(opened: Page, of_chief: Page, chief: str, pod: str) -> None:
    go_to(of_chief, "/shells/")
    of_chief.get_by_role("row", name=pod).get_by_role("link", name="Watch").click()
    expect(of_chief.locator("#shell-status")).to_have_text("Watching", timeout=SLOW)
    expect(opened.get_by_text(f"{chief} is watching.")).to_be_visible()
    # The screen of the one who drives is what fits his window under that sentence.
    expect(of_chief.locator(".session dt:text-is('Size') + dd")).to_have_text(fact(opened, "Size"))
    assert fact(of_chief, "Started") == fact(opened, "Started")
    assert fact(of_chief, "Acting as") == "admin"
    expect(of_chief.get_by_text("the shell waits")).to_be_hidden()
    type_line(opened, "echo seen-$((40 + 2))")
    expect(screen(of_chief)).to_contain_text("seen-42")
    go_to(of_chief, "/shells/")
    expect(opened.get_by_text(f"{chief} is watching.")).to_be_hidden()


def test_an_admin_is_asked_before_he_ends_it(opened: Page, of_chief: Page, chief: str, pod: str) -> None:
    go_to(of_chief, "/shells/")
    end = of_chief.get_by_role("row", name=pod).get_by_role("button", name="End")
    asked = of_chief.get_by_role("dialog", name=re.compile(f"^End the shell of admin in {pod}"))
    end.click()
    asked.get_by_role("button", name="Cancel").click()
    expect(asked).to_be_hidden()
    type_line(opened, "echo still-$((40 + 2))")
    shows(opened, "still-42")
    end.click()
    asked.get_by_role("button", name="End shell").click()
    expect(opened.locator("#shell-status")).to_have_text(f"{chief} ended it.", timeout=SLOW)
