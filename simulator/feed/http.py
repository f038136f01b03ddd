"""As much of an HTTP/1.1 server as lists and watches need; objects go out in large writes and cost nothing each.

https://www.rfc-editor.org/rfc/rfc9112
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import parse_qsl, unquote, urlsplit

HEAD_LIMIT = 64 * 1024
_BODY_LIMIT = 1024 * 1024
BLOCK = 256 * 1024
"""Bytes that are written at once, about; TLS is slower with less."""


@dataclass(frozen=True)
class Request:
    """One request; `body` is empty but for small ones."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes = b""


class BadMessage(Exception):
    """What came is no HTTP that we read; the connection is closed."""


class Response:
    """The way back to one client: either `send`, or `begin`, `write` as often as needed, `end`."""

    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self._writer = writer

    async def send(self, status: int, body: bytes, content_type: str = "application/json", **headers: str) -> None:
        """A whole answer."""
        self._head(status, {"Content-Type": content_type, "Content-Length": str(len(body)), **headers})
        self._writer.write(body)
        await self._writer.drain()

    def begin(self, content_type: str = "application/json") -> None:
        """The head of an answer whose length is not known."""
        self._head(200, {"Content-Type": content_type, "Transfer-Encoding": "chunked"})

    async def write(self, parts: Iterable[bytes]) -> None:
        """A chunk of that answer; waits while the client does not read."""
        parts = list(parts)
        size = sum(map(len, parts))
        if size:
            self._writer.write(b"".join((b"%x\r\n" % size, *parts, b"\r\n")))
            await self._writer.drain()

    async def end(self) -> None:
        """The end of that answer."""
        self._writer.write(b"0\r\n\r\n")
        await self._writer.drain()

    def cut(self) -> None:
        """Break the connection off, with whatever is still to be sent."""
        self._writer.transport.abort()

    def _head(self, status: int, headers: dict[str, str]) -> None:
        lines = [
            f"HTTP/1.1 {status} {HTTPStatus(status).phrase}",
            *(f"{name}: {value}" for name, value in headers.items()),
        ]
        self._writer.write("\r\n".join([*lines, "", ""]).encode())


Handler = Callable[[Request, Response], Awaitable[None]]


async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, handler: Handler) -> None:
    """Answer the requests of one connection, one after the other, until the client goes."""
    writer.transport.set_write_buffer_limits(high=2 * BLOCK)
    try:
        while request := await _read(reader):
            await handler(request, Response(writer))
    except (BadMessage, ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
        pass
    finally:
        writer.close()


async def _read(reader: asyncio.StreamReader) -> Request | None:
    """The next request; None when the client is done. Raises BadMessage, and what the reader raises."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return None
    first, *lines = head.decode("latin-1").split("\r\n")
    words = first.split(" ")
    if len(words) != 3 or not words[2].startswith("HTTP/1."):
        raise BadMessage(first[:100])
    headers = {
        name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines if line)
    }
    length = headers.get("content-length", "0")
    if not length.isascii() or not length.isdigit() or int(length) > _BODY_LIMIT:
        raise BadMessage("Content-Length")
    body = await reader.readexactly(int(length))
    address = urlsplit(words[1])
    query = dict(parse_qsl(address.query, keep_blank_values=True))
    return Request(words[0], unquote(address.path), query, headers, body)
