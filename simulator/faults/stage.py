"""A TCP stage before the server: it passes bytes on, until it is told to stop.

It stands in for a network that loses packets. What differs from real loss: our kernel still acknowledges what it
receives, so that a client's keep-alive probes are answered, its TCP_USER_TIMEOUT does not run out, and new connections
are accepted though nobody answers on them; and what was held back arrives at once when bytes pass again.
"""

import asyncio
import contextlib
import socket
import struct
from collections.abc import Coroutine
from typing import Any

_PIECE = 64 * 1024


class Stage:
    """Listens in the server's place and leads to `upstream`, a port of 127.0.0.1, set before it listens."""

    def __init__(self) -> None:
        self.upstream = 0
        self._passing = asyncio.Event()
        self._passing.set()
        self._server: asyncio.Server | None = None
        self._clients: set[asyncio.StreamWriter] = set()
        self._running: set[asyncio.Task[Any]] = set()

    async def listen(self, host: str, port: int) -> int:
        """Listen; returns the port. Raises OSError."""
        self._server = await asyncio.start_server(self._accept, host, port, limit=_PIECE)
        found: int = self._server.sockets[0].getsockname()[1]
        return found

    async def close(self) -> None:
        """End every connection and listen no more."""
        if self._server:
            self._server.close()
        for task in self._running:
            task.cancel()
        if self._running:
            await asyncio.wait(self._running)

    def drop(self) -> None:
        """Pass nothing more, both ways, and close nothing."""
        self._passing.clear()

    def let_pass(self) -> None:
        """Pass bytes again, beginning with those that were held back."""
        self._passing.set()

    def reset(self) -> int:
        """End every connection of a client with RST; returns how many there were."""
        clients = list(self._clients)
        for client in clients:
            _reset(client)
        return len(clients)

    async def _accept(self, reader: asyncio.StreamReader, client: asyncio.StreamWriter) -> None:
        if task := asyncio.current_task():
            self._running.add(task)
            task.add_done_callback(self._running.discard)
        self._clients.add(client)
        try:
            await self._passing.wait()
            answers, server = await asyncio.open_connection("127.0.0.1", self.upstream, limit=_PIECE)
            await self._both(self._pump(reader, server), self._pump(answers, client))
            server.close()
        except (OSError, asyncio.CancelledError):
            pass
        finally:
            client.close()
            self._clients.discard(client)

    async def _both(self, up: Coroutine[Any, Any, None], down: Coroutine[Any, Any, None]) -> None:
        """Both ways, until the server's has ended or one has failed."""
        asking, answering = asyncio.ensure_future(up), asyncio.ensure_future(down)
        try:
            done, _ = await asyncio.wait({asking, answering}, return_when=asyncio.FIRST_EXCEPTION)
            for task in done:
                task.result()
        finally:
            for task in (asking, answering):
                task.cancel()
            await asyncio.gather(asking, answering, return_exceptions=True)

    async def _pump(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        """Passes bytes on, the end of them and a reset too."""
        try:
            while data := await source.read(_PIECE):
                await self._passing.wait()
                target.write(data)
                await target.drain()
            await self._passing.wait()
            with contextlib.suppress(OSError):
                target.write_eof()
        except ConnectionResetError:
            await self._passing.wait()
            _reset(target)
            raise


def _reset(writer: asyncio.StreamWriter) -> None:
    kept: socket.socket = writer.get_extra_info("socket")
    with contextlib.suppress(OSError):
        kept.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
