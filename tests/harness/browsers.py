"""Chromium for the tests, and what a page may not do: fail a script, log an error, ask another host."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import requests
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, ViewportSize, sync_playwright

from tests.cluster.programs import CannotRise
from tests.harness.servers import Server

FLAGS = (
    *("--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
NETWORK_CHANGED = "net::ERR_NETWORK_CHANGED"
DESKTOP = ViewportSize(width=1280, height=900)


@contextmanager
def chromium() -> Iterator[Browser]:
    """Debian's Chromium. Raises CannotRise where it is not installed.

    An event loop runs in this thread meanwhile, so that Django refuses to query the database: a test with a browser
    reaches data through pages, kubectl and manage.py.
    """
    program = shutil.which("chromium")
    if program is None:
        raise CannotRise("Pages are tested in Chromium; install it: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(FLAGS))
        try:
            yield browser
        finally:
            browser.close()


def watch(page: Page) -> list[str]:
    """The problems of the page, growing as it lives; a breach of the content security policy is a console error."""
    problems: list[str] = []

    def note_message(message: ConsoleMessage) -> None:
        # Chromium drops its connections whenever a pod on this machine gets or loses its network interface.
        if message.type == "error" and NETWORK_CHANGED not in message.text:
            problems.append(f"Console: {message.text} {message.location['url']}")

    def note_request(request: Request) -> None:
        if urlsplit(request.url).netloc not in ("", urlsplit(page.url).netloc):
            problems.append(f"Asked another host: {request.url}")

    page.on("console", note_message)
    page.on("pageerror", lambda error: problems.append(f"Uncaught: {error}"))
    page.on("requestfailed", note_request)
    return problems


@contextmanager
def admin_page(
    browser: Browser, server: Server, *, viewport: ViewportSize = DESKTOP, touch: bool = False
) -> Iterator[Page]:
    """A page of a running server, signed in as its superuser, on a screen of that size; with `touch` that of a phone.
    What goes wrong in it (see `watch`) fails the test. Raises AssertionError."""
    with browser.new_context(base_url=server.url, viewport=viewport, has_touch=touch, is_mobile=touch) as context:
        take_cookies(context, server.admin, server.url)
        page = context.new_page()
        problems = watch(page)
        yield page
    assert not problems, "\n".join(problems)


def go_to(page: Page, address: str) -> None:
    """Load the page with all its files. Raises AssertionError when some are missing each of five times."""
    _until_whole(page, lambda: page.goto(address))


def load_again(page: Page) -> None:
    """The same with the page as it is. A shell on it may be asked for more than once."""
    _until_whole(page, page.reload)


def _until_whole(page: Page, load: Callable[[], object]) -> None:
    # Chromium drops what it is loading whenever a pod on this machine gets or loses its network interface; a page whose
    # script is missing stays dead, as anywhere.
    dropped: list[str] = []

    def note(request: Request) -> None:
        if request.failure == NETWORK_CHANGED:
            dropped.append(request.url)

    page.on("requestfailed", note)
    try:
        for _ in range(5):
            dropped.clear()
            load()
            if not dropped:
                return
    finally:
        page.remove_listener("requestfailed", note)
    raise AssertionError(f"Not loaded: {', '.join(dropped)}")


def take_cookies(context: BrowserContext, session: requests.Session, url: str) -> None:
    """Sign the browser in with the cookies of a session that is."""
    for cookie in session.cookies:
        context.add_cookies([{"name": cookie.name, "value": cookie.value or "", "url": url}])
