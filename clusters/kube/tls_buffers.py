"""One buffer that all TLS connections of a thread are read into.

asyncio gives each connection a buffer of its own, by default of 256 KiB, which an idle one keeps: a shell has two
connections, and a log or a watch one. What is read is copied out of it before the loop turns to another connection
(`SSLProtocol.buffer_updated`), so that one is enough for all.
https://github.com/python/cpython/blob/3.11/Lib/asyncio/sslproto.py
"""

import asyncio
import threading
from asyncio import sslproto

SIZE = 32 * 1024
"""Bytes: two records of TLS. More reads a flood no faster, and OpenSSL keeps what a connection once took in."""


class _Buffer(threading.local):
    def __init__(self) -> None:
        self.bytes = bytearray(SIZE)
        self.view = memoryview(self.bytes)


_buffer = _Buffer()


class _ReadsIntoOneBuffer(sslproto.SSLProtocol):
    max_size = SIZE

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._ssl_buffer, self._ssl_buffer_view = _buffer.bytes, _buffer.view
        super().connection_made(transport)


def share() -> None:
    """From now on the TLS connections that asyncio makes share a buffer; doing it again is harmless."""
    sslproto.SSLProtocol = _ReadsIntoOneBuffer  # type: ignore[misc]
