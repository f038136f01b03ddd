"""R17: an idle terminal is kept alive on both its legs, so that no proxy takes it for dead."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from clusters.kube import channels
from tests.harness.containers import start_pod
from tests.harness.exec_api import exec_api, held
from tests.harness.kubectl import Kubectl
from tests.harness.servers import Server
from tests.harness.sockets import socket

PROXY_SECONDS = 30.0
"""Half of what proxies allow by default; we ping every 20 s."""


@pytest.mark.django_db(transaction=True)
async def test_the_leg_to_the_cluster(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(channels, "_PING_SECONDS", 0.05)
    async with exec_api() as api:

        async def session(socket: web.WebSocketResponse) -> None:
            async for _ in api.listen(socket):
                pass

        api.session = session
        async with held(api), asyncio.timeout(20):
            await api.pinged.wait()


@asynccontextmanager
async def impatient_proxy(target: str) -> AsyncIterator[str]:
    """Passes connections on, and cuts those on which nothing came from the server for PROXY_SECONDS; its URL."""
    host, port = target.removeprefix("http://").split(":")

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        inner_reader, inner_writer = await asyncio.open_connection(host, int(port))
        outward = asyncio.create_task(_pass(inner_reader, writer, PROXY_SECONDS))
        inward = asyncio.create_task(_pass(reader, inner_writer, None))
        await asyncio.wait({outward, inward}, return_when=asyncio.FIRST_COMPLETED)
        for task in (outward, inward):
            task.cancel()
        writer.close()
        inner_writer.close()

    proxy = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with proxy:
        yield f"http://127.0.0.1:{proxy.sockets[0].getsockname()[1]}"


async def _pass(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, patience: float | None) -> None:
    while True:
        async with asyncio.timeout(patience):
            data = await reader.read(65536)
        if not data:
            return
        writer.write(data)


async def test_the_leg_to_the_browser(server: Server, kubectl: Kubectl, namespace: str) -> None:
    pod = start_pod(kubectl.within(namespace), "sleeper")
    path = f"/ws/clusters/test/pods/{namespace}/{pod}/shell/?container=main"
    async with impatient_proxy(server.url) as through, socket(server, path, server.admin, through=through) as shell:
        await shell.until("#")
        began = time.monotonic()
        await shell.type("sleep 40; echo still-$((40 + 2))\n")
        await shell.until("still-42", seconds=60)
        assert time.monotonic() - began > PROXY_SECONDS, "it was not idle for long enough to say anything"
