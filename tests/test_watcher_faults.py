"""Whatever goes wrong between an API server and us, the rows end up as the server has them."""

from collections.abc import AsyncIterator

import pytest
from django.db import IntegrityError

from clusters import leases, threads, watcher
from clusters.clients import close_clients
from clusters.derived import search
from clusters.models import Health, Pod, SetAside, Watch
from clusters.store import KindStore
from clusters.tasks import guarded, stop
from clusters.watcher import Watcher
from tests.harness.small_cluster import KINDS, SmallCluster, small_cluster
from tests.harness.watches import StoppedTime
from tests.harness.watching import (
    add_cluster,
    all_watched,
    becomes,
    eventually,
    fleet,
    health_of,
    rows_equal_server,
    state_of,
)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_modes]


@pytest.fixture
async def server() -> AsyncIterator[SmallCluster]:
    """A cluster with a node, two namespaces and twelve pods."""
    async with small_cluster() as server:
        server.put("nodes", "node1")
        for namespace in ("default", "payments"):
            server.put("namespaces", namespace)
            for number in range(6):
                put_pod(server, f"checkout-{number}", namespace)
        yield server


def put_pod(server: SmallCluster, name: str, namespace: str = "default", phase: str = "Running") -> None:
    server.put("pods", name, namespace, spec={"containers": [{"name": "app"}]}, status={"phase": phase})


async def names_of_pods() -> set[str]:
    return set(await threads.read(lambda: list(Pod.objects.values_list("name", flat=True))))


async def test_a_first_list_brings_every_object(server: SmallCluster) -> None:
    cluster = await add_cluster(server.connection())
    async with fleet():
        row = await becomes(cluster, Health.SYNCED)
        assert row.version == "v1.35.4"
        assert len(await names_of_pods()) == 6
        await rows_equal_server(cluster)


async def test_a_server_that_only_lists_in_pages_is_read_too(server: SmallCluster) -> None:
    server.streams_lists = False
    for number in range(1200):
        put_pod(server, f"many-{number}")
    cluster = await add_cluster(server.connection())
    async with fleet():
        await becomes(cluster, Health.SYNCED)
        await rows_equal_server(cluster)


async def test_changes_arrive_while_it_is_watched(server: SmallCluster) -> None:
    cluster = await add_cluster(server.connection())
    async with fleet():
        await becomes(cluster, Health.SYNCED)
        await all_watched(server)
        put_pod(server, "new")
        put_pod(server, "checkout-0", phase="Failed")
        server.delete("pods", "checkout-1", "default")
        await rows_equal_server(cluster)
        assert "new" in await names_of_pods()


async def test_what_changed_behind_a_cut_connection_arrives(server: SmallCluster) -> None:
    cluster = await add_cluster(server.connection())
    async with fleet():
        await becomes(cluster, Health.SYNCED)
        await all_watched(server)
        server.cut()
        server.delete("pods", "checkout-2", "default")
        put_pod(server, "new")
        await rows_equal_server(cluster)


@pytest.mark.parametrize("how", ["inside the stream", "as an answer"])
async def test_a_version_that_is_too_old_leads_to_a_new_list(server: SmallCluster, how: str) -> None:
    cluster = await add_cluster(server.connection())
    async with fleet():
        await becomes(cluster, Health.SYNCED)
        await all_watched(server)
        if how == "inside the stream":
            server.expire()
        else:
            server.cut()
            server.forget_history()
        server.delete("pods", "checkout-3", "default")
        put_pod(server, "new")
        server.forget_history()
        await rows_equal_server(cluster)
        await becomes(cluster, Health.SYNCED)


async def test_indexes_that_cannot_be_filled_are_tried_again(
    server: SmallCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watcher, "LONGEST_WAIT", 0.01)
    fill, failures = KindStore.fill_indexes, [IntegrityError("another process builds it")] * 3

    def fails_at_first(store: KindStore) -> bool:
        if failures:
            raise failures.pop()
        return fill(store)

    monkeypatch.setattr(KindStore, "fill_indexes", fails_at_first)
    cluster = await add_cluster(server.connection())

    async def are_filled() -> bool:
        searched = Watch.objects.filter(cluster=cluster, kind="pods", searched_to=search.COMPLETE)
        return await threads.read(searched.exists)

    async with fleet():
        await becomes(cluster, Health.SYNCED)
        await eventually(are_filled)
    assert not failures


async def test_a_list_writes_only_what_differs(server: SmallCluster) -> None:
    cluster = await add_cluster(server.connection())
    async with fleet():
        await becomes(cluster, Health.SYNCED)
        await all_watched(server)
        ids = await threads.read(lambda: dict(Pod.objects.values_list("uid", "id")))
        # No list may touch a row whose resource version it names: mark them, and see the mark survive.
        await threads.write(Pod.objects.update, summary="untouched")
        put_pod(server, "checkout-4", phase="Failed")
        server.expire()
        await rows_equal_server(cluster)
        rows = await threads.read(lambda: list(Pod.objects.values_list("name", "summary")))
        assert {name for name, summary in rows if summary != "untouched"} == {"checkout-4"}
        assert await threads.read(lambda: dict(Pod.objects.values_list("uid", "id"))) == ids


