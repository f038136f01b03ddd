"""Chromium enforces our policies, and neither our pages nor Django's admin break under them."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.harness.browsers import DESKTOP, take_cookies, watch
from tests.harness.servers import Server

OPEN_SOCKET = """address => new Promise(done => {
    const socket = new WebSocket(address);
    socket.onopen = () => { socket.close(); done("open"); };
    socket.onerror = () => done("refused");
})"""
RUN_INLINE_SCRIPT = """() => {
    const script = document.createElement("script");
    script.textContent = "window.ran = true";
    document.body.append(script);
    return window.ran === true;
}"""


@pytest.fixture
def signed_in(browser: Browser, lone_server: Server) -> Iterator[Page]:
    """A page of a server without clusters, signed in as its superuser, at the fleet."""
    lone_server.start()
    with browser.new_context(base_url=lone_server.url, viewport=DESKTOP) as context:
        take_cookies(context, lone_server.sign_in(), lone_server.url)
        page = context.new_page()
        page.goto("/")
        yield page


def test_the_admin_works_under_the_strict_policy(signed_in: Page) -> None:
    problems = watch(signed_in)
    for address in ("/admin/", "/admin/auth/user/", "/admin/auth/user/add/", "/admin/clusters/cluster/add/"):
        answer = signed_in.goto(address)
        assert answer
        assert answer.status == 200
    assert not problems


def test_an_inline_script_does_not_run(signed_in: Page) -> None:
    assert not signed_in.evaluate(RUN_INLINE_SCRIPT)


def test_our_own_socket_opens_and_another_hosts_does_not(signed_in: Page, lone_server: Server) -> None:
    ours = lone_server.url.replace("http:", "ws:")
    assert signed_in.evaluate(OPEN_SOCKET, f"{ours}/ws/changes/") == "open"
    # Another name for the same machine, so that only the policy can be what refuses it.
    other = ours.replace("127.0.0.1", "localhost")
    problems = watch(signed_in)
    assert signed_in.evaluate(OPEN_SOCKET, f"{other}/ws/changes/") == "refused"
    assert any("Content Security Policy" in problem for problem in problems)
