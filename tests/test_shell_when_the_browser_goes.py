"""Closing the tab or killing the browser ends the shell and all that it started."""

import os
import shutil
import signal
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.harness.browsers import FLAGS, go_to, take_cookies
from tests.harness.containers import BUSY, is_busy, nothing_is_left, start_pod
from tests.harness.kubectl import Kubectl
from tests.harness.servers import Server


@pytest.fixture
def near(kubectl: Kubectl, namespace: str) -> Kubectl:
    return kubectl.within(namespace)


@pytest.fixture
def pod(near: Kubectl) -> str:
    return start_pod(near, "sleeper")


@pytest.fixture
def second_browser(browser: Browser) -> Iterator[Browser]:
    """A Chromium that may be killed."""
    launched = browser.browser_type.launch(executable_path=shutil.which("chromium"), args=list(FLAGS))
    yield launched
    launched.close()


def work_in(page: Page, namespace: str, pod: str) -> None:
    """Open a shell by the page and leave work in its foreground and its background."""
    go_to(page, f"/clusters/test/pods/{namespace}/{pod}/shell/")
    page.get_by_role("button", name="Open shell").click()
    expect(page.locator(".xterm-rows")).to_contain_text("#", timeout=20_000)
    page.keyboard.type(f"{BUSY}\n")


def test_the_tab_is_closed(page: Page, near: Kubectl, pod: str) -> None:
    work_in(page, near.namespace, pod)
    is_busy(near, pod)
    page.close()
    nothing_is_left(near, pod)


def test_the_browser_is_killed(second_browser: Browser, server: Server, near: Kubectl, pod: str) -> None:
    context = second_browser.new_context(base_url=server.url)
    take_cookies(context, server.admin, server.url)
    work_in(context.new_page(), near.namespace, pod)
    is_busy(near, pod)
    for process in second_browser.new_browser_cdp_session().send("SystemInfo.getProcessInfo")["processInfo"]:
        os.kill(process["id"], signal.SIGKILL)
    nothing_is_left(near, pod)
