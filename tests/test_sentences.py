"""Each object says in a sentence what is wrong with it, and nothing when all is well."""

import json
from typing import Any

import pytest

from clusters.kinds import KINDS
from clusters.kube.objects import decode
from clusters.models import Severity
from tests import manifests
from tests.manifests import Manifest, ago, condition
from tests.pod_states import CONTAINER, STATES, ended, runs, says

OF_STATES = {
    "no-status-yet": (Severity.PENDING, "Nothing reported yet"),
    "pending-on-a-nominated-node": (Severity.PENDING, "Waiting for a node"),
    "unschedulable": (Severity.PENDING, "No node can take it"),
    "container-creating": (Severity.PENDING, "Creating container"),
    "config-error": (Severity.FAILED, "Configuration is missing"),
    "invalid-image-name": (Severity.FAILED, "Image name is not valid"),
    "err-image-pull": (Severity.FAILED, "Image cannot be pulled"),
    "crash-loop": (Severity.FAILED, "Crash loop: exited with code 1"),
    "running": (Severity.RUNNING, ""),
    "running-not-ready": (Severity.WARNING, "Not ready"),
    "completed": (Severity.COMPLETED, ""),
    "exit-code": (Severity.FAILED, "Exited with code 3"),
    "signal": (Severity.FAILED, "Ended by signal 9"),
    "out-of-memory": (Severity.FAILED, "Killed for memory"),
    "evicted": (Severity.FAILED, "Evicted from its node"),
    "completed-and-not-ready": (Severity.WARNING, "One container completed, another is not ready"),
    "init-one-of-three": (Severity.PENDING, "Init container 2 of 3"),
    "init-error": (Severity.FAILED, "Init container: exited with code 1"),
    "init-crash-loop": (Severity.FAILED, "Init container: crash loop: exited with code 1"),
    "terminating": (Severity.TERMINATING, ""),
    "terminating-node-lost": (Severity.UNKNOWN, "Its node is lost"),
}


def said(plural: str, manifest: Manifest) -> tuple[Any, str]:
    kind = KINDS[plural]
    row = kind.row(decode(kind.struct, json.dumps(manifest).encode()))
    cells = dict(zip(kind.columns, row, strict=True))
    return cells["severity"], cells["summary"]


@pytest.mark.parametrize("name", OF_STATES)
def test_a_pod_says_what_is_wrong(name: str) -> None:
    state = next(state for state in STATES if state.name == name)
    leaving = {"deletionTimestamp": ago(hours=1)} if state.leaving else {}
    manifest = {
        "metadata": manifests.metadata(name, "shop") | leaving,
        "spec": {"containers": [CONTAINER], **state.spec},
        "status": state.status,
    }
    assert said("pods", manifest) == OF_STATES[name]


WAITING_FOR = "0/2 nodes are available: 2 Insufficient cpu, 1 node(s) had untolerated taint. preemption: 0/2 nodes."
NOT_FOUND = 'rpc error: failed to resolve "web:9": docker.io/library/web:9: not found'
GATE = {"conditionType": "example.com/open"}


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        (
            {"phase": "Pending", "conditions": [condition("PodScheduled", "False", reason="Unschedulable")]},
            "No node can take it",
        ),
        (
            {
                "phase": "Pending",
                "conditions": [condition("PodScheduled", "False", reason="Unschedulable", message=WAITING_FOR)],
            },
            "No node can take it: 2 Insufficient cpu",
        ),
        ({"phase": "Pending"}, "Waiting for its node to start it"),
        ({"phase": "Failed", "reason": "OutOfcpu"}, "Its node had too little processor left"),
        ({"phase": "Failed", "reason": "NeverHeardOf"}, "NeverHeardOf"),
    ],
)
def test_a_pod_says_why_it_waits_or_was_refused(status: Manifest, sentence: str) -> None:
    assert said("pods", manifests.pod("shop", "web-1", containerStatuses=[], **status))[1] == sentence


def container_says(status: Manifest, **spec: Any) -> tuple[Any, str]:
    manifest = manifests.pod("shop", "web-1", containerStatuses=[status])
    manifest["spec"]["containers"] = [{**CONTAINER, **spec}]
    return said("pods", manifest)


def test_an_image_that_is_not_there_is_told_from_one_that_may_not_be_read() -> None:
    backing_off = {"reason": "ImagePullBackOff", "message": f'Back-off pulling image "web:9": {NOT_FOUND}'}
    assert container_says(says("one", {"waiting": backing_off}))[1] == "Image cannot be pulled: not found"
    refused = {"reason": "ErrImagePull", "message": "pull access denied, repository requires authorization"}
    assert container_says(says("one", {"waiting": refused}))[1] == "Image cannot be pulled: access denied"