async def test_after_a_restart_the_watch_goes_on_where_it_stopped(server: SmallCluster) -> None:
    cluster = await add_cluster(server.connection())
    async with fleet():
        await becomes(cluster, Health.SYNCED)
    put_pod(server, "new")
    server.delete("pods", "checkout-5", "payments")
    server.requests.clear()
    async with fleet():
        await rows_equal_server(cluster)
        await becomes(cluster, Health.SYNCED)
        listed = [query for kind, query in server.requests if kind == "pods" and "sendInitialEvents" in query]
        assert not listed


async def test_a_restart_serves_the_kept_rows_and_says_that_they_are_old(server: SmallCluster) -> None:
    cluster = await add_cluster(server.connection())
    async with fleet():
        await becomes(cluster, Health.SYNCED)
    server.silent.add("version")
    async with fleet():
        row = await becomes(cluster, Health.STALE)
        assert "before the restart" in row.health_reason
        assert len(await names_of_pods()) == 6


async def test_a_forbidden_kind_says_so_and_the_others_go_on(server: SmallCluster) -> None:
    server.refusals["events"] = (403, {})
    cluster = await add_cluster(server.connection())
    async with fleet():
        row = await becomes(cluster, Health.SYNCED)
        assert "events" in row.health_reason
        watch = await state_of(cluster, "events")
        assert watch.state == Watch.State.FORBIDDEN
        assert watch.reason
        await rows_equal_server(cluster)


async def test_rejected_credentials_are_named_so(server: SmallCluster) -> None:
    server.refusals["version"] = (401, {})
    cluster = await add_cluster(server.connection())
    async with fleet():
        await becomes(cluster, Health.UNAUTHORISED)


async def test_a_token_that_expires_while_watching_is_named_so(server: SmallCluster) -> None:
    cluster = await add_cluster(server.connection())
    async with fleet():
        await becomes(cluster, Health.SYNCED)
        await all_watched(server)
        server.refusals.update(dict.fromkeys(KINDS, (401, {})))
        server.cut()
        await becomes(cluster, Health.UNAUTHORISED)


async def test_an_object_that_cannot_be_decoded_is_set_aside_until_it_can(server: SmallCluster) -> None:
    server.put("pods", "odd", "default", spec={"containers": "none"}, status={"phase": 7})
    cluster = await add_cluster(server.connection())
    async with fleet():
        await becomes(cluster, Health.SYNCED)
        await rows_equal_server(cluster)
        aside = await threads.read(SetAside.objects.get, cluster=cluster)
        assert aside.kind == "pods"
        assert aside.reason
        assert "odd" not in await names_of_pods()
        put_pod(server, "odd")

        async def is_back() -> bool:
            return not await threads.read(SetAside.objects.exists)

        await eventually(is_back)
        await rows_equal_server(cluster)
        assert "odd" in await names_of_pods()


async def test_a_closed_port_is_unreachable_and_says_why() -> None:
    async with small_cluster() as server:
        cluster = await add_cluster(server.connection())
    async with fleet():
        row = await becomes(cluster, Health.UNREACHABLE)
        assert row.health_reason


async def test_a_dead_cluster_holds_up_no_other(server: SmallCluster) -> None:
    async with small_cluster() as dead:
        dead.silent.update(("version", *KINDS))
        stuck = await add_cluster(dead.connection(), "dead")
        lively = await add_cluster(server.connection(), "lively")
        async with fleet():
            await becomes(lively, Health.SYNCED, seconds=5)
            await rows_equal_server(lively)
            assert (await health_of(stuck)).health == Health.CONNECTING


async def test_a_new_connection_is_used_at_once(server: SmallCluster) -> None:
    async with small_cluster() as empty:
        cluster = await add_cluster(empty.connection())
        async with fleet():
            await becomes(cluster, Health.SYNCED)
            assert not await names_of_pods()
            await threads.write(_reseal, cluster.pk, server)

            async def has_pods() -> bool:
                return len(await names_of_pods()) == 6

            await eventually(has_pods, seconds=5)
            await rows_equal_server(await health_of(cluster))


async def test_a_watcher_that_began_with_an_old_connection_uses_the_new_one(server: SmallCluster) -> None:
    async with small_cluster() as old:
        cluster = await add_cluster(old.connection())
        fence = await threads.write(leases.take, cluster.pk, "this process")
        assert fence
        old.refusals["version"] = (500, {})
        await threads.write(_reseal, cluster.pk, server)
        task = guarded("watcher of the test", Watcher(cluster, fence).run())
        await becomes(cluster, Health.SYNCED)
        await stop([task])
        await close_clients()
        assert not old.requests


async def test_a_server_that_asks_for_time_at_first_contact_gets_it(server: SmallCluster) -> None:
    server.refusals["version"] = (429, {"Retry-After": "100"})
    cluster, time = await add_cluster(server.connection()), StoppedTime()
    fence = await threads.write(leases.take, cluster.pk, "this process")
    assert fence
    task = guarded("watcher of the test", Watcher(cluster, fence, pace=time.pace(chance=0.5)).run())

    async def has_waited() -> bool:
        return len(time.slept) >= 3

    await eventually(has_waited)
    await stop([task])
    await close_clients()
    assert time.slept[:3] == [100.4, 100.8, 101.6]


def _reseal(pk: int, server: SmallCluster) -> None:
    from clusters.models import Cluster
    from clusters.sealing import seal_connection

    cluster = Cluster.objects.get(pk=pk)
    seal_connection(cluster, server.connection())
    cluster.save()
