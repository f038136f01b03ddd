"""R7. Objects that no client expects: each is shown, or set aside and counted; others flow, memory is bounded."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.conftest import EMBEDDED
from tests.harness.doors import Door, FaultyCluster
from tests.harness.servers import Server, synced
from tests.harness.waiting import eventually

WAYS = ("huge-annotation", "unknown-enum", "year-9999", "many-containers", "wrong-types")
MEMORY = 250.0
"""Megabytes that all of them together may take beside what Pilothouse takes anyway."""

PODS = "/clusters/harbour/pods/"


@pytest.fixture(scope="module")
def server(one_cluster: FaultyCluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A Pilothouse that watches the cluster."""
    kubeconfig = one_cluster.kubeconfig_of("harbour")
    server = Server(tmp_path_factory.mktemp("server"), kubeconfig=kubeconfig, settings=EMBEDDED)
    with synced(server):
        yield server


def resident(server: Server) -> float:
    """The most memory that the server ever had, in megabytes."""
    assert server.web
    status = Path(f"/proc/{server.web.pid}/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


def others_flow(server: Server, door: Door, name: str) -> None:
    """A pod that comes now is soon shown."""
    door.put_pod(name)
    # The page says the name in its filter too.
    eventually(lambda: f'data-name="{name}"' in server.text(f"{PODS}?q={name}"), seconds=30)


def set_aside(server: Server) -> int:
    """How many pods could not be read."""
    line = next(line for line in server.manage("verify", "harbour").splitlines() if line.startswith("pods"))
    return int(line.split()[3])


def pages(how: str) -> list[str]:
    """Pages with such a pod on them. What its YAML costs when it has megabytes is not this file's matter."""
    found = [PODS, "/clusters/harbour/", f"{PODS}default/live-{how}/"]
    return found if how in ("huge-annotation", "many-containers") else [*found, f"{PODS}default/live-{how}/yaml/"]


@pytest.mark.parametrize("how", WAYS)
def test_it_arrives_while_the_cluster_is_watched(server: Server, door: Door, how: str) -> None:
    before = resident(server)
    door.cause("hostile-pod", how=how, name=f"live-{how}")
    others_flow(server, door, f"beside-{how}")
    for path in pages(how):
        answer = server.admin.get(server.url + path, timeout=60)
        assert answer.status_code == 200 or (how == "wrong-types" and answer.status_code == 404), path
    assert resident(server) - before < MEMORY
    assert set_aside(server) == (1 if how == "wrong-types" else 0)
    door.remove("pods", f"live-{how}", "default")
    eventually(lambda: f"live-{how}" not in server.text(f"{PODS}?q=live-{how}&format=csv"))


@pytest.mark.parametrize("fault", ["broken-json", "missing-metadata"])
def test_a_line_of_the_watch_is_spoilt(server: Server, door: Door, fault: str) -> None:
    door.put_pod("victim")
    eventually(lambda: 'data-name="victim"' in server.text(f"{PODS}?q=victim"))
    door.cause(fault, kind="pods", name="victim", lines=1)
    door.put_pod("victim", phase="Failed")
    eventually(lambda: door.hits(fault))
    others_flow(server, door, f"beside-{fault}")
    door.clear()
    door.put_pod("victim", phase="Succeeded")
    eventually(lambda: "Completed" in server.text(f"{PODS}?q=victim") or "Succeeded" in server.text(f"{PODS}?q=victim"))
    server.manage("verify", "harbour")
    door.remove("pods", "victim", "default")


@pytest.fixture
def one_of_each(door: Door) -> Iterator[None]:
    """A pod of each kind is in the cluster."""
    for how in WAYS:
        door.cause("hostile-pod", how=how, name=f"first-{how}")
    yield
    for how in WAYS:
        door.remove("pods", f"first-{how}", "default")


@pytest.mark.usefixtures("one_of_each")
def test_they_are_there_when_the_cluster_is_first_listed(door: Door, server: Server) -> None:
    server.stop()
    server.start()
    server.wait_until_synced()
    assert set_aside(server) == 1
    others_flow(server, door, "beside-them-all")
    server.manage("verify", "harbour")