def test_a_failing_probe_is_told_from_a_slow_start() -> None:
    probe = {"httpGet": {"path": "/", "port": 80}}
    assert container_says(runs("one", ready=False), readinessProbe=probe) == (
        Severity.WARNING,
        "Not ready: readiness probe failing",
    )
    starting = {**runs("one", ready=False), "started": False}
    assert container_says(starting, startupProbe=probe) == (Severity.WARNING, "Not ready: still starting")


def test_a_crash_loop_tells_a_kill_for_memory_from_an_exit() -> None:
    assert said("pods", manifests.crashing("shop", "web-1")) == (Severity.FAILED, "Crash loop: killed for memory")
    kept = ended("one", 2, "Error")["state"]
    waiting = says("one", {"waiting": {"reason": "CrashLoopBackOff"}}, lastState=kept)
    assert container_says(waiting) == (Severity.FAILED, "Crash loop: exited with code 2")


def test_a_pod_on_a_silent_node_is_not_ready_though_its_containers_were() -> None:
    manifest = manifests.pod("shop", "web-1", conditions=[condition("Ready", "False")])
    assert said("pods", manifest) == (Severity.WARNING, "Not ready: its node may be lost")


def test_a_pod_whose_readiness_gate_is_closed_gets_no_traffic() -> None:
    manifest = manifests.pod("shop", "web-1", conditions=[condition("Ready", "False")])
    manifest["spec"]["readinessGates"] = [GATE]
    assert said("pods", manifest) == (Severity.WARNING, "Not ready: readiness gates not met")


@pytest.mark.parametrize(
    ("node", "expected"),
    [
        (manifests.node("node-1"), (Severity.RUNNING, "")),
        (manifests.node("node-1", unschedulable=True), (Severity.WARNING, "Cordoned")),
        (manifests.node("node-1", ready="False"), (Severity.FAILED, "Kubelet not ready")),
        (manifests.node("node-1", ready="Unknown"), (Severity.FAILED, "Kubelet stopped reporting")),
    ],
)
def test_a_node_says_what_is_wrong(node: Manifest, expected: tuple[Severity, str]) -> None:
    assert said("nodes", node) == expected


def test_a_node_short_of_memory_says_so() -> None:
    node = manifests.node("node-1")
    node["status"]["conditions"].append(condition("MemoryPressure", "True"))
    assert said("nodes", node) == (Severity.WARNING, "Short of memory")


STUCK = {"updatedReplicas": 1, "replicas": 4, "availableReplicas": 3}
FULL = {"updatedReplicas": 3, "replicas": 3, "readyReplicas": 3, "availableReplicas": 3}


@pytest.mark.parametrize(
    ("replicas", "status", "expected"),
    [
        (3, FULL, (Severity.RUNNING, "")),
        (0, {}, (Severity.COMPLETED, "")),
        (3, STUCK, (Severity.PENDING, "Rolling out: 1 of 3 updated")),
        (3, {**FULL, "availableReplicas": 1}, (Severity.PENDING, "Rolling out: 1 of 3 available")),
        (3, {**FULL, "availableReplicas": 0}, (Severity.WARNING, "Rolling out: 0 of 3 available")),
        (
            3,
            {**STUCK, "conditions": [condition("Progressing", "False", reason="ProgressDeadlineExceeded")]},
            (Severity.FAILED, "Rollout stuck"),
        ),
        (
            3,
            {**STUCK, "conditions": [condition("ReplicaFailure", "True", reason="FailedCreate")]},
            (Severity.FAILED, "Pods cannot be made"),
        ),
        (
            3,
            {
                **FULL,
                "availableReplicas": 2,
                "conditions": [condition("Progressing", "True", reason="NewReplicaSetAvailable")],
            },
            (Severity.WARNING, "Too few pods available"),
        ),
    ],
)
def test_a_deployment_says_what_is_wrong(replicas: int, status: Manifest, expected: tuple[Severity, str]) -> None:
    manifest = manifests.deployment("shop", "web", replicas) | {"status": status}
    assert said("deployments", manifest) == expected


def test_a_replica_set_says_how_many_are_ready() -> None:
    manifest = manifests.replica_set(manifests.deployment("shop", "web"), "5d8f", 2, replicas=3)
    assert said("replicasets", manifest) == (Severity.RUNNING, "")
    manifest["status"]["readyReplicas"] = 1
    assert said("replicasets", manifest) == (Severity.WARNING, "1 of 3 ready")


def test_a_warning_event_needs_more_attention_than_a_normal_one() -> None:
    about = manifests.pod("shop", "web-1")
    assert said("events", manifests.event(about, "BackOff", "it ends"))[0] == Severity.WARNING
    assert said("events", manifests.event(about, "Pulled", "it is here", kind="Normal"))[0] == Severity.RUNNING
