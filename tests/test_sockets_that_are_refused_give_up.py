"""A page whose socket is refused as soon as it asks says so, and asks no more."""

from collections.abc import Callable

from playwright.sync_api import Browser, WebSocket, expect

from tests.harness.browsers import go_to, take_cookies
from tests.harness.servers import Server

LOST = "Not connected to Pilothouse, trying again"


def test_a_sign_in_that_ended_while_the_server_was_away(browser: Browser, new_server: Callable[..., Server]) -> None:
    server = new_server()
    server.start()
    server.wait_until_synced()
    with browser.new_context(base_url=server.url) as context:
        take_cookies(context, server.admin, server.url)
        page = context.new_page()
        page.clock.install()
        asked: list[WebSocket] = []

        def note(socket: WebSocket) -> None:
            asked.append(socket)

        page.on("websocket", note)
        go_to(page, "/clusters/test/pods/")
        expect(page.locator("#freshness")).not_to_be_empty()
        server.kill()
        expect(page.locator("#freshness")).to_have_text(LOST)
        context.clear_cookies()
        server.start()
        expect(page.locator("#freshness")).to_have_text("You may no longer see this", timeout=30_000)
        before = len(asked)
        page.clock.run_for("05:00")
        expect(page.locator("#freshness")).to_have_text("You may no longer see this")
        assert len(asked) == before
