"""R15: when the tab is closed or the browser killed, the shell and all that it started end after the grace time."""

import os
import shutil
import signal
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.harness.browsers import FLAGS, go_to, take_cookies
from tests.harness.containers import BUSY, is_busy, nothing_is_left
from tests.harness.kubectl import Kubectl
from tests.harness.servers import Server


@pytest.fixture
def quick_server(new_server: Callable[..., Server]) -> Server:
    """A Pilothouse with a short grace time."""
    server = new_server(PILOTHOUSE_SHELL_GRACE_SECONDS="2")
    server.start()
    server.wait_until_synced()
    return server


@pytest.fixture
def second_browser(browser: Browser) -> Iterator[Browser]:
    """A Chromium that may be killed."""
    launched = browser.browser_type.launch(executable_path=shutil.which("chromium"), args=list(FLAGS))
    yield launched
    launched.close()


def work(browser: Browser, server: Server, namespace: str, pod: str) -> Page:
    """Open a shell by the page and leave work in its foreground and its background."""
    context = browser.new_context(base_url=server.url)
    take_cookies(context, server.admin, server.url)
    page = context.new_page()
    go_to(page, f"/clusters/test/pods/{namespace}/{pod}/shell/")
    page.get_by_role("button", name="Open shell").click()
    expect(page.locator("#shell-status")).to_have_text("Shell in main", timeout=20_000)
    page.keyboard.type(f"{BUSY}\n")
    return page


def test_the_tab_is_closed_or_the_browser_killed(
    browser: Browser, second_browser: Browser, quick_server: Server, near: Kubectl, pod: str
) -> None:
    page = work(browser, quick_server, near.namespace, pod)
    is_busy(near, pod)
    page.close()
    nothing_is_left(near, pod, seconds=12)
    work(second_browser, quick_server, near.namespace, pod)
    is_busy(near, pod)
    for process in second_browser.new_browser_cdp_session().send("SystemInfo.getProcessInfo")["processInfo"]:
        os.kill(process["id"], signal.SIGKILL)
    nothing_is_left(near, pod, seconds=12)
