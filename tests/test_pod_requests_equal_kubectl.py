"""What a pod requests and may use: our sums are those of `kubectl describe node`."""

import json
from collections.abc import Iterator

import pytest

from clusters.kube.quantities import millicores, whole
from tests.fake_nodes import fake_nodes
from tests.harness.beside_kubectl import beside_kubectl
from tests.harness.kubectl import Kubectl
from tests.manifests import Manifest
from tests.pod_states import containers, sidecars

CAPACITY = {"cpu": "64", "memory": "256Gi", "pods": "110"}
NODE = {"status": {"capacity": CAPACITY, "allocatable": CAPACITY}}


def sized(cpu: str, memory: str, /, **limits: str) -> Manifest:
    return {"resources": {"requests": {"cpu": cpu, "memory": memory}, "limits": limits}}


PODS: dict[str, Manifest] = {
    "asks-nothing": {},
    "two-containers": {
        "containers": [*containers("one", **sized("100m", "64Mi")), *containers("two", **sized("1.5", "1Gi"))]
    },
    "limited": {"containers": containers("one", **sized("250m", "100M", cpu="2", memory="1G"))},
    "limits-are-requests": {"containers": containers("one", resources={"limits": {"cpu": "300m", "memory": "1e9"}})},
    "greedy-init": {
        "containers": containers("one", **sized("100m", "64Mi")),
        "initContainers": containers("first", **sized("2", "32Mi", cpu="3", memory="64Mi")),
    },
    "sidecar": {
        "containers": containers("one", **sized("100m", "64Mi")),
        "initContainers": sidecars("helper", **sized("50m", "128Mi", memory="256Mi")),
    },
    "init-beside-a-sidecar": {
        "containers": containers("one", **sized("100m", "64Mi")),
        "initContainers": [
            *containers("early", **sized("150m", "1Mi")),
            *sidecars("helper", **sized("200m", "128Mi")),
            *containers("late", **sized("500m", "32Mi")),
        ],
    },
}


@pytest.fixture
def on_one_node(kubectl: Kubectl, namespace: str) -> Iterator[tuple[Kubectl, str]]:
    """The kubectl of the pods' namespace, and the node on which they all are."""
    inside = kubectl.within(namespace)
    with fake_nodes(kubectl, {"counted": NODE}) as names:
        node = names["counted"]
        pods = {"apiVersion": "v1", "kind": "List", "items": [pod(name, node) for name in PODS]}
        inside("create", "-f", "-", stdin=json.dumps(pods))
        yield inside, node


def pod(name: str, node: str) -> Manifest:
    placed = {"nodeName": node, "tolerations": [{"operator": "Exists"}]}
    spec = {"containers": containers("one"), **placed, **PODS[name]}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}, "spec": spec}


def described(printed: str) -> dict[str, list[str]]:
    """By the pod's name: its processor requests and limits, then those of memory, without the percentages."""
    _, _, table = printed.partition("Non-terminated Pods:")
    lines = [line.split() for line in table.partition("Allocated resources:")[0].splitlines()[3:]]
    return {line[1]: [line[2], line[4], line[6], line[8]] for line in lines if line}


def test_a_pod_requests_what_kubectl_counts(on_one_node: tuple[Kubectl, str]) -> None:
    inside, node = on_one_node
    counted = described(inside("describe", "node", node))
    ours = {name: found.row for name, found in beside_kubectl(inside, "pods").items()}
    assert {
        name: (row["cpu_request"], row["cpu_limit"], row["memory_request"], row["memory_limit"])
        for name, row in ours.items()
    } == {
        name: (millicores(cpu), millicores(cpu_limit), whole(memory), whole(memory_limit))
        for name, (cpu, cpu_limit, memory, memory_limit) in counted.items()
    }
    assert set(counted) == set(PODS)
