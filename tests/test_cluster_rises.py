"""The test cluster itself: what the other tests rely on, and that nothing of it stays behind."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cluster.instances import LOCK
from tests.cluster.programs import locked
from tests.cluster.raising import remove_left_over
from tests.harness.clusters import ADMIN_ELSEWHERE, ROOT, Cluster
from tests.harness.kubectl import Kubectl
from tests.harness.waiting import eventually

BOOTCAMP = "docker.io/jocatalin/kubernetes-bootcamp:v1"


@pytest.fixture
def second_cluster(cluster: Cluster) -> Iterator[subprocess.Popen[str]]:
    """Another test run's cluster beside ours."""
    if cluster.state is None:
        pytest.skip(f"With {ADMIN_ELSEWHERE} set no cluster is raised.")
    command = [sys.executable, "-m", "tests.cluster", "hold"]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        yield holder


def facts(holder: subprocess.Popen[str]) -> dict[str, str]:
    """Where the holder's cluster is, once it is up."""
    assert holder.stdout
    told: dict[str, str] = json.loads(holder.stdout.readline())
    return told


def processes_of(state: str) -> list[str]:
    """Command lines that name the cluster's folder."""
    lines = subprocess.run(["ps", "-e", "-o", "args="], capture_output=True, text=True, check=True).stdout.splitlines()
    return [line for line in lines if f"{state}/" in line]


def test_two_nodes_are_ready(kubectl: Kubectl) -> None:
    nodes = kubectl.rows("get", "nodes", "-o", "wide")
    assert [node["STATUS"] for node in nodes] == ["Ready", "Ready"]


def test_the_tutorials_deployment_runs_logs_and_answers_a_shell(kubectl: Kubectl, namespace: str) -> None:
    here = kubectl.within(namespace)
    here("create", "deployment", "bootcamp", f"--image={BOOTCAMP}", "--replicas=2")
    here("rollout", "status", "deployment/bootcamp", "--timeout=60s")
    assert here("logs", "deployment/bootcamp").strip() == "Kubernetes Bootcamp App Started"
    assert here("exec", "deployment/bootcamp", "--", "bash", "-c", "echo $((6 * 7))").strip() == "42"


def test_the_nodes_usage_is_measured(kubectl: Kubectl) -> None:
    def measured() -> bool:
        assert "node1" in kubectl("top", "nodes")
        return True

    eventually(measured, seconds=60)


def test_another_run_has_a_cluster_of_its_own(cluster: Cluster, second_cluster: subprocess.Popen[str]) -> None:
    other = facts(second_cluster)
    kubectl = Kubectl(Path(other["programs"]) / "kubectl", Path(other["kubeconfig"]))
    assert kubectl("get", "namespace", "kube-system", "-o", "jsonpath={.metadata.uid}") != cluster.kubectl(
        "get", "namespace", "kube-system", "-o", "jsonpath={.metadata.uid}"
    )


def test_the_cluster_goes_when_its_run_is_killed(second_cluster: subprocess.Popen[str]) -> None:
    state = facts(second_cluster)["state"]
    assert processes_of(state)
    assert second_cluster.stdin
    second_cluster.stdin.close()  # as the kernel does for a process that is killed
    second_cluster.wait(timeout=30)
    assert not processes_of(state)
    assert not Path(state).exists()


def test_the_next_run_removes_what_a_crash_left_behind(second_cluster: subprocess.Popen[str]) -> None:
    state = facts(second_cluster)["state"]
    os.kill(second_cluster.pid, signal.SIGKILL)
    second_cluster.wait(timeout=30)
    assert processes_of(state)
    with locked(LOCK):
        remove_left_over()
    assert not processes_of(state)
    assert not Path(state).exists()
