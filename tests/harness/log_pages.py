"""The viewer of logs in a browser, mounted on a page of its own and fed by a test instead of a server."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urlsplit

from playwright.sync_api import Browser, Page, Route, WebSocketRoute

from tests.harness.browsers import DESKTOP, watch
from tests.harness.servers import ROOT
from tests.harness.waiting import eventually

ORIGIN = "http://pilothouse.test"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'"
)
STYLES = (
    *("vendor/tabler/tabler.min.css", "css/tokens.css", "css/base.css", "css/state.css", "css/panels.css"),
    *("css/tables.css", "css/dialogs.css", "css/frame.css", "css/adapt.css", "css/streams.css", "css/stream-page.css"),
    *("css/logs.css", "css/ansi.css", "css/log-icons.css"),
)
TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".woff2": "font/woff2"}
SOCKET = "/ws/clusters/test/logs/?namespace=shop"
TICKET = "a-ticket"
HEAD = '<div class="stream-head"><h1>web</h1></div>'
BEGIN = "2026-11-25T10:00:{second:02}.{fraction:09}Z {text}"


@contextmanager
def scripted_logs(browser: Browser) -> Iterator["ScriptedLogs"]:
    """The viewer in a page of its own; errors in its console fail the test. Raises AssertionError."""
    with browser.new_context(viewport=DESKTOP) as context:
        page = context.new_page()
        problems = watch(page)
        yield ScriptedLogs(page)
    assert not problems, "\n".join(problems)


def stamped(text: str, number: int = 0) -> str:
    """A line as the API gives it; `number` counts milliseconds after ten o'clock."""
    return BEGIN.format(second=number // 1000, fraction=number % 1000 * 1_000_000, text=text)


@dataclass
class ScriptedLogs:
    """The far end of the viewer's socket: what it is sent, and what it said."""

    page: Page
    containers: list[dict[str, str]] = field(default_factory=list)
    messages: list[dict[str, Any]] = field(default_factory=list)
    refusal: str = ""
    """Why the page is given no ticket."""
    _address: str = ""
    _opened: int = 0
    _socket: WebSocketRoute | None = None

    def __post_init__(self) -> None:
        self.page.route(f"{ORIGIN}/**", self._answer)
        self.page.route_web_socket(lambda url: urlsplit(url).path.startswith("/ws/"), self._open)

    def show(self, **state: str) -> None:
        """Open the page with that state in its address, and wait until the viewer has said where to start."""
        opened = self.opened
        self.page.goto(f"{ORIGIN}/logs/?{urlencode(state)}")
        eventually(lambda: self.opened > opened and self.said("start") is not None, seconds=20)

    @property
    def opened(self) -> int:
        """How often the viewer has opened its socket."""
        self._listen()
        return self._opened

    @property
    def address(self) -> str:
        """The query with which it opened its socket last, without the ticket."""
        self._listen()
        return self._address

    def _listen(self) -> None:
        """What the browser says, and what the page asks for, comes in only while we speak to it."""
        self.page.evaluate("() => 1")

    def said(self, kind: str) -> Any:
        """The newest message with that key; None when there was none since the socket opened."""
        self._listen()
        return next((message[kind] for message in reversed(self.messages) if kind in message), None)

    def source(
        self, number: int, pod: str = "web-1", *, container: str = "app", state: str = "running", **more: str
    ) -> None:
        named = {"pod": pod, "namespace": "shop", "uid": f"uid-{pod}", "container": container, "kind": "app"}
        self.tell(type="source", source=number, **{**named, "state": state, "text": "", **more})
        if state == "running":
            self.tell(type="instance", source=number, text=f"uid-{pod}/0")

    def lines(self, number: int, *lines: str) -> None:
        self.text(number, "".join(f"{line}\n" for line in lines))

    def text(self, number: int, text: str) -> None:
        assert self._socket
        self._socket.send(number.to_bytes(2, "big") + text.encode())

    def tell(self, **message: Any) -> None:
        assert self._socket
        self._socket.send(json.dumps(message))

    def cut(self) -> None:
        """The connection breaks."""
        assert self._socket
        self.messages.clear()
        self._socket.close(code=1011)

    def end(self, reason: str, code: int, **more: Any) -> None:
        """The server says why it ends, and does."""
        assert self._socket
        self.tell(type="end", reason=reason, code=code, **more)
        self._socket.close(code=code)

    def _open(self, socket: WebSocketRoute) -> None:
        self._socket, self._address = socket, urlsplit(socket.url).query.removesuffix(f"&ticket={TICKET}")
        self.messages.clear()
        self._opened += 1
        socket.on_message(lambda text: self.messages.append(json.loads(text)))

    def _answer(self, route: Route) -> None:
        path = urlsplit(route.request.url).path
        if path.startswith("/static/"):
            file = ROOT / path[1:]
            route.fulfill(body=file.read_bytes(), content_type=TYPES.get(file.suffix, "application/octet-stream"))
        elif path == "/logs/":
            headers = {"Content-Security-Policy": POLICY}
            route.fulfill(body=self._html(), content_type="text/html; charset=utf-8", headers=headers)
        elif path == "/ticket/":
            answer = {"reason": self.refusal} if self.refusal else {"ticket": TICKET}
            route.fulfill(json=answer, status=403 if self.refusal else 200)
        else:
            route.fulfill(status=204)

    def _html(self) -> str:
        containers = json.dumps(self.containers).replace('"', "&quot;")
        data = f'data-socket="{SOCKET}" data-file="" data-selection="" data-container="" data-containers="{containers}"'
        place = f'<div id="log-viewer" class="log-viewer" {data}></div>'
        links = "".join(f'<link rel="stylesheet" href="/static/{style}">' for style in STYLES)
        scripts = "".join(
            f'<script type="module" src="/static/js/{name}.js"></script>' for name in ("menus", "log-page")
        )
        head = f"<meta name='viewport' content='width=device-width, initial-scale=1'><title>Logs</title>{links}"
        body = f"<div class='frame'><main class='main'><div class='stream-page'>{HEAD}{place}</div></main></div>"
        return f"<!doctype html><html lang=en><head>{head}</head><body>{body}{scripts}</body></html>"
