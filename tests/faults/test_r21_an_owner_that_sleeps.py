"""R21. Of two watching processes the one with the lease is stopped with SIGSTOP, overtaken, and continued: it writes
nothing any more, and only one of them watches. That it was stopped while it held a lock changes nothing."""

import asyncio
import itertools
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from clusters import leases, threads
from clusters.clients import close_clients
from clusters.models import Cluster, Health, Pod
from clusters.tasks import guarded, stop
from clusters.watcher import Watcher
from tests.faults.conftest import EMBEDDED
from tests.harness.databases import own_databases
from tests.harness.doors import Door, FaultyCluster
from tests.harness.servers import Server, synced
from tests.harness.waiting import eventually
from tests.harness.watching import add_cluster, becomes, rows_equal_server


@pytest.fixture
def server(faulty: FaultyCluster, postgres_url: str, redis_url: str, tmp_path: Path) -> Iterator[Server]:
    """A synced Pilothouse whose watching is a process of its own."""
    with own_databases(postgres_url, tmp_path) as settings:
        kubeconfig = faulty.kubeconfig_of("harbour")
        server = Server(tmp_path, kubeconfig=kubeconfig, settings={**EMBEDDED, **settings})
        with synced(server):
            yield server


def ask(server: Server, question: str) -> tuple[object, ...]:
    with psycopg.connect(server.environment["DATABASE_URL"]) as connection:
        row = connection.execute(question).fetchone()
    assert row
    return tuple(row)


def owner_and_fence(server: Server) -> tuple[int, int]:
    """The id of the process that has the lease, and the fencing number."""
    owner, fence = ask(server, "SELECT lease_owner, fence FROM clusters_cluster")
    return int(str(owner).split(":")[-2] or 0) if owner else 0, int(str(fence))


def test_what_it_would_still_write_is_refused(server: Server, door: Door) -> None:
    sleeper = server.watcher
    assert sleeper
    second = server.run("second-watch", "watch")
    try:
        _, fence = owner_and_fence(server)
        sleeper.process.send_signal(signal.SIGSTOP)
        # These wait in the sleeper's sockets: it will read them when it wakes, before it looks at its lease.
        for number in range(30):
            door.put_pod(f"unread-{number}")
        eventually(lambda: owner_and_fence(server)[1] == fence + 1, seconds=30)
        owner, _ = owner_and_fence(server)
        assert owner == second.pid
        eventually(lambda: 'data-name="unread-29"' in server.text("/clusters/harbour/pods/?q=unread-29"), seconds=30)
        for number in range(30):
            door.remove("pods", f"unread-{number}", "default")
        server.manage("verify", "harbour")
        stop, owners = threading.Event(), set()

        def observe() -> None:
            while not stop.wait(0.05):
                owners.add(owner_and_fence(server))

        observer = threading.Thread(target=observe)
        observer.start()
        sleeper.process.send_signal(signal.SIGCONT)
        awake = (
            f"SELECT max(seen) > now() - interval '5 s' FROM clusters_watchprocess WHERE owner LIKE '%:{sleeper.pid}:%'"
        )
        eventually(lambda: ask(server, awake) == (True,), seconds=30)
        door.put_pod("after-it-woke")
        eventually(lambda: 'data-name="after-it-woke"' in server.text("/clusters/harbour/pods/?q=after-it-woke"))
        stop.set()
        observer.join()
        assert owners == {(second.pid, fence + 1)}
        assert ask(server, "SELECT count(*) FROM clusters_pod WHERE name LIKE 'unread-%'") == (0,)
        server.manage("verify", "harbour")
        assert sleeper.is_running()
    finally:
        sleeper.process.send_signal(signal.SIGCONT)
        second.stop()


def is_locked(server: Server) -> bool:
    """Whether somebody is within a transaction that writes the cluster's rows."""
    try:
        ask(server, "SELECT pk FROM (SELECT id AS pk FROM clusters_cluster FOR UPDATE NOWAIT) AS free")
    except psycopg.errors.LockNotAvailable:
        return True
    return False


@pytest.mark.long
def test_one_that_stopped_within_a_transaction_is_overtaken_too(server: Server, door: Door) -> None:
    sleeper = server.watcher
    assert sleeper
    second = server.run("second-watch", "watch")
    numbers = itertools.count()

    def stops_within_a_transaction() -> bool:
        sleeper.process.send_signal(signal.SIGCONT)
        door.put_pod(f"written-{next(numbers)}")
        sleeper.process.send_signal(signal.SIGSTOP)
        return is_locked(server)

    try:
        _, fence = owner_and_fence(server)
        eventually(stops_within_a_transaction, seconds=60, every=0)
        eventually(lambda: owner_and_fence(server) == (second.pid, fence + 1), seconds=30)
        sleeper.process.send_signal(signal.SIGCONT)
        door.put_pod("after-it-woke")
        eventually(lambda: 'data-name="after-it-woke"' in server.text("/clusters/harbour/pods/?q=after-it-woke"))
        server.manage("verify", "harbour")
        assert sleeper.is_running()
    finally:
        sleeper.process.send_signal(signal.SIGCONT)
        second.stop()


@pytest.mark.django_db(transaction=True)
async def test_a_change_that_it_reads_too_late_is_not_written(faulty: FaultyCluster, door: Door) -> None:
    """The same from within: the lease goes to another before the change arrives, and the watcher ends by itself."""
    cluster = await add_cluster(faulty.connection())
    fence = await threads.write(leases.take, cluster.pk, "sleeper")
    assert fence
    watcher = guarded("watcher of the test", Watcher(cluster, fence).run())
    await becomes(cluster, Health.SYNCED)

    def overtake() -> int | None:
        Cluster.objects.filter(pk=cluster.pk).update(lease_until=None)
        return leases.take(cluster.pk, "another")

    assert await threads.write(overtake) == fence + 1
    door.put_pod("too-late")
    async with asyncio.timeout(15):
        await watcher
    await close_clients()
    assert not await threads.read(Pod.objects.filter(name="too-late").exists)
    successor = guarded("successor of the test", Watcher(cluster, fence + 1).run())
    await becomes(cluster, Health.SYNCED)
    await rows_equal_server(cluster)
    await stop([successor])
    await close_clients()
