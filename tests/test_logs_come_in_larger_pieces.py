"""A near API server is made to wait for us, so that the lines of a flood come together; a far one is not held up."""

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest
from aiohttp import web

from clusters.kube import gathering
from tests.harness.serving import served


@asynccontextmanager
async def log() -> AsyncIterator[aiohttp.ClientResponse]:
    """One that has begun and goes on."""

    async def give(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        await response.write(b"line\n" * 200_000)
        return response

    application = web.Application()
    application.router.add_get("/", give)
    async with served(application) as url, aiohttp.ClientSession() as session, session.get(url) as response:
        yield response


def kernels_buffer(response: aiohttp.ClientResponse) -> int:
    assert response.connection
    assert response.connection.transport
    size: int = response.connection.transport.get_extra_info("socket").getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF)
    return size // 2  # Linux counts its own records too


async def test_a_near_one_waits_and_all_comes() -> None:
    async with log() as response:
        gathering.keep_little(response)
        assert kernels_buffer(response) == gathering.BUFFER
        assert len(await response.read()) == 1_000_000


async def test_a_far_one_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gathering, "NEAR", -1)
    async with log() as response:
        before = kernels_buffer(response)
        gathering.keep_little(response)
        assert kernels_buffer(response) == before != gathering.BUFFER
