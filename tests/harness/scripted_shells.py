"""Shells and commands on real pages whose sockets are answered by a test instead of the server."""

import json
import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Page, WebSocketRoute

from tests.harness.waiting import eventually

SESSION = "00000000-0000-4000-8000-00000000000{number}"
SOCKETS = re.compile(r"/ws/(clusters/.*/(shell|attach|run)|shells/[^/]+)/")


class ScriptedShell:
    """The far end of the newest socket of a page: what it is sent, and what it said."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.is_down = False
        """Whether sockets break as soon as they open."""
        self.addresses: list[str] = []
        """Path and query of each socket that opened, the newest last."""
        self.heard: list[Any] = []
        """What the page said on the newest socket, bytes as they are."""
        self._socket: WebSocketRoute | None = None
        page.route("**/ticket/?*", lambda route: route.fulfill(json={"ticket": "a-ticket"}))
        page.route_web_socket(lambda url: SOCKETS.match(urlsplit(url).path) is not None, self._open)

    def begin(self, number: int = 1, *, tty: bool = True) -> None:
        """The program starts; `number` tells one shell from another."""
        self.until(lambda: self._socket and self.addresses[-1].startswith("/ws/clusters/"))
        self.tell(type="session", **self._known(number))
        self.tell(type="started", recorded=False, tty=tty)

    def resume(self, *, lost: int = 0, number: int = 1, tty: bool = True) -> None:
        """The program is taken up where the page asks, but for what is lost."""
        self.until(lambda: self._socket and self.addresses[-1].startswith(f"/ws/shells/{self._known(number)['id']}/"))
        at = self.asked_from + lost
        self.tell(type="resumed", lost=lost, to=at, typed=0, **{"from": at}, **self._known(number))
        self.tell(type="started", recorded=False, tty=tty)

    @property
    def asked_from(self) -> int:
        """The offset from which the newest socket wants output."""
        return int(parse_qs(urlsplit(self.addresses[-1]).query)["from"][0])

    def tell(self, **message: Any) -> None:
        assert self._socket
        self._socket.send(json.dumps(message))

    def prints(self, text: str) -> None:
        assert self._socket
        self._socket.send(text.encode())

    def until_heard(self, message: Any) -> None:
        self.until(lambda: message in self.heard)

    def cut(self) -> None:
        """The connection breaks."""
        assert self._socket
        socket, self._socket = self._socket, None
        socket.close(code=1011)

    def exit(self, reason: str, code: int | None = None, *, wanted: bool = False) -> None:
        """The program ends."""
        assert self._socket
        self.tell(type="exit", code=code, wanted=wanted)
        self.tell(type="end", reason=reason, code=4000)
        self._socket.close(code=4000)

    def until(self, condition: Any) -> None:
        """Wait until it holds. What the browser says comes in only while we speak to it."""
        eventually(lambda: (self.page.evaluate("() => 1"), condition())[1], seconds=30)

    def _open(self, socket: WebSocketRoute) -> None:
        if self.is_down:
            socket.close(code=1011)
            return
        address = urlsplit(socket.url)
        self._socket = socket
        self.addresses.append(f"{address.path}?{address.query}")
        self.heard = []
        socket.on_message(self._hear)

    def _hear(self, message: str | bytes) -> None:
        self.heard.append(json.loads(message) if isinstance(message, str) else message)

    def _known(self, number: int) -> dict[str, str]:
        began = "2026-11-25T10:00:00+00:00"
        return {"id": SESSION.format(number=number), "name": "shell/app", "began": began}
