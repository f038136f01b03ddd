"""The cluster that the tests run on: one raised for this run, or the one that PILOTHOUSE_TEST_KUBECONFIG names."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.cluster.processes import Processes
from tests.cluster.programs import CannotRise, cache_folder
from tests.harness.kubectl import Kubectl

ROOT = Path(__file__).parents[2]
ADMIN_ELSEWHERE = "PILOTHOUSE_TEST_KUBECONFIG"


@dataclass(frozen=True)
class Cluster:
    """A real cluster; `state` is the folder of one that we raised, and None for somebody else's."""

    kubeconfig: Path
    kubectl: Kubectl
    state: Path | None

    def stop_kubelet(self, node: str) -> None:
        """Kill the kubelet of "node1" or "node2": the node is NotReady about 8 s later; its containers run on."""
        self.processes().stop(kubelet(node), signal.SIGKILL)

    def start_kubelet(self, node: str) -> None:
        """Start a kubelet that was stopped, and wait until its node is Ready."""
        if self.processes().pid(kubelet(node)) is None:
            self.processes().start_again(kubelet(node))
        self.kubectl("wait", "--for=condition=Ready", f"node/{node}", "--timeout=60s", timeout=70)

    def processes(self) -> Processes:
        """The cluster's processes; skips the test where they are not ours."""
        if self.state is None:
            pytest.skip(f"The processes of the cluster that {ADMIN_ELSEWHERE} names are not ours to stop.")
        return Processes(self.state)

    def audit_log(self) -> Path:
        """The API server's audit log, a JSON object a line: who made each call. Skips the test where it is not ours."""
        return self.processes().state / "logs" / "audit.json"


def log_on_its_node(cluster: Cluster, near: Kubectl, pod: str, container: str = "main") -> bytes:
    """What the file of the container's newest run holds, as the API gives it with timestamps.

    The runtime writes each line as "moment stream tag text", moments without zeros at their end, a long line in parts,
    all but the last with the tag P:
    https://github.com/kubernetes/design-proposals-archive/blob/main/node/kubelet-cri-logging.md
    Skips the test where the nodes' disks are not on this machine.
    """
    made = json.loads(near("get", "pod", pod, "-o", "json"))
    name = f"{near.namespace}_{pod}_{made['metadata']['uid']}"
    folder = cluster.kubeconfig.parent / made["spec"]["nodeName"] / "pod-logs" / name / container
    if not folder.is_dir():
        pytest.skip("The disks of this cluster's nodes are elsewhere.")
    newest = max(folder.glob("[0-9]*.log"), key=lambda file: int(file.stem))
    return b"".join(_as_given(line) for line in newest.read_bytes().splitlines())


def _as_given(line: bytes) -> bytes:
    moment, _, tag, text = line.split(b" ", 3)
    seconds, _, fraction = moment.removesuffix(b"Z").partition(b".")
    return b"%s.%sZ %s%s" % (seconds, fraction.ljust(9, b"0"), text, b"\n" if tag == b"F" else b"")


def kubelet(node: str) -> str:
    """The name of the node's kubelet among the cluster's processes: "node2" has "kubelet2"."""
    return f"kubelet{node.removeprefix('node')}"


@contextmanager
def usable_cluster() -> Iterator[Cluster]:
    """The cluster for this test run. Raises CannotRise where none can be had."""
    elsewhere = os.environ.get(ADMIN_ELSEWHERE, "")
    if elsewhere:
        yield named_cluster(Path(elsewhere))
        return
    with raised_cluster() as cluster:
        yield cluster


def named_cluster(kubeconfig: Path) -> Cluster:
    """Somebody else's cluster. Raises CannotRise where it does not answer."""
    built = cache_folder() / "kubectl"
    program = str(built) if built.exists() else shutil.which("kubectl")
    if program is None:
        raise CannotRise(f"{ADMIN_ELSEWHERE} is set, but there is no kubectl to ask it with; install kubectl.")
    cluster = Cluster(kubeconfig=kubeconfig, kubectl=Kubectl(Path(program), kubeconfig), state=None)
    try:
        cluster.kubectl("get", "--raw", "/readyz", timeout=15)
    except (AssertionError, subprocess.TimeoutExpired) as error:
        raise CannotRise(f"The cluster that {ADMIN_ELSEWHERE} names does not answer: {error}") from error
    return cluster


@contextmanager
def raised_cluster() -> Iterator[Cluster]:
    """A cluster of our own, which goes when this process does, however that ends."""
    # A session of its own, so that Ctrl-C reaches it only by way of the closed pipe.
    holder = subprocess.Popen(
        [sys.executable, "-m", "tests.cluster", "hold"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    with holder:
        assert holder.stdin
        assert holder.stdout
        assert holder.stderr
        line = holder.stdout.readline()
        if not line:
            raise CannotRise(holder.stderr.read())
        facts = {name: Path(value) for name, value in json.loads(line).items()}
        kubectl = Kubectl(facts["programs"] / "kubectl", facts["kubeconfig"])
        yield Cluster(kubeconfig=facts["kubeconfig"], kubectl=kubectl, state=facts["state"])
        holder.stdin.close()
        holder.wait(timeout=60)
