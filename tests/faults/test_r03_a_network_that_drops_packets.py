"""R3. Packets to the API server are lost, and nobody is told: within 75 s the pages say so, and soon after it is over
they are live again.

The limits are those of the promise, and the one figure that tests of faults assert. Where we may use iptables a second
cluster is lost for real: with the control door's stage our kernel goes on acknowledging what is sent.
"""

import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from pathlib import Path

import pytest

from tests.faults.conftest import Serve
from tests.harness.doors import Door, FaultyCluster, faulty_cluster
from tests.harness.packet_loss import can_drop, packets_dropped
from tests.harness.servers import Server
from tests.harness.waiting import eventually

DETECTED, RECOVERED = 75.0, 30.0


@pytest.fixture
def lost_for_real(tmp_path: Path) -> Iterator[FaultyCluster | None]:
    """A second cluster, where packets can really be dropped."""
    with faulty_cluster(tmp_path / "real") if can_drop() else nullcontext() as cluster:
        yield cluster


@contextmanager
def held_by_the_stage(door: Door) -> Iterator[None]:
    door.cause("dropped-packets")
    yield
    door.cause("pass-packets")


def is_stale(server: Server, cluster: str) -> bool:
    return "No contact with" in server.text(f"/clusters/{cluster}/pods/")


def is_live(server: Server, cluster: str) -> bool:
    return "Live, as of" in server.text(f"/clusters/{cluster}/pods/")


@pytest.mark.long
def test_it_is_noticed_shown_and_survived(
    serve: Serve, faulty: FaultyCluster, door: Door, lost_for_real: FaultyCluster | None
) -> None:
    server = serve(faulty.kubeconfig_of("stage"))
    outages: dict[str, AbstractContextManager[None]] = {"stage": held_by_the_stage(door)}
    doors = {"stage": door}
    if lost_for_real:
        server.manage("import_kubeconfig", str(lost_for_real.kubeconfig_of("real")))
        outages["real"], doors["real"] = packets_dropped(lost_for_real.port), lost_for_real.door
    eventually(lambda: all(is_live(server, name) for name in outages), seconds=30)
    server.wait_until_synced()
    # Every watch heard from the server a moment ago: the longest way to find out.
    for each in doors.values():
        for kind in ("nodes", "namespaces", "pods", "events", "deployments", "replicasets"):
            touch(each, kind)
    eventually(
        lambda: all('data-name="touched"' in server.text(f"/clusters/{name}/pods/?q=touched") for name in outages)
    )
    with ExitStack() as stack:
        began = time.monotonic()
        for outage in outages.values():
            stack.enter_context(outage)
        eventually(lambda: all(is_stale(server, name) for name in outages), seconds=DETECTED)
        assert time.monotonic() - began <= DETECTED
        assert not any(is_live(server, name) for name in outages)
        ended = time.monotonic()
    eventually(lambda: all(is_live(server, name) for name in outages), seconds=RECOVERED)
    assert time.monotonic() - ended <= RECOVERED
    for name in outages:
        server.manage("verify", name)


def touch(door: Door, kind: str) -> None:
    namespace = "" if kind in ("nodes", "namespaces") else "default"
    if kind == "pods":
        door.put_pod("touched")
    else:
        door.put(kind, "touched", namespace)
