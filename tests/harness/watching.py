"""A fleet that runs inside a test, and waiting for what it makes of a cluster."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

from clusters import threads
from clusters.clients import close_clients
from clusters.fleet import Fleet
from clusters.kube.connection import Connection
from clusters.models import Cluster, Health, Watch
from clusters.sealing import seal_connection
from clusters.tasks import guarded
from clusters.verifying import verify
from tests.harness.small_cluster import KINDS, SmallCluster

Found = TypeVar("Found")


async def add_cluster(connection: Connection, slug: str = "harbour") -> Cluster:
    """A cluster that is reached by the connection."""

    def add() -> Cluster:
        cluster = Cluster(name=slug, slug=slug)
        seal_connection(cluster, connection)
        cluster.save()
        return cluster

    return await threads.write(add)


@asynccontextmanager
async def fleet() -> AsyncIterator[Fleet]:
    """Watches every cluster for as long as the block runs; then gives the leases back."""
    stop, running = asyncio.Event(), Fleet()
    task = guarded("fleet of the test", running.run(stop))
    try:
        yield running
    finally:
        stop.set()
        await task
        await close_clients()


async def eventually(look: Callable[[], Awaitable[Found]], *, seconds: float = 15) -> Found:
    """What `look` returns once that is true; raises AssertionError with what it saw last."""
    end = time.monotonic() + seconds
    while True:
        seen = await look()
        if seen:
            return seen
        assert time.monotonic() < end, f"Not within {seconds:g} s; last seen: {seen!r}"
        await asyncio.sleep(0.02)


async def health_of(cluster: Cluster) -> Cluster:
    """The cluster's row as it is now."""
    return await threads.read(Cluster.objects.get, pk=cluster.pk)


async def becomes(cluster: Cluster, health: Health, *, seconds: float = 15) -> Cluster:
    """Waits for the health; returns the row."""
    end = time.monotonic() + seconds
    while (row := await health_of(cluster)).health != health:
        assert time.monotonic() < end, f"Still {row.health} ({row.health_reason}) after {seconds:g} s"
        await asyncio.sleep(0.02)
    return row


async def state_of(cluster: Cluster, kind: str) -> Watch:
    """What is known of a kind's watch."""
    return await threads.read(Watch.objects.get, cluster=cluster, kind=kind)


async def rows_equal_server(cluster: Cluster) -> None:
    """Fails unless every kind's rows are what the API server has; prints the differences."""
    different = [comparison for comparison in await verify(cluster) if not comparison.equal]
    assert not different, different


async def all_watched(server: SmallCluster) -> None:
    """Wait until a watch of each kind is open."""

    async def are_open() -> bool:
        return server.watched() == set(KINDS)

    await eventually(are_open)
