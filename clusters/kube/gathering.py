"""Makes a log come in larger pieces than the single lines that kubelets give: less work for the API server and us."""

import asyncio
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import aiohttp

NEAR = 1000
"""Microseconds to a server and back, at most, of one that is on the same site."""

BUFFER = 128 * 1024
"""Bytes that the kernel takes ahead of us. A thousand times a second that is far more than a kubelet gives; of a far
server it would be a limit."""

_RTT = struct.Struct("=I")
_RTT_AT = 68
"""Where `tcpi_rtt` stands in Linux' struct tcp_info (include/uapi/linux/tcp.h)."""


def keep_little(response: aiohttp.ClientResponse) -> None:
    """Lets a near server wait for us: what it gets meanwhile it then sends together, and not as it comes."""
    connection = response.connection.transport if response.connection else None
    if connection is None or not hasattr(socket, "TCP_INFO"):
        return
    link = connection.get_extra_info("socket")
    # It may be closed by now, which whoever reads is told.
    with suppress(OSError):
        info = link.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _RTT_AT + _RTT.size)
        if _RTT.unpack_from(info, _RTT_AT)[0] <= NEAR:
            link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)


@asynccontextmanager
async def resting(response: aiohttp.ClientResponse, seconds: float) -> AsyncIterator[None]:
    """Reads nothing meanwhile, and for so many seconds at least: the kernel keeps what comes, which costs us no turn of
    the event loop for each piece."""
    now = asyncio.get_running_loop().time
    over, transport = now() + seconds, response.connection and response.connection.transport
    if transport:
        transport.pause_reading()
    try:
        yield
        await asyncio.sleep(over - now())
    finally:
        if transport:
            transport.resume_reading()
