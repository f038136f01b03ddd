"""Sockets of a running Pilothouse, spoken to as a page does: bytes in binary frames, the rest as JSON."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import aiohttp
import requests

from tests.harness.servers import Server

LIMIT_SECONDS = 20.0


class Socket:
    """An open socket. `output` is every byte that came, `messages` every message."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self.output = b""
        self.messages: list[dict[str, Any]] = []
        self.close_code: int | None = None

    async def leave(self) -> None:
        """Close it, as a page that goes."""
        await self._socket.close()

    async def tell(self, **message: Any) -> None:
        await self._socket.send_str(json.dumps(message))

    async def type(self, text: str) -> None:
        await self._socket.send_bytes(text.encode())

    async def type_for_ever(self, text: str) -> None:
        """Goes on typing, heedless of what the server says, until the connection is gone."""
        with suppress(ConnectionError):
            while True:
                await self.type(text)
                await asyncio.sleep(0.05)

    async def until(self, text: str, *, acknowledge: bool = True, seconds: float = LIMIT_SECONDS) -> None:
        """Read until the output has `text` in it. Raises AssertionError when the socket closes first."""
        while text.encode() not in self.output:
            assert await self.read(acknowledge=acknowledge, seconds=seconds), f"closed before {text!r} came: {self.end}"

    async def until_message(self, kind: str) -> dict[str, Any]:
        """Read until a message of that type came; that message."""
        is_open = True
        while not (found := [message for message in self.messages if message["type"] == kind]):
            assert is_open, f"closed before {kind!r} came: {self.end}"
            is_open = await self.read()
        return found[-1]

    async def until_closed(self) -> str:
        """Read to the end; the reason that was given."""
        while await self.read():
            pass
        return self.end

    async def read(self, *, acknowledge: bool = True, seconds: float = LIMIT_SECONDS) -> bool:
        """Take one frame; whether there was one."""
        message = await self._socket.receive(timeout=seconds)
        if message.type is aiohttp.WSMsgType.BINARY:
            await self.take(message.data, acknowledge=acknowledge)
        elif message.type is aiohttp.WSMsgType.TEXT:
            self.messages.append(json.loads(message.data))
        else:
            self.close_code = self._socket.close_code
            return False
        return True

    async def take(self, data: bytes, *, acknowledge: bool) -> None:
        self.output += data
        if acknowledge:
            # The server may have closed behind this frame.
            with suppress(ConnectionError):
                await self.tell(drawn=len(self.output))

    @property
    def end(self) -> str:
        """The reason that the server gave; empty when it gave none."""
        return next((message["reason"] for message in self.messages if message["type"] == "end"), "")


class LogSocket(Socket):
    """A socket of logs: `output` is the text of all sources as it came, `sources` is what was said of each last."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        super().__init__(socket)
        self._drawn = 0

    async def start(self, *seen: dict[str, Any]) -> None:
        """Ask for the logs, after what was seen of them before."""
        await self.tell(start={"sources": list(seen)})

    @property
    def sources(self) -> dict[int, dict[str, Any]]:
        return {message["source"]: message for message in self.messages if message["type"] == "source"}

    async def until_ended(self) -> str:
        """Read until all sources that there are have ended; why the first did."""
        while not self.sources or any(
            source["state"] not in ("ended", "read", "failed") for source in self.sources.values()
        ):
            assert await self.read(), f"closed before it ended: {self.end}"
        return str(next(iter(self.sources.values()))["text"])

    async def take(self, data: bytes, *, acknowledge: bool) -> None:
        self.output += data[2:]
        self._drawn += len(data)
        if acknowledge:
            await self.acknowledge()

    async def acknowledge(self) -> None:
        """Say that all that came was drawn."""
        # The server may have closed behind the last frame.
        with suppress(ConnectionError):
            await self.tell(drawn=self._drawn)


STREAMS = ("/logs/", "/shell/", "/attach/", "/run/", "/shells/")
"""What is in the addresses of sockets that are opened with a ticket."""


def with_ticket(server: Server, path: str, session: requests.Session) -> str:
    """The path with a ticket in it."""
    answer = session.get(f"{server.url}/ticket/", params={"for": path}, allow_redirects=False, timeout=30)
    assert answer.status_code == 200, f"no ticket for {path}: {answer.status_code}"
    return f"{path}{'&' if '?' in path else '?'}ticket={answer.json()['ticket']}"


@asynccontextmanager
async def log_socket(server: Server, path: str, session: requests.Session) -> AsyncIterator[LogSocket]:
    """Opens `path`, an address of logs, with the cookies of a session that is signed in, and a ticket."""
    async with opened(server, path, session) as made:
        yield LogSocket(made)


@asynccontextmanager
async def socket(server: Server, path: str, session: requests.Session, *, through: str = "") -> AsyncIterator[Socket]:
    """Opens `path`, such as "/ws/changes/", with the cookies of a session that is signed in, and a ticket.

    `through` is the URL of a proxy before the server.
    """
    async with opened(server, path, session, through=through) as made:
        yield Socket(made)


@asynccontextmanager
async def opened(
    server: Server, path: str, session: requests.Session, *, through: str = "", seconds: float = 120
) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
    """The bare socket at `path`, with the cookies of a session that is signed in, and a ticket.

    Raises TimeoutError in what is done with it after so many `seconds`.
    """
    if any(part in path for part in STREAMS):
        path = await asyncio.to_thread(with_ticket, server, path, session)
    cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in session.cookies)
    url = through or server.url
    headers = {"Origin": url, "Cookie": cookies}
    address = url.replace("http", "ws", 1) + path
    async with (
        asyncio.timeout(seconds),
        aiohttp.ClientSession() as client,
        client.ws_connect(address, headers=headers, max_msg_size=0) as made,
    ):
        yield made
