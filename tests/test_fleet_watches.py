"""A fleet notices clusters that are added, paused, taken up again and removed, and shares them with other fleets."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from clusters import threads
from clusters.fleet import Fleet
from clusters.models import Cluster, Health, Pod, WatchProcess
from tests.harness.small_cluster import KINDS, SmallCluster, small_cluster
from tests.harness.watching import add_cluster, becomes, eventually, fleet, health_of, rows_equal_server

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_modes]

NOTICED_SECONDS = 2.5
"""Two seconds, and a little for a busy machine."""


@pytest.fixture
async def server() -> AsyncIterator[SmallCluster]:
    """A cluster with one pod."""
    async with small_cluster() as server:
        server.put("pods", "checkout", "default", spec={"containers": [{"name": "app"}]})
        yield server


async def change(cluster: Cluster, **values: Any) -> None:
    await threads.write(Cluster.objects.filter(pk=cluster.pk).update, **values)


async def test_a_cluster_added_while_it_runs_is_watched(server: SmallCluster) -> None:
    async with fleet():
        cluster = await add_cluster(server.connection())
        await becomes(cluster, Health.SYNCED, seconds=2 * NOTICED_SECONDS)


async def test_a_paused_cluster_is_left_alone_and_taken_up_again(server: SmallCluster) -> None:
    cluster = await add_cluster(server.connection())
    async with fleet():
        await becomes(cluster, Health.SYNCED)
        await change(cluster, paused=True)
        await becomes(cluster, Health.PAUSED, seconds=NOTICED_SECONDS)
        await eventually(lambda: _nobody_watches(server), seconds=NOTICED_SECONDS)
        server.put("pods", "made while paused", "default", spec={"containers": []})
        assert await threads.read(Pod.objects.count) == 1
        await change(cluster, paused=False)
        await becomes(cluster, Health.SYNCED)
        await rows_equal_server(cluster)


async def test_a_removed_cluster_is_let_go(server: SmallCluster) -> None:
    cluster = await add_cluster(server.connection())
    async with fleet() as watching:
        await becomes(cluster, Health.SYNCED)
        await threads.write(Cluster.objects.all().delete)
        await eventually(lambda: _nobody_watches(server), seconds=NOTICED_SECONDS)
        assert watching.watching() == 0
        assert watching.problems() == []


async def test_a_renamed_cluster_is_watched_without_a_break(server: SmallCluster) -> None:
    cluster = await add_cluster(server.connection())
    async with fleet():
        await becomes(cluster, Health.SYNCED)
        server.requests.clear()
        await change(cluster, name="Harbour", updated=timezone.now())
        server.put("pods", "new", "default", spec={"containers": []})
        await rows_equal_server(cluster)
        assert "version" not in [kind for kind, _ in server.requests]


async def test_two_fleets_share_the_clusters_and_each_has_one_owner(server: SmallCluster) -> None:
    clusters = [await add_cluster(server.connection(), name) for name in ("a", "b", "c", "d")]
    async with fleet() as first:
        await eventually(lambda: _watches(first, 4))
        async with fleet() as second:
            await eventually(lambda: _watches(second, 2))
            await eventually(lambda: _watches(first, 2))
            for cluster in clusters:
                await becomes(cluster, Health.SYNCED)
                await rows_equal_server(cluster)
        await eventually(lambda: _watches(first, 4))


async def test_a_fleet_that_stops_gives_its_leases_back(server: SmallCluster) -> None:
    cluster = await add_cluster(server.connection())
    async with fleet():
        await becomes(cluster, Health.SYNCED)
    row = await health_of(cluster)
    assert (row.lease_owner, row.lease_until) == ("", None)
    assert not await threads.read(WatchProcess.objects.exists)


async def test_a_process_that_was_overtaken_while_it_slept_writes_nothing_more(server: SmallCluster) -> None:
    cluster = await add_cluster(server.connection())
    async with fleet() as sleeper:
        await becomes(cluster, Health.SYNCED)
        # What a takeover by another host leaves behind.
        later = timezone.now() + timedelta(hours=1)
        await change(cluster, lease_owner="elsewhere:1:abc", lease_until=later, fence=99)
        server.put("pods", "new", "default", spec={"containers": []})
        await eventually(lambda: _watches(sleeper, 0))
        assert await threads.read(Pod.objects.count) == 1
        row = await health_of(cluster)
        assert (row.lease_owner, row.fence) == ("elsewhere:1:abc", 99)


async def test_a_connection_that_cannot_be_decrypted_is_named_and_the_others_go_on(server: SmallCluster) -> None:
    good = await add_cluster(server.connection(), "good")
    bad = await add_cluster(server.connection(), "bad")
    await change(bad, sealed_connection=bytes(good.sealed_connection))
    async with fleet():
        await becomes(good, Health.SYNCED)
        row = await becomes(bad, Health.UNREACHABLE)
        assert "encrypted with another key or for another cluster" in row.health_reason


async def test_a_watcher_that_broke_is_started_again(server: SmallCluster) -> None:
    cluster = await add_cluster(server.connection())
    async with fleet() as watching:
        await becomes(cluster, Health.SYNCED)
        broken = next(task for task in asyncio.all_tasks() if task.get_name() == "watches of harbour")
        broken.cancel()
        await eventually(lambda: _is(broken.done))
        server.put("pods", "new", "default", spec={"containers": []})
        await rows_equal_server(cluster)
        assert watching.problems() == []


async def _is(question: Any) -> bool:
    return bool(question())


async def _nobody_watches(server: SmallCluster) -> bool:
    return not server.watched()


async def _watches(watching: Fleet, count: int) -> bool:
    return watching.watching() == count


def test_the_small_cluster_has_every_kind() -> None:
    from clusters.kinds import KINDS as WATCHED

    assert set(WATCHED) == set(KINDS)
