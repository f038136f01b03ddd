"""A watching process that slept through its lease finds another in its place, and writes nothing over its rows."""

import signal
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.harness.clusters import Cluster
from tests.harness.databases import own_databases
from tests.harness.servers import Server, synced
from tests.harness.waiting import eventually

pytestmark = pytest.mark.both_modes


@pytest.fixture
def server(cluster: Cluster, postgres_url: str, tmp_path: Path) -> Iterator[Server]:
    """A synced Pilothouse whose watching is a process of its own."""
    with own_databases(postgres_url, tmp_path) as settings:
        server = Server(tmp_path, kubeconfig=cluster.kubeconfig, settings=settings)
        with synced(server):
            yield server


def owner_and_fence(server: Server) -> tuple[int, int]:
    """The id of the process that watches the cluster, and the fencing number."""
    with psycopg.connect(server.environment["DATABASE_URL"]) as connection:
        row = connection.execute("SELECT lease_owner, fence FROM clusters_cluster").fetchone()
    assert row
    return int(row[0].split(":")[-2] if row[0] else 0), row[1]


def test_a_process_that_was_stopped_and_continued(server: Server, cluster: Cluster, namespace: str) -> None:
    sleeper = server.watcher
    assert sleeper
    second = server.run("second-watch", "watch")
    try:
        sleeper_pid, fence = owner_and_fence(server)
        sleeper.process.send_signal(signal.SIGSTOP)
        # The lease ends 12 s after its last renewal, and is looked at every second.
        eventually(lambda: owner_and_fence(server) != (sleeper_pid, fence), seconds=20)
        overtaken = owner_and_fence(server)
        assert overtaken[1] == fence + 1
        cluster.kubectl("create", "namespace", f"{namespace}-b")
        sleeper.process.send_signal(signal.SIGCONT)
        server.manage("verify", "test")
        cluster.kubectl("delete", "namespace", f"{namespace}-b")
        server.manage("verify", "test")
        assert owner_and_fence(server) == overtaken
        assert sleeper.is_running()
    finally:
        sleeper.process.send_signal(signal.SIGCONT)
        second.stop()
