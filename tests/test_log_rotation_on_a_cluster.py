"""R10 on a real kubelet: fifty rotations of a log while it is followed, and each line comes once, in order."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.harness.clusters import Cluster, raised_cluster
from tests.harness.containers import start_pod
from tests.harness.kubectl import Kubectl
from tests.harness.many_logs import LogPage, real_logs
from tests.harness.servers import Server, synced

ROTATIONS = 50
LONGEST = 400
"""Seconds that fifty rotations may take; the kubelet looks every three."""

LARGEST_FILE = "500Ki"
WRITES = """
TEXT="of a log that is rotated every few seconds, and long enough to fill its file"
i=0
while :; do
  for n in $(seq 1000); do i=$((i+1)); echo line $i $TEXT; done
  sleep 0.3
done
"""


@pytest.fixture(scope="module")
def rotating() -> Iterator[Cluster]:
    """A cluster of our own whose kubelet on node1 looks every three seconds whether a log is larger than 500 KiB."""
    with raised_cluster() as cluster:
        cluster.stop_kubelet("node1")
        assert cluster.state
        file = cluster.state / "node1" / "kubelet.json"
        often = {"containerLogMaxSize": LARGEST_FILE, "containerLogMaxFiles": 3, "containerLogMonitorInterval": "3s"}
        file.write_text(json.dumps(json.loads(file.read_text()) | often))
        cluster.start_kubelet("node1")
        yield cluster


@pytest.fixture(scope="module")
def near(rotating: Cluster) -> Kubectl:
    return rotating.kubectl.within("default")


@pytest.fixture
def server(rotating: Cluster, tmp_path: Path) -> Iterator[Server]:
    server = Server(tmp_path, kubeconfig=rotating.kubeconfig)
    with synced(server):
        yield server


class Rotations:
    """How often a log was rotated, seen by the names of the files that were put aside: they hold the moment."""

    def __init__(self, cluster: Cluster, near: Kubectl, pod: str) -> None:
        assert cluster.state
        made = json.loads(near("get", "pod", pod, "-o", "json"))
        self._folder = cluster.state / "node1" / "pod-logs" / f"default_{pod}_{made['metadata']['uid']}" / "main"
        self._seen: set[str] = set()

    def count(self) -> int:
        self._seen |= {file.name.removesuffix(".gz").removesuffix(".tmp") for file in self._folder.glob("0.log.*")}
        return len(self._seen)


@pytest.mark.long
@pytest.mark.timeout(LONGEST + 120)
async def test_each_line_comes_once_and_in_order(rotating: Cluster, near: Kubectl, server: Server) -> None:
    start_pod(near, "rotated", "sh", "-c", WRITES, node="node1")
    rotations, page = Rotations(rotating, near, "rotated"), LogPage()
    async with real_logs(server, "pod=default/rotated&tail=all", page, seconds=LONGEST) as opened:
        await opened.start()
        while rotations.count() < ROTATIONS:
            assert await opened.read(), opened.end  # raises TimeoutError where nothing comes for ten seconds
    lines = page.of("rotated").split(b"\n")[:-1]
    numbers = [int(line.split()[2]) for line in lines]
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    assert page.signs() == []
