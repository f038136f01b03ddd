"""Simulated clusters whose faults the tests cause."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.harness.doors import Door, FaultyCluster, faulty_cluster
from tests.harness.servers import Server

EMBEDDED = {"DATABASE_URL": "", "REDIS_URL": ""}
Serve = Callable[..., Server]


@pytest.fixture(scope="module")
def one_cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FaultyCluster]:
    """A simulated cluster for all tests of the file; use `faulty`."""
    with faulty_cluster(tmp_path_factory.mktemp("faulty") / "cluster") as cluster:
        yield cluster


@pytest.fixture
def faulty(one_cluster: FaultyCluster) -> Iterator[FaultyCluster]:
    """A simulated cluster with twelve pods in two namespaces, and nothing wrong with it yet."""
    door = one_cluster.door
    door.clear()
    for namespace in ("default", "payments"):
        door.put("namespaces", namespace)
        for number in range(6):
            door.put_pod(f"checkout-{number}", namespace)
    yield one_cluster
    door.clear()
    door.cause("pass-packets")


@pytest.fixture
def door(faulty: FaultyCluster) -> Door:
    """Where its faults are asked for."""
    return faulty.door


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    """Starts an embedded Pilothouse: `serve(kubeconfig)`; its clusters have the names of the contexts."""
    with ExitStack() as stack:

        def start(kubeconfig: Path) -> Server:
            folder = tmp_path / "server"
            folder.mkdir()
            server = Server(folder, kubeconfig=kubeconfig, settings=EMBEDDED)
            stack.callback(server.stop)
            server.start()
            return server

        yield start
