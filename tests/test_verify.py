"""`manage.py verify CLUSTER` proves that the rows are what the API server has, and names what is not."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from threading import Event, Thread

import pytest
from django.core.management import CommandError, call_command

from clusters.models import Cluster, Health, Pod
from clusters.sealing import seal_connection
from tests.harness.small_cluster import SmallCluster, small_cluster
from tests.harness.watching import add_cluster, becomes, fleet

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_modes]


@contextmanager
def serving() -> Iterator[SmallCluster]:
    """A cluster with two pods, in a thread of its own: the command has its own event loop."""
    ready, end = Event(), Event()
    servers: list[SmallCluster] = []

    async def serve() -> None:
        async with small_cluster() as server:
            for name in ("checkout", "search"):
                server.put("pods", name, "default", spec={"containers": [{"name": "app"}]})
            servers.append(server)
            ready.set()
            await asyncio.to_thread(end.wait)

    thread = Thread(target=asyncio.run, args=(serve(),))
    thread.start()
    try:
        assert ready.wait(10)
        yield servers[0]
    finally:
        end.set()
        thread.join()


@pytest.fixture
def server() -> Iterator[SmallCluster]:
    with serving() as server:
        yield server


def synced(server: SmallCluster) -> Cluster:
    async def sync() -> Cluster:
        cluster = await add_cluster(server.connection())
        async with fleet():
            return await becomes(cluster, Health.SYNCED)

    return asyncio.run(sync())


def run(name: str) -> str:
    output = StringIO()
    call_command("verify", name, stdout=output)
    return output.getvalue()


def test_equal_rows_are_said_to_be_equal(server: SmallCluster) -> None:
    synced(server)
    pods = next(line for line in run("harbour").splitlines() if line.startswith("pods"))
    assert pods.split() == ["pods", "2", "2", "0", "equal"]


def test_every_kind_of_difference_is_named(server: SmallCluster) -> None:
    cluster = synced(server)
    Pod.objects.filter(name="checkout").update(resource_version="1")
    Pod.objects.filter(name="search").update(uid="another", name="ghost")
    output = StringIO()
    with pytest.raises(CommandError, match="differ from its API server"):
        call_command("verify", cluster.slug, patience=0, stdout=output)
    lines = [line.strip() for line in output.getvalue().splitlines()]
    assert "missing: default/search" in lines
    assert "outdated: default/checkout" in lines
    assert "left over: default/ghost" in lines


def test_an_unknown_cluster_is_refused_with_those_that_are_known(server: SmallCluster) -> None:
    synced(server)
    with pytest.raises(CommandError, match=r"no cluster nowhere\. Known: harbour\."):
        run("nowhere")


def test_a_server_that_does_not_answer_is_named() -> None:
    with serving() as server:
        cluster = Cluster(name="harbour", slug="harbour")
        seal_connection(cluster, server.connection())
        cluster.save()
    with pytest.raises(CommandError, match="harbour:"):
        run("harbour")
