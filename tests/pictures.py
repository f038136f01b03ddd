"""Takes the README's pictures from the demo: `python -m tests.pictures [FOLDER]`.

The same seed gives the same cluster; what has happened in it by the time a picture is taken differs by seconds.
"""

import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, ViewportSize

from tests.harness.browsers import chromium, take_cookies
from tests.harness.servers import ROOT, Server, synced
from tests.harness.waiting import eventually

SIZE = ViewportSize(width=1280, height=800)
DEMO = "/clusters/demo"
CRASHING = f"{DEMO}/pods/?status=CrashLoopBackOff"
BOOTCAMP = f"{DEMO}/pods/?q=kubernetes-bootcamp&state=running"
PROMPTS = "(count) => document.querySelector('.xterm-rows').textContent.split(':/#').length > count"
STEPS = ("ls", "cat /etc/os-release | head -3", "ps", "curl localhost:8080")


@contextmanager
def demo() -> Iterator[Server]:
    """A Pilothouse with nothing but the demo, synced."""
    with tempfile.TemporaryDirectory() as folder:
        embedded = {"DATABASE_URL": "", "REDIS_URL": ""}
        server = Server(Path(folder), kubeconfig=None, settings=embedded, options="--demo")
        with synced(server):
            yield server


def first_row(page: Page, table: str) -> None:
    """Open the object in the first row of a table."""
    page.goto(table)
    page.locator("tr[data-uid] a.name").first.click()
    page.wait_for_load_state("networkidle")


def pods(page: Page) -> None:
    page.goto(f"{DEMO}/pods/")


def overview(page: Page) -> None:
    page.goto(f"{DEMO}/")


def pod(page: Page) -> None:
    first_row(page, CRASHING)


def logs(page: Page) -> None:
    first_row(page, f"{DEMO}/deployments/?q=checkout-api")
    page.get_by_role("link", name="Logs", exact=True).click()
    page.wait_for_selector(".ln >> nth=8")


def shell(page: Page) -> None:
    first_row(page, BOOTCAMP)
    page.get_by_role("link", name="Shell", exact=True).click()
    page.get_by_role("button", name="Open shell").click()
    page.wait_for_selector(".xterm-rows >> text=#")
    for prompts, step in enumerate(STEPS, start=2):
        page.keyboard.type(f"{step}\n")
        page.wait_for_function(PROMPTS, arg=prompts)


PICTURES: tuple[Callable[[Page], None], ...] = (overview, pods, pod, logs, shell)


def take(browser: Browser, server: Server, folder: Path) -> None:
    """Every picture, as PNG, named as its function."""
    with browser.new_context(base_url=server.url, viewport=SIZE, color_scheme="light") as context:
        take_cookies(context, server.admin, server.url)
        page = context.new_page()
        for show in PICTURES:
            show(page)
            page.wait_for_load_state("networkidle")
            page.screenshot(path=folder / f"{show.__name__}.png")


def main() -> None:
    """Writes the pictures into the folder given, else into docs/pictures."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "pictures"
    with demo() as server, chromium() as browser:
        # Some pods need a while to crash for the first time.
        eventually(lambda: "<tr id=" in server.text(CRASHING), seconds=120)
        take(browser, server, folder)


if __name__ == "__main__":
    main()
