"""TLS connections read through one buffer: none keeps one of its own, and none reads the bytes of another."""

import asyncio
import ssl
import tracemalloc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from clusters.kube.connection import Connection
from clusters.kube.tls import tls_context
from clusters.kube.tls_buffers import SIZE
from tests.harness.certificates import Authority

CONNECTIONS = 40
PIECES = 50
PIECE = 10_000


@asynccontextmanager
async def numbering_server(folder: Path) -> AsyncIterator[tuple[int, ssl.SSLContext]]:
    """The port of a server that sends whoever names a letter that letter in many pieces; and whom to trust."""
    authority = Authority()
    certificate, key = authority.issue("127.0.0.1")
    (folder / "identity.pem").write_bytes(certificate + key)
    shown = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    shown.load_cert_chain(folder / "identity.pem")

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while letter := await reader.read(1):
            for _ in range(PIECES):
                writer.write(letter * PIECE)
                await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0, ssl=shown)
    async with server:
        yield server.sockets[0].getsockname()[1], tls_context(Connection("https://127.0.0.1", authority.certificate))


async def test_many_at_once_read_their_own_bytes(tmp_path: Path) -> None:
    async def read(letter: bytes) -> bool:
        reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context)
        writer.write(letter)
        seen = await reader.readexactly(PIECES * PIECE)
        writer.close()
        return seen == letter * PIECES * PIECE

    async with numbering_server(tmp_path) as (port, context):
        assert all(await asyncio.gather(*(read(bytes([65 + number])) for number in range(CONNECTIONS))))


async def test_idle_ones_keep_no_buffer(tmp_path: Path) -> None:
    async with numbering_server(tmp_path) as (port, context):
        tracemalloc.start()
        try:
            before = tracemalloc.get_traced_memory()[0]
            opened = [await asyncio.open_connection("127.0.0.1", port, ssl=context) for _ in range(CONNECTIONS)]
            kept = tracemalloc.get_traced_memory()[0] - before
        finally:
            tracemalloc.stop()
        for _, writer in opened:
            writer.close()
    # Both ends are in this process.
    assert kept / CONNECTIONS < SIZE
