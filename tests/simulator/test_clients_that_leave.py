"""Clients that go away in the middle leave no trace, in the log neither."""

import asyncio
import logging

import aiohttp
import pytest

from simulator.cluster import SimulatedCluster
from simulator.kinds import CONFIG_MAPS
from tests.harness.waiting import eventually


async def test_a_list_that_nobody_reads_to_its_end(
    simulated_cluster: SimulatedCluster, admin: aiohttp.ClientSession, caplog: pytest.LogCaptureFixture
) -> None:
    for number in range(100):
        metadata = {"name": f"map-{number}", "namespace": "default"}
        simulated_cluster.storage.create(CONFIG_MAPS, {"metadata": metadata, "data": {"text": "x" * 100_000}})
    async with admin.get("/api/v1/configmaps", headers={"Accept-Encoding": "identity"}) as response:
        await response.content.read(1000)
        response.close()
    async with admin.get("/readyz") as response:
        assert await response.text() == "ok"
    assert [record for record in caplog.records if record.levelno > logging.INFO] == []


async def test_watches_that_are_left_at_once(
    simulated_cluster: SimulatedCluster, admin: aiohttp.ClientSession, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(20):
        (await admin.get("/api/v1/configmaps?watch=true")).close()
    simulated_cluster.storage.create(CONFIG_MAPS, {"metadata": {"name": "news", "namespace": "default"}})
    await asyncio.to_thread(eventually, lambda: simulated_cluster.storage.watchers(CONFIG_MAPS) == 0)
    assert [record for record in caplog.records if record.levelno > logging.INFO] == []


async def test_a_fault_of_ours_is_said_and_logged(
    simulated_cluster: SimulatedCluster,
    admin: aiohttp.ClientSession,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(simulated_cluster.storage, "stored", lambda *_: 1 / 0)
    async with admin.get("/api/v1/namespaces/default") as response:
        found = await response.json()
    assert (response.status, found["reason"]) == (500, "InternalError")
    assert found["message"].startswith("Internal error occurred: ")
    assert "ZeroDivisionError" in caplog.text
