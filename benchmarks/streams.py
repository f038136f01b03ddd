"""Sockets of streams, read with as little work as can be: what is measured is the server, not who reads.

Nothing is masked, since a mask of zeros is one (RFC 6455, 5.3), and of what is received only the heads of frames are
looked at.
"""

import asyncio
import base64
import json
import secrets
import socket
import struct
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

import requests

from tests.harness.servers import Server
from tests.harness.sockets import with_ticket

TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10
LIMIT_SECONDS = 60.0
_NO_MASK = bytes(4)
_ESTABLISHED = 1
"""TCP_ESTABLISHED of Linux' include/net/tcp_states.h."""

Take = Callable[[bytes], None]


class Stream(asyncio.Protocol):
    """`take` is called with the payload of each binary frame. `heard` has all other messages, `size` counts bytes."""

    def __init__(self, request: bytes, take: Take, *, draws: bool, frame: float) -> None:
        """`draws`: tells the server that all that came is drawn, as a page does that keeps up; at once, or at most
        once in `frame` seconds."""
        self.heard: list[dict[str, Any]] = []
        self.size = 0
        self.draws = draws
        self._frame = frame
        self._next_frame: asyncio.TimerHandle | None = None
        self.opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.closed = asyncio.Event()
        self._request = request
        self._take = take
        self._rest = b""
        self._changed = asyncio.Event()
        self.transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        transport.write(self._request)

    def connection_lost(self, error: Exception | None) -> None:
        self.closed.set()
        self._changed.set()
        if self._next_frame:
            self._next_frame.cancel()

    def data_received(self, data: bytes) -> None:
        data = self._rest + data if self._rest else data
        if not self.opened.done():
            head, divider, body = data.partition(b"\r\n\r\n")
            if not divider:
                self._rest = data
                return
            self._answered(head)
            data = body
        before = self.size
        at = 0
        for code, start, end in _frames(data):
            self._hear(code, data[start:end])
            at = end
        self._rest = data[at:]
        if self.draws and self.size > before:
            self._draw()
        self._changed.set()

    def _draw(self) -> None:
        if not self._frame:
            self.tell(drawn=self.size)
        elif self._next_frame is None:
            self._next_frame = asyncio.get_running_loop().call_later(self._frame, self._tell_drawn)

    def _tell_drawn(self) -> None:
        self._next_frame = None
        self.tell(drawn=self.size)

    def tell(self, **message: Any) -> None:
        self._send(TEXT, json.dumps(message).encode())

    def type(self, data: bytes) -> None:
        self._send(BINARY, data)

    def freeze(self) -> None:
        """Reads nothing any more, as a machine that sleeps."""
        self.transport.pause_reading()

    @property
    def stands(self) -> bool:
        """Whether the server has not cut the connection, as the kernel knows even where nothing is read."""
        if self.transport.is_closing():
            return False
        state: int = self.transport.get_extra_info("socket").getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0]
        return state == _ESTABLISHED

    async def until(self, look: Callable[[], object], *, seconds: float = LIMIT_SECONDS) -> None:
        """Returns once `look` gives what is true, asked when something came. Raises TimeoutError, AssertionError."""
        async with asyncio.timeout(seconds):
            while not look():
                assert not self.closed.is_set(), f"closed: {self.heard[-1:]}"
                self._changed.clear()
                await self._changed.wait()

    def said(self, kind: str) -> dict[str, Any] | None:
        """The newest message of that type."""
        return next((message for message in reversed(self.heard) if message["type"] == kind), None)

    def _answered(self, head: bytes) -> None:
        if head.startswith(b"HTTP/1.1 101"):
            self.opened.set_result(None)
        else:
            self.opened.set_exception(AssertionError(f"no socket: {head[:200]!r}"))

    def _hear(self, code: int, payload: bytes) -> None:
        if code == BINARY:
            self.size += len(payload)
            self._take(payload)
        elif code == TEXT:
            self.heard.append(json.loads(payload))
        elif code == PING:
            self._send(PONG, payload)
        elif code == CLOSE:
            self.closed.set()

    def _send(self, code: int, payload: bytes) -> None:
        self.transport.write(masked(code, payload, _NO_MASK))


def masked(code: int, payload: bytes, key: bytes) -> bytes:
    """A frame as a browser sends it, of at most 64 KiB, masked with four bytes."""
    size = len(payload)
    length = bytes([0x80 | size]) if size < 126 else struct.pack("!BH", 0x80 | 126, size)
    if key != _NO_MASK:
        payload = bytes(byte ^ key[at % 4] for at, byte in enumerate(payload))
    return bytes([0x80 | code]) + length + key + payload


def _frames(data: bytes) -> Iterator[tuple[int, int, int]]:
    """The whole frames: opcode, and where the payload begins and ends."""
    at = 0
    while len(data) - at >= 2:
        start, size = at + 2, data[at + 1]
        if size == 126:
            start, size = at + 4, int.from_bytes(data[at + 2 : at + 4], "big")
        elif size == 127:
            start, size = at + 10, int.from_bytes(data[at + 2 : at + 10], "big")
        if len(data) < start + size:
            return
        yield data[at] & 0x0F, start, start + size
        at = start + size


def cookies_of(session: requests.Session) -> str:
    """The header with which somebody who is signed in asks."""
    return "; ".join(f"{cookie.name}={cookie.value}" for cookie in session.cookies)


async def connect(url: str, path: str, cookies: str, take: Take, *, draws: bool = True, frame: float = 0.0) -> Stream:
    """Opens a socket; `path` has a ticket where it needs one."""
    place = urlsplit(url)
    key = base64.b64encode(secrets.token_bytes(16)).decode()
    lines = (
        *(f"GET {path} HTTP/1.1", f"Host: {place.netloc}", f"Origin: {url}", f"Cookie: {cookies}"),
        *("Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13", f"Sec-WebSocket-Key: {key}"),
    )
    request = "\r\n".join((*lines, "", "")).encode()
    loop = asyncio.get_running_loop()
    make, host = (lambda: Stream(request, take, draws=draws, frame=frame)), place.hostname or ""
    _, stream = await loop.create_connection(make, host, place.port or 80)
    async with asyncio.timeout(LIMIT_SECONDS):
        await stream.opened
    return stream


@asynccontextmanager
async def stream(
    server: Server, path: str, session: requests.Session, take: Take, *, draws: bool = True, frame: float = 0.0
) -> AsyncIterator[Stream]:
    """A socket of somebody who is signed in, with a ticket. The rest is as for `Stream`."""
    ticketed = await asyncio.to_thread(with_ticket, server, path, session)
    made = await connect(server.url, ticketed, cookies_of(session), take, draws=draws, frame=frame)
    try:
        yield made
    finally:
        made.transport.abort()
