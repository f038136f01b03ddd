"""A change that comes alone is committed at once; those that follow on its heels are one batch."""

import asyncio

import pytest

from clusters import watcher
from clusters.models import Cluster, Health, Pod
from tests.harness.small_cluster import SmallCluster, small_cluster
from tests.harness.watching import add_cluster, all_watched, becomes, eventually, fleet, rows_equal_server, state_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_modes]

TURNS = 50


async def are_rows(cluster: Cluster, *names: str) -> None:
    async def all_there() -> bool:
        return {name async for name in Pod.objects.filter(cluster=cluster).values_list("name", flat=True)} >= {*names}

    await eventually(all_there)


async def send_one_by_one(server: SmallCluster, *names: str) -> None:
    """With turns of the event loop between them, in which each is sent and read for itself."""
    for name in names:
        server.put("pods", name, "default", spec={"containers": []})
        for _ in range(TURNS):
            await asyncio.sleep(0)


async def test_changes_on_the_heels_of_another_are_one_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watcher, "GATHER_SECONDS", 3.0)
    async with small_cluster() as server:
        cluster = await add_cluster(server.connection())
        async with fleet():
            await becomes(cluster, Health.SYNCED)
            await all_watched(server)
            await send_one_by_one(server, "first")
            await are_rows(cluster, "first")
            before = (await state_of(cluster, "pods")).sequence
            later = [f"later-{number}" for number in range(8)]
            await send_one_by_one(server, *later)
            await are_rows(cluster, *later)
            assert (await state_of(cluster, "pods")).sequence == before + 1
            await rows_equal_server(cluster)
