"""Faults in the bytes of an answer: one that comes in pieces, as a watch does, or a whole one."""

import asyncio
from collections.abc import Awaitable, Callable

import msgspec
from aiohttp import web

from simulator.api.routing import RequestInfo
from simulator.errors import Expired
from simulator.faults.answers import Severed, reset_connection
from simulator.faults.faults import Parameters

_EXPIRED = Expired("The resourceVersion for the provided watch is too old.")


class Stream:
    """A body that is on its way. What the server writes passes the faults that took hold of it, in their order."""

    def __init__(self, info: RequestInfo, request: web.Request, response: web.StreamResponse) -> None:
        self.info = info
        self.request = request
        self.response = response
        self.end: Callable[[], None] = lambda: None
        """Ends it in good order, at once."""
        self.send: Callable[[bytes], Awaitable[None]] = response.write
        """Writes to the client, past the faults."""
        self._faults: list[Body] = []
        self._beginnings: list[asyncio.Task[None]] = []

    def take(self, fault: "Body") -> asyncio.Task[None]:
        """Let a fault take hold, from the next byte on; the task ends when it has."""
        self._faults.append(fault)
        beginning = asyncio.create_task(self._begin(fault), name="a fault begins")
        self._beginnings.append(beginning)
        return beginning

    async def write(self, data: bytes) -> None:
        """What the server calls in place of `StreamResponse.write`. Raises Severed once it is cut."""
        for beginning in self._beginnings:
            await asyncio.shield(beginning)
        for fault in self._faults:
            data = await fault.change(self, data)
        if data:
            await self.send(data)

    async def _begin(self, fault: "Body") -> None:
        try:
            await fault.begin(self)
        except ConnectionError:
            self.cut()

    def cut(self) -> Severed:
        """Close the connection in the middle of the body; returns what the handler is to raise."""
        if self.request.transport:
            self.request.transport.close()
        return Severed()


class Body:
    """A fault in one body; this one does nothing."""

    async def begin(self, stream: Stream) -> None:
        """Called when it takes hold: of a new body before its first byte, of one that is open at once."""

    async def change(self, stream: Stream, data: bytes) -> bytes:
        """What goes out in place of what the server writes."""
        return data


class Cut(Body):
    """Lets so many bytes pass and then closes the connection, or ends the body as if that had been all."""

    def __init__(self, parameters: Parameters, *, orderly: bool) -> None:
        self._left = int(parameters["after"])
        self._orderly = orderly

    async def begin(self, stream: Stream) -> None:
        if self._left == 0:
            self._cut(stream)

    async def change(self, stream: Stream, data: bytes) -> bytes:
        if len(data) < self._left:
            self._left -= len(data)
            return data
        if data := data[: self._left]:
            await stream.send(data)
        self._left = 0
        raise self._cut(stream)

    def _cut(self, stream: Stream) -> Severed:
        if self._orderly:
            stream.end()
            return Severed()
        return stream.cut()


def cut(parameters: Parameters) -> Body:
    """The connection breaks."""
    return Cut(parameters, orderly=False)


def end(parameters: Parameters) -> Body:
    """The body ends."""
    return Cut(parameters, orderly=True)


class Reset(Body):
    """RST at once."""

    def __init__(self, parameters: Parameters) -> None:
        del parameters

    async def begin(self, stream: Stream) -> None:
        reset_connection(stream.request)


class Silence(Body):
    """Not one more byte, for as long as the client waits."""

    def __init__(self, parameters: Parameters) -> None:
        del parameters

    async def change(self, stream: Stream, data: bytes) -> bytes:
        await asyncio.Event().wait()
        return b""


class GoneEvent(Body):
    """An ERROR event that says 410, inside an answer that began with 200, and the end of the watch."""

    def __init__(self, parameters: Parameters) -> None:
        del parameters

    async def begin(self, stream: Stream) -> None:
        await stream.send(b'{"type":"ERROR","object":%s}\n' % msgspec.json.encode(_EXPIRED.status()))
        stream.end()

    async def change(self, stream: Stream, data: bytes) -> bytes:
        return b""


class BrokenLines(Body):
    """Spoils lines of a watch that bring an object: those of one name, or of any; so many, or (0) all."""

    def __init__(self, parameters: Parameters, *, spoil: Callable[[bytes], bytes]) -> None:
        self._mark = b'"name":"%s"' % str(parameters["name"]).encode() if parameters["name"] else b""
        self._left = int(parameters["lines"]) or -1
        self._spoil = spoil

    async def change(self, stream: Stream, data: bytes) -> bytes:
        return b"".join(self._changed(line) for line in data.splitlines(keepends=True))

    def _changed(self, line: bytes) -> bytes:
        brings = line.startswith((b'{"type":"ADDED"', b'{"type":"MODIFIED"')) and self._mark in line
        if not self._left or not brings:
            return line
        self._left -= 1
        return self._spoil(line)


def broken_json(parameters: Parameters) -> Body:
    """Half of the line is missing."""
    return BrokenLines(parameters, spoil=lambda line: line[: len(line) // 2] + b"\n")


def missing_metadata(parameters: Parameters) -> Body:
    """The object has no metadata."""
    return BrokenLines(parameters, spoil=_without_metadata)


def _without_metadata(line: bytes) -> bytes:
    event = msgspec.json.decode(line)
    event["object"].pop("metadata", None)
    return msgspec.json.encode(event) + b"\n"
