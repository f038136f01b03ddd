"""The far end of the viewer's socket beside a browser: sends lines as fast as they are drawn, as our server would."""

import asyncio
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from aiohttp import web

from benchmarks.beside import loop_beside

HEAD, FRAME, WINDOW = 2, 64 * 1024, 512 * 1024
"""As in `dashboard.consumers.logs`, which only a process of Django's can ask; frames have whole lines there too."""

BEGAN = datetime(2026, 11, 30, 10, tzinfo=UTC)
EVERY = timedelta(microseconds=100)
NUMBER = (1).to_bytes(HEAD, "big")
POD = {"pod": "flood", "namespace": "bench", "uid": "uid", "container": "main", "kind": "app"}


class Source:
    """`seconds` from the first frame until `lines` lines of `length` bytes are drawn; then `done` is set."""

    def __init__(self, lines: int, length: int) -> None:
        self.port = 0
        self.seconds = 0.0
        self.done = threading.Event()
        self._text = b"".join(_line(number, length) for number in range(lines))
        self._piece = (FRAME - HEAD) // length * length
        self._drawn = 0
        self._came = asyncio.Event()

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        """Takes one browser."""
        socket = web.WebSocketResponse(max_msg_size=0)
        await socket.prepare(request)
        await socket.receive()  # where to start
        await socket.send_json({"type": "source", "source": 1, **POD, "state": "running", "text": ""})
        await socket.send_json({"type": "instance", "source": 1, "text": "uid/0"})
        hearing = asyncio.create_task(self._hear(socket))
        began, sent = time.perf_counter(), 0
        for at in range(0, len(self._text), self._piece):
            while sent - self._drawn >= WINDOW:
                await self._change()
            frame = NUMBER + self._text[at : at + self._piece]
            sent += len(frame)
            await socket.send_bytes(frame)
        while self._drawn < sent:
            await self._change()
        self.seconds = time.perf_counter() - began
        self.done.set()
        await hearing
        return socket

    async def _change(self) -> None:
        self._came.clear()
        await self._came.wait()

    async def _hear(self, socket: web.WebSocketResponse) -> None:
        async for message in socket:
            self._drawn = json.loads(message.data).get("drawn", self._drawn)
            self._came.set()


def _line(number: int, length: int) -> bytes:
    stamp = f"{BEGAN + number * EVERY:%Y-%m-%dT%H:%M:%S.%f}000Z"
    text = f'{stamp} level=info msg="request done" number={number} path=/orders/{number % 977}/items'
    return text.ljust(length - 1, "x").encode() + b"\n"


@contextmanager
def source(lines: int, length: int) -> Iterator[Source]:
    """A source that listens on a port of its own."""
    made = Source(lines, length)

    async def listen() -> web.AppRunner:
        application = web.Application()
        application.router.add_get("/", made.serve)
        runner = web.AppRunner(application, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        made.port = runner.addresses[0][1]
        return runner

    with loop_beside() as run:
        runner = run(listen())
        try:
            yield made
        finally:
            run(runner.cleanup())
