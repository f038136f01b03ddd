"""The socket of many logs, spoken to as a page does: lines by source, and marks."""

import json
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
from channels.routing import URLRouter
from channels.testing import WebsocketCommunicator
from django.contrib.auth.models import User

from clusters.threads import write
from dashboard.routing import websocket_urlpatterns
from tests import people
from tests.harness.servers import Server
from tests.harness.sockets import opened

LIMIT_SECONDS = 10.0


KNOWN = 200


class OneLog:
    """What a page has of one container: its text, and where it would go on after a break."""

    def __init__(self) -> None:
        self.text = bytearray()
        self.instance = ""
        self.has_ended = False
        self._line = ""
        self._times = 0

    def take(self, text: bytes) -> None:
        lines = (self.text[self.text.rfind(b"\n") + 1 :] + text).split(b"\n")[:-1]
        self.text += text
        for line in (line.decode(errors="replace")[:KNOWN] for line in lines):
            self._times = self._times + 1 if line == self._line else 1
            self._line = line

    def rewind(self) -> None:
        _forget_unfinished(self.text)

    def begin(self, instance: str) -> None:
        if instance != self.instance:
            self.instance, self._line, self._times = instance, "", 0

    def seen(self) -> dict[str, Any]:
        return {"instance": self.instance, "line": self._line, "times": self._times}


class LogPage:
    """What a page has shown, kept while its socket comes and goes; logs by uid of the pod and container."""

    def __init__(self) -> None:
        self.logs: dict[tuple[str, str], OneLog] = defaultdict(OneLog)
        self.names: dict[tuple[str, str], dict[str, str]] = {}
        self.marks: list[dict[str, Any]] = []

    def start(self) -> dict[str, Any]:
        """The message with which it begins, and goes on after a break."""
        sources = []
        for key, log in self.logs.items():
            log.rewind()
            if log.instance:
                sources.append(self.names[key] | log.seen() | ({"ended": True} if log.has_ended else {}))
        return {"sources": sources}

    def of(self, pod: str) -> bytes:
        """The text of all containers of the pods of that name."""
        return b"".join(log.text for key, log in self.logs.items() if self.names[key]["pod"] == pod)

    def signs(self) -> list[str]:
        """The marks that people see."""
        return [mark["type"] for mark in self.marks if mark["type"] not in ("instance", "rewind", "status")]


