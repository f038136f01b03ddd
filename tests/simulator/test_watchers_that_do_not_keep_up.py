"""A watcher that does not read is cut off, and costs nothing meanwhile; one that is slow gets everything."""

import asyncio
import json

import aiohttp
import pytest

from simulator.cluster import SimulatedCluster
from simulator.kinds import CONFIG_MAPS
from tests.harness.waiting import eventually

WATCH = "/api/v1/configmaps?watch=true&resourceVersion={}&allowWatchBookmarks=true"


def change(cluster: SimulatedCluster, number: int, size: int = 10) -> None:
    """Stores a config map of about so many bytes."""
    metadata = {"name": f"map-{number}", "namespace": "default", "labels": {"of": "this-test"}}
    cluster.storage.create(CONFIG_MAPS, {"metadata": metadata, "data": {"text": "x" * size}})


async def test_one_that_never_reads_is_cut_off(
    simulated_cluster: SimulatedCluster, admin: aiohttp.ClientSession
) -> None:
    simulated_cluster.storage.queue = 50
    since = simulated_cluster.storage.resource_version
    async with admin.get(WATCH.format(since), read_bufsize=1024) as response:
        assert response.status == 200
        for number in range(400):
            change(simulated_cluster, number, size=100_000)
            await asyncio.sleep(0)
        with pytest.raises((aiohttp.ClientPayloadError, ConnectionError)):
            await asyncio.wait_for(response.content.read(), 10)


async def test_one_that_reads_in_time_loses_nothing(
    simulated_cluster: SimulatedCluster, admin: aiohttp.ClientSession
) -> None:
    since = simulated_cluster.storage.resource_version
    async with admin.get(WATCH.format(since)) as response:
        for number in range(3000):
            change(simulated_cluster, number)
        names = [json.loads(await response.content.readline())["object"]["metadata"]["name"] for _ in range(3000)]
    assert names == [f"map-{number}" for number in range(3000)]


async def test_bookmarks_come_as_often_as_they_should(
    simulated_cluster: SimulatedCluster, admin: aiohttp.ClientSession
) -> None:
    simulated_cluster.bookmark_seconds = 0.05
    since = simulated_cluster.storage.resource_version
    async with admin.get(WATCH.format(since)) as response:
        marks = [json.loads(await response.content.readline()) for _ in range(3)]
    assert [mark["type"] for mark in marks] == ["BOOKMARK"] * 3
    assert marks[0]["object"] == {
        "kind": "ConfigMap",
        "apiVersion": "v1",
        "metadata": {"resourceVersion": simulated_cluster.storage.resource_version},
    }


async def test_a_watch_whose_client_left_is_forgotten(
    simulated_cluster: SimulatedCluster, admin: aiohttp.ClientSession
) -> None:
    storage = simulated_cluster.storage
    async with admin.get(WATCH.format(storage.resource_version)):
        assert storage.watchers(CONFIG_MAPS) == 1
    await asyncio.to_thread(eventually, lambda: storage.watchers(CONFIG_MAPS) == 0)


async def test_tokens_and_versions_expire(simulated_cluster: SimulatedCluster, admin: aiohttp.ClientSession) -> None:
    for number in range(4):
        change(simulated_cluster, number)
    ours = {"labelSelector": "of=this-test"}
    async with admin.get("/api/v1/configmaps", params={"limit": 2, **ours}) as response:
        first = await response.json()
    change(simulated_cluster, 9)
    simulated_cluster.storage.forget(CONFIG_MAPS)
    token = first["metadata"]["continue"]
    async with admin.get("/api/v1/configmaps", params={"limit": 2, "continue": token, **ours}) as response:
        refusal = await response.json()
        assert (response.status, refusal["reason"]) == (410, "Expired")
        assert refusal["message"].startswith("The provided continue parameter is too old to display a consistent list")
    onward = refusal["metadata"]["continue"]
    async with admin.get("/api/v1/configmaps", params={"limit": 9, "continue": onward, **ours}) as response:
        rest = [item["metadata"]["name"] for item in (await response.json())["items"]]
    assert rest == ["map-2", "map-3", "map-9"]
    version = first["metadata"]["resourceVersion"]
    async with admin.get(WATCH.format(version)) as response:
        event = json.loads(await response.content.readline())
        assert (response.status, event["type"], event["object"]["code"]) == (200, "ERROR", 410)
        assert await response.content.read() == b""
