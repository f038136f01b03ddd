"""One command serves pages, sockets and static files, and ends cleanly."""

import re
import signal
import socket

import pytest
import requests
from websocket import (
    WebSocket,
    WebSocketBadStatusException,
    WebSocketConnectionClosedException,
    create_connection,
)

from tests.harness.servers import Server

WS = "ws/changes/"
OPCODE_CLOSE = 0x8


def open_socket(server: Server, session: requests.Session, origin: str, path: str = WS) -> WebSocket:
    """The socket as a browser opens it from a page of `origin`."""
    cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in session.cookies)
    address = server.url.replace("http:", "ws:")
    return create_connection(f"{address}/{path}", cookie=cookies, origin=origin, timeout=20)


def close_code(connection: WebSocket) -> int:
    """Why the server closed the socket, whatever it sent before."""
    try:
        frame = connection.recv_frame()
        while frame.opcode != OPCODE_CLOSE:
            frame = connection.recv_frame()
        return int.from_bytes(frame.data[:2])
    finally:
        connection.shutdown()


def style_sheet(server: Server) -> str:
    """The address of a file that the sign-in page names."""
    page = requests.get(f"{server.url}/sign-in/", timeout=20).text
    found = re.search(r'href="(/static/[^"]+\.css)"', page)
    assert found, page
    return server.url + found[1]


def test_a_second_start_serves_and_makes_no_second_admin(lone_server: Server) -> None:
    lone_server.start()
    lone_server.stop()
    lone_server.start()
    assert requests.get(lone_server.url, timeout=20).status_code == 200
    assert lone_server.log().count("First user: admin") == 1


def test_sigterm_tells_the_sockets_and_ends_with_code_0(lone_server: Server) -> None:
    lone_server.start()
    session = lone_server.sign_in()
    connection = open_socket(lone_server, session, lone_server.url)
    assert lone_server.web
    lone_server.web.process.send_signal(signal.SIGTERM)
    assert close_code(connection) == 4503
    assert lone_server.web.process.wait(20) == 0
    assert "Traceback" not in lone_server.log()


def test_a_socket_from_another_page_is_refused_even_with_our_cookies(lone_server: Server) -> None:
    lone_server.start()
    session = lone_server.sign_in()
    with pytest.raises(WebSocketBadStatusException) as refused:
        open_socket(lone_server, session, "http://evil.example")
    assert refused.value.status_code == 403
    open_socket(lone_server, session, lone_server.url).close()


def test_a_socket_that_does_not_exist_is_refused_without_an_error_of_ours(lone_server: Server) -> None:
    lone_server.start()
    with pytest.raises(WebSocketBadStatusException) as refused:
        open_socket(lone_server, lone_server.sign_in(), lone_server.url, "ws/nowhere/")
    assert refused.value.status_code == 403
    assert "Traceback" not in lone_server.log()


def test_a_socket_that_sends_too_much_at_once_is_cut(lone_server: Server) -> None:
    lone_server.start()
    connection = open_socket(lone_server, lone_server.sign_in(), lone_server.url)
    connection.send("x" * 70_000)
    with pytest.raises((ConnectionResetError, WebSocketConnectionClosedException)):
        close_code(connection)


def test_static_files_are_kept_for_ever_compressed_and_of_their_type(lone_server: Server) -> None:
    lone_server.start()
    answer = requests.get(style_sheet(lone_server), headers={"Accept-Encoding": "gzip"}, timeout=20)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "max-age=315360000, public, immutable"
    assert answer.headers["Content-Encoding"] == "gzip"
    assert answer.headers["Content-Type"].startswith("text/css")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_pages_carry_the_policies_that_browsers_enforce(lone_server: Server) -> None:
    lone_server.start()
    headers = requests.get(f"{lone_server.url}/sign-in/", headers={"Accept-Encoding": "gzip"}, timeout=20).headers
    policy = dict(part.strip().split(" ", 1) for part in headers["Content-Security-Policy"].split(";"))
    assert policy == {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self' data:",
        "font-src": "'self'",
        "connect-src": "'self'",
        "object-src": "'none'",
        "base-uri": "'none'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
    }
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Encoding"] == "gzip"
    assert "HttpOnly" in headers["Set-Cookie"]
    assert "SameSite=Strict" in headers["Set-Cookie"]


def test_an_address_that_is_taken_is_said_in_one_line(lone_server: Server) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        web = lone_server.run("web", "serve", "--prepare", "--address", address)
        assert web.process.wait(60) == 1
    assert f"Cannot serve on {address}" in lone_server.log()
    assert "Traceback" not in lone_server.log()


def test_an_address_that_is_none_is_refused(lone_server: Server) -> None:
    web = lone_server.run("web", "serve", "--address", "8000")
    assert web.process.wait(60) == 1
    assert "--address is '8000'; allowed: host:port" in lone_server.log()
