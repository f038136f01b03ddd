"""R5. Servers that cannot do all that we ask, or answer something else: read in another way, or named, never taken for
an empty cluster that is well."""

import pytest

from clusters import leases, threads
from clusters.clients import close_clients
from clusters.kinds import KINDS
from clusters.kube.backoff import Pace
from clusters.models import Cluster, Health, Pod, Watch
from clusters.tasks import guarded, stop
from clusters.watcher import Watcher
from tests.harness.doors import Door, FaultyCluster
from tests.harness.watching import add_cluster, becomes, eventually, fleet, health_of, rows_equal_server, state_of

pytestmark = pytest.mark.django_db(transaction=True)


async def pods_kept() -> int:
    return await threads.read(Pod.objects.count)


async def changes_arrive(door: Door, cluster: Cluster) -> None:
    door.put_pod("changed-later")
    await rows_equal_server(cluster)
    door.remove("pods", "changed-later", "default")
    await rows_equal_server(cluster)


async def test_without_bookmarks(faulty: FaultyCluster, door: Door) -> None:
    door.cause("no-streaming-lists")
    door.cause("no-bookmarks")
    cluster = await add_cluster(faulty.connection())
    async with fleet():
        await becomes(cluster, Health.SYNCED)
        await changes_arrive(door, cluster)
        assert door.hits("no-bookmarks") >= len(KINDS)


@pytest.mark.parametrize("how", ["refuse", "overlook"])
async def test_without_streaming_lists(faulty: FaultyCluster, door: Door, how: str) -> None:
    door.cause("no-streaming-lists", how=how)
    cluster = await add_cluster(faulty.connection())
    fence = await threads.write(leases.take, cluster.pk, "this process")
    assert fence
    watcher = guarded("watcher of the test", Watcher(cluster, fence, pace=Pace(list_silence=0.5)).run())
    await becomes(cluster, Health.SYNCED)
    await changes_arrive(door, cluster)
    await stop([watcher])
    await close_clients()
    assert door.hits("no-streaming-lists") >= len(KINDS)


BROKEN = {
    "pods": ("tables", "tables in place of objects"),
    "nodes": ("not-acceptable", "media types"),
    "namespaces": ("web-page", "is a web page, not a Kubernetes API server"),
    "events": ("server-error", "leader changed"),
}


async def test_the_breach_is_named_and_the_cluster_is_not_called_well(faulty: FaultyCluster, door: Door) -> None:
    for kind, (fault, _) in BROKEN.items():
        door.cause(fault, kind=kind)
    cluster = await add_cluster(faulty.connection())
    async with fleet():

        async def all_failed() -> bool:
            failed = Watch.objects.filter(cluster=cluster, state=Watch.State.FAILED, kind__in=BROKEN)
            return await threads.read(failed.count) == len(BROKEN)

        await eventually(all_failed, seconds=40)
        for kind, (_, words) in BROKEN.items():
            assert words in (await state_of(cluster, kind)).reason
        row = await health_of(cluster)
        assert row.health != Health.SYNCED
        assert row.health_reason
        assert await pods_kept() == 0
        door.clear()
        await becomes(cluster, Health.SYNCED, seconds=60)
        assert await pods_kept() > 0
        await rows_equal_server(cluster)


@pytest.mark.long
async def test_rows_stay_when_a_known_server_begins_to_send_web_pages(faulty: FaultyCluster, door: Door) -> None:
    cluster = await add_cluster(faulty.connection())
    async with fleet():
        await becomes(cluster, Health.SYNCED)
        kept = await pods_kept()
        door.cause("web-page")
        door.cause("end", verb="watch", times=len(KINDS))
        row = await becomes(cluster, Health.UNREACHABLE, seconds=40)
        assert "is a web page" in row.health_reason
        assert await pods_kept() == kept
        door.clear()
        await becomes(cluster, Health.SYNCED, seconds=40)
        await rows_equal_server(cluster)


async def test_a_sign_in_page_from_the_start_is_named(faulty: FaultyCluster, door: Door) -> None:
    door.cause("web-page")
    cluster = await add_cluster(faulty.connection())
    async with fleet():
        row = await becomes(cluster, Health.UNREACHABLE)
        assert "is a web page, not a Kubernetes API server" in row.health_reason
        door.clear()
        await becomes(cluster, Health.SYNCED)
        await rows_equal_server(cluster)
