"""A connection that is closed while a log is written to it leaves no trace in the simulator's own log."""

import asyncio
import logging
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from simulator.api.app import application
from simulator.cluster import SimulatedCluster
from simulator.identities import PEOPLE
from simulator.kinds import PODS

ADMIN = next(user for user in PEOPLE if user.name == "admin")


class TwoLines:
    """A log whose second line comes when the test wants it."""

    def __init__(self) -> None:
        self.more = asyncio.Event()

    async def open(self, *_: Any, **__: Any) -> AsyncIterator[bytes]:
        yield b"first\n"
        await self.more.wait()
        yield b"second\n"


async def test_while_a_log_is_followed(simulated_cluster: SimulatedCluster, caplog: pytest.LogCaptureFixture) -> None:
    simulated_cluster.identities.admit("token", ADMIN)
    log = simulated_cluster.logs = TwoLines()
    spec = {"nodeName": "kestrel-worker-1", "containers": [{"name": "main", "image": "nginx:1"}]}
    simulated_cluster.storage.create(PODS, {"metadata": {"name": "web-1", "namespace": "default"}, "spec": spec})
    runner = web.AppRunner(application(simulated_cluster), access_log=None, handler_cancellation=True)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    async with aiohttp.ClientSession(headers={"Authorization": "Bearer token"}) as session:
        followed = await session.get(f"http://{host}:{port}/api/v1/namespaces/default/pods/web-1/log?follow=true")
        assert await followed.content.readline() == b"first\n"
        log.more.set()
        for connection in runner.server.connections if runner.server else ():
            assert connection.transport
            connection.transport.close()
        followed.close()
    await runner.cleanup()
    assert [record for record in caplog.records if record.levelno > logging.INFO] == []
