"""A followed log goes on by itself after the server was killed and started again, no line lost and none doubled."""

from collections.abc import Callable

from playwright.sync_api import Browser, expect

from tests.harness.browsers import go_to, take_cookies
from tests.harness.containers import start_pod
from tests.harness.kubectl import Kubectl
from tests.harness.servers import Server


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
        lines = page.locator(".ln p")
        for _ in range(2):
            seen = lines.count()
            expect(lines.nth(seen + 20)).to_be_attached(timeout=20_000)
            server.kill()
            expect(page.locator("#log-status")).to_have_text("Not connected to Pilothouse, trying again.")
            server.start()
        seen = lines.count()
        expect(lines.nth(seen + 20)).to_be_attached(timeout=20_000)
        ticks = lines.all_text_contents()
        marks = page.locator(".mark-line:not([hidden])").all_text_contents()
    assert ticks == [f"tick {number}" for number in range(1, len(ticks) + 1)]
    assert marks == []