class ManyLogs:
    """What came: `sources` as they were told last, `text` of each source, `marks` in their order; `page` keeps it.

    What came was drawn at once, unless it `draws` nothing.
    """

    def __init__(self, socket: "WebsocketCommunicator | RealSocket", page: LogPage | None = None) -> None:
        self._socket = socket
        self.page = page or LogPage()
        self._drawn = 0
        self.draws = True
        self.sources: dict[int, dict[str, Any]] = {}
        self.text: dict[int, bytearray] = defaultdict(bytearray)
        self.marks: list[dict[str, Any]] = []
        self.frames: list[tuple[int, bytes]] = []
        self.answers: list[dict[str, Any]] = []
        self.older: dict[int, bytes] = defaultdict(bytes)
        self._older_left: dict[int, int] = defaultdict(int)
        self.end: str | None = None
        self.end_code = 0

    async def start(self) -> None:
        """Ask for the logs, after what the page has."""
        await self.tell(start=self.page.start())

    async def tell(self, **message: Any) -> None:
        await self._socket.send_json_to(message)

    async def read(self) -> bool:
        """Take one frame; whether there was one before the socket closed."""
        message = await self._socket.receive_output(timeout=LIMIT_SECONDS)
        if message["type"] == "websocket.close":
            return False
        if data := message.get("bytes"):
            await self._take(data)
        else:
            self._mark(json.loads(message["text"]))
        return True

    async def until(self, text: str, *, pod: str = "") -> None:
        """Read until a source (of the pod, where one is named) has the text."""
        looked: dict[int, int] = defaultdict(int)
        while not any(self._has(text.encode(), number, looked) for number in self.numbers(pod)):
            assert await self.read(), f"closed before {text!r} came: {self.end}"

    def _has(self, text: bytes, number: int, looked: dict[int, int]) -> bool:
        """Whether the source has the text, beyond what was looked at before."""
        begin = max(0, min(looked[number], len(self.text[number])) - len(text))
        looked[number] = len(self.text[number])
        return self.text[number].find(text, begin) >= 0

    async def until_state(self, pod: str, state: str) -> dict[str, Any]:
        """Read until a source of the pod has the state; what was said of it."""
        while True:
            for number in self.numbers(pod):
                if self.sources[number]["state"] == state:
                    return self.sources[number]
            assert await self.read(), f"closed before {pod} was {state}: {self.end}"

    async def older_than(self, pod: str, before: str, count: int, line: str = "", **wish: Any) -> tuple[bytes, bool]:
        """Ask for older lines of a pod's only source and read until they came; whether there are more.

        `wish` is what else is asked: `after` and `times`, `find` and `without`.
        """
        number, asked = self.number(pod), len(self.answers)
        await self.tell(older={"source": number, "before": before, "lines": count, "line": line, **wish})
        while len(self.answers) == asked or self._older_left[number]:
            assert await self.read(), f"closed before older lines came: {self.end}"
        return self.older[number], self.answers[-1]["more"]

    async def until_closed(self) -> str:
        while await self.read():
            pass
        return self.end or ""

    def numbers(self, pod: str = "") -> list[int]:
        """The numbers of the sources, those of one pod where it is named."""
        return [number for number, source in self.sources.items() if pod in ("", source["pod"])]

    def number(self, pod: str) -> int:
        [number] = self.numbers(pod)
        return number

    async def _take(self, data: bytes) -> None:
        number = int.from_bytes(data[:2], "big")
        assert number in self.sources
        if self._older_left[number]:
            self._older_left[number] -= len(data[2:])
            self.older[number] += data[2:]
        else:
            self.text[number] += data[2:]
            self._log(number).take(data[2:])
        self.frames.append((number, data[2:]))
        self._drawn += len(data)
        if self.draws:
            await self.tell(drawn=self._drawn)

    def _log(self, number: int) -> OneLog:
        source = self.sources[number]
        key = (source["uid"], source["container"])
        self.page.names[key] = {name: source[name] for name in ("namespace", "pod", "container")}
        return self.page.logs[key]

    def _mark(self, message: dict[str, Any]) -> None:
        if message["type"] == "source":
            self.sources[message["source"]] = message
            self._log(message["source"]).has_ended = message["state"] in ("ended", "read") and not message.get(
                "refused"
            )
        elif message["type"] == "end":
            self.end, self.end_code = message["reason"], message["code"]
        elif message["type"] == "older":
            self.older[message["source"]] = b""
            self._older_left[message["source"]] = message["bytes"]
            self.answers.append(message)
        else:
            self.marks.append(message)
            self.page.marks.append(message)
            if message["type"] == "rewind":
                self._log(message["source"]).rewind()
                _forget_unfinished(self.text[message["source"]])
            elif message["type"] == "instance":
                self._log(message["source"]).begin(message["text"])


def _forget_unfinished(text: bytearray) -> None:
    del text[text.rfind(b"\n") + 1 :]


@asynccontextmanager
async def many_logs(
    user: User, query: str, *, slug: str = "harbour", page: LogPage | None = None
) -> AsyncIterator[ManyLogs]:
    """Opens the socket with `query` for the user; nothing is sent yet."""
    session = await write(people.session, user)
    address = people.with_ticket(f"/ws/clusters/{slug}/logs/?{query}", session)
    communicator = WebsocketCommunicator(URLRouter(websocket_urlpatterns), address)
    communicator.scope["user"], communicator.scope["session"] = user, session
    accepted, _ = await communicator.connect(timeout=LIMIT_SECONDS)
    assert accepted
    try:
        yield ManyLogs(communicator, page)
    finally:
        await communicator.disconnect()


class RealSocket:
    """A socket of a running server, with the words of Channels' communicator."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket

    async def send_json_to(self, message: dict[str, Any]) -> None:
        await self._socket.send_str(json.dumps(message))

    async def receive_output(self, timeout: float) -> dict[str, Any]:  # noqa: ASYNC109 - Channels' word
        message = await self._socket.receive(timeout=timeout)
        if message.type is aiohttp.WSMsgType.BINARY:
            return {"type": "websocket.send", "bytes": message.data}
        if message.type is aiohttp.WSMsgType.TEXT:
            return {"type": "websocket.send", "text": message.data}
        return {"type": "websocket.close"}


@asynccontextmanager
async def real_logs(
    server: Server, query: str, page: LogPage, *, slug: str = "test", seconds: float = 120
) -> AsyncIterator[ManyLogs]:
    """Opens the socket of a running server with `query` for its superuser, for so long at most; nothing is sent yet."""
    async with opened(server, f"/ws/clusters/{slug}/logs/?{query}", server.admin, seconds=seconds) as socket:
        yield ManyLogs(RealSocket(socket), page)
