"""A cluster that stops being served while somebody reads a log says nothing of it."""

import logging
import ssl
from pathlib import Path

import aiohttp
import pytest

from simulator.clock import timestamp
from simulator.identities import kept_tokens
from simulator.kinds import PODS
from simulator.parts import assemble, furnish
from simulator.roles import grant_roles
from simulator.serving import Address, serving

BUSY = 500.0
"""Simulated seconds in a real one: lines of a log come all the time."""


async def test_while_logs_are_followed(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    cluster = assemble(seed=7, speed=BUSY, world="empty", first_version=1)
    furnish(cluster)
    grant_roles(cluster.storage)
    running = {"name": "main", "restartCount": 0, "state": {"running": {"startedAt": timestamp(cluster.clock.now())}}}
    spec = {"nodeName": "kestrel-worker-1", "containers": [{"name": "main", "image": "nginx:1"}]}
    pod = {"metadata": {"name": "web-1", "namespace": "default"}, "spec": spec}
    cluster.storage.create(PODS, {**pod, "status": {"containerStatuses": [running]}})
    async with serving(cluster, tmp_path, Address("127.0.0.1", 0)) as url:
        context = ssl.create_default_context(cafile=str(tmp_path / "ca.crt"))
        headers = {"Authorization": f"Bearer {kept_tokens(tmp_path)['admin']}"}
        session = aiohttp.ClientSession(url, headers=headers, connector=aiohttp.TCPConnector(ssl=context))
        for _ in range(5):
            log = await session.get("/api/v1/namespaces/default/pods/web-1/log?follow=true")
            assert await log.content.readline()
    await session.close()
    assert [record for record in caplog.records if record.levelno > logging.INFO] == []
