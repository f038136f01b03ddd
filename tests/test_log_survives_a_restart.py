"""A followed log goes on by itself after the server was killed and started again, no line lost and none doubled."""

from collections.abc import Callable

from playwright.sync_api import Browser, Page, expect

from tests.harness.browsers import go_to, take_cookies
from tests.harness.containers import start_pod
from tests.harness.kubectl import Kubectl
from tests.harness.servers import Server
from tests.harness.waiting import eventually


def test_every_line_once(browser: Browser, new_server: Callable[..., Server], kubectl: Kubectl, namespace: str) -> None:
    server = new_server()
    server.start()
    server.wait_until_synced()
    counting = "i=0; while :; do i=$((i+1)); echo tick $i; sleep 0.05; done"
    start_pod(kubectl.within(namespace), "ticker", "sh", "-c", counting)
    with browser.new_context(base_url=server.url) as context:
        take_cookies(context, server.admin, server.url)
        page = context.new_page()
        go_to(page, f"/clusters/test/pods/{namespace}/ticker/logs/?tail=all")
        for _ in range(2):
            wait_for_more(page)
            server.kill()
            expect(page.locator(".log-status")).to_have_text("Not connected to Pilothouse, trying again.")
            server.start()
        wait_for_more(page)
        lines = downloaded(page)
    assert lines == [f"tick {number}" for number in range(1, len(lines) + 1)]


def wait_for_more(page: Page) -> None:
    """Until twenty more lines are held than now."""
    before = held(page)
    eventually(lambda: held(page) > before + 20, seconds=20)


def held(page: Page) -> int:
    return int(page.locator(".log-held").inner_text().split()[0].replace(",", "") or 0)


def downloaded(page: Page) -> list[str]:
    """The lines of the file that a person gets of what is shown, marks among them, without their moments."""
    page.get_by_role("button", name="Download").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="What is shown here").click()
    return [line.partition(" ")[2] for line in download.value.path().read_text().splitlines()]
