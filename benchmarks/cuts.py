"""A proxy before the server that cuts what runs through it, as a network does that changes."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from benchmarks.beside import loop_beside

PIECE = 64 * 1024


class _Proxy:
    def __init__(self, url: str) -> None:
        self._to = urlsplit(url)
        self._open: set[asyncio.StreamWriter] = set()

    async def listen(self) -> asyncio.Server:
        return await asyncio.start_server(self._serve, "127.0.0.1", 0)

    async def cut(self) -> None:
        for writer in list(self._open):
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        inner_reader, inner_writer = await asyncio.open_connection(self._to.hostname, self._to.port)
        both = {writer, inner_writer}
        self._open |= both
        try:
            await asyncio.wait(
                [
                    asyncio.create_task(_pass(reader, inner_writer)),
                    asyncio.create_task(_pass(inner_reader, writer)),
                ],
                return_when=asyncio.FIRST_COMPLETED,
            )
        finally:
            self._open -= both
            for each in both:
                each.transport.abort()


async def _pass(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(PIECE):
            writer.write(data)
    except ConnectionError:
        pass


@contextmanager
def cutting_proxy(url: str) -> Iterator[tuple[str, Callable[[], None]]]:
    """Its URL, and what cuts all that runs through it now; new connections are taken at once."""
    with loop_beside() as run:
        proxy = _Proxy(url)
        server = run(proxy.listen())
        port = server.sockets[0].getsockname()[1]
        try:
            yield f"http://127.0.0.1:{port}", lambda: run(proxy.cut())
        finally:
            server.close()
            run(proxy.cut())
