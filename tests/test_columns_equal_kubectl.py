"""Nodes, namespaces, deployments, replica sets and events: our cells are those of `kubectl get -o wide`."""

import json
from collections.abc import Iterator
from datetime import datetime

import pytest

from tests.fake_nodes import fake_nodes
from tests.harness.beside_kubectl import Beside, beside_kubectl
from tests.harness.kubectl import Kubectl
from tests.harness.waiting import eventually
from tests.manifests import Manifest, ago, condition
from tests.pod_states import containers
from tests.printed_ages import is_age

NONE, UNKNOWN = "<none>", "<unknown>"
ROLES = {
    "node-role.kubernetes.io/worker": "",
    "node-role.kubernetes.io/control-plane": "",
    "kubernetes.io/role": "edge",
}
NODES: dict[str, Manifest] = {
    "silent": {},
    "in-roles": {"labels": ROLES, "status": {"conditions": [condition("Ready", "False")]}},
    "cordoned": {"spec": {"unschedulable": True}, "status": {"conditions": [condition("Ready", "True")]}},
    "addressed": {
        "status": {
            "addresses": [
                {"type": "Hostname", "address": "addressed"},
                {"type": "InternalIP", "address": "192.0.2.77"},
                {"type": "InternalIP", "address": "2001:db8::77"},
                {"type": "ExternalIP", "address": "198.51.100.7"},
            ]
        }
    },
}


def assert_cells(object_: Beside, ours: dict[str, str], *ages: str) -> None:
    """All cells but those named in `ages` and the object's own age, which is looked at here."""
    printed = dict(object_.printed)
    assert is_age(printed.pop("AGE"), object_.row["created"])
    assert {head: cell for head, cell in printed.items() if head not in ages} == ours


@pytest.mark.parametrize("name", [*NODES, "real"])
def test_a_node_reads_as_kubectl_prints_it(nodes: dict[str, Beside], name: str) -> None:
    ours = nodes[name].row
    assert_cells(
        nodes[name],
        {
            "NAME": ours["name"],
            "STATUS": ours["status"],
            "ROLES": ours["roles"] or NONE,
            "VERSION": ours["version"],
            "INTERNAL-IP": ours["internal_ip"] or NONE,
            "EXTERNAL-IP": ours["external_ip"] or NONE,
            "OS-IMAGE": ours["os_image"] or UNKNOWN,
            "KERNEL-VERSION": ours["kernel_version"] or UNKNOWN,
            "CONTAINER-RUNTIME": ours["container_runtime"] or UNKNOWN,
        },
    )


@pytest.fixture(scope="module")
def nodes(kubectl: Kubectl) -> Iterator[dict[str, Beside]]:
    with fake_nodes(kubectl, NODES) as names:
        found = beside_kubectl(kubectl, "nodes")
        real = next(node for name, node in found.items() if name not in names.values())
        yield {"real": real, **{name: found[full_name] for name, full_name in names.items()}}


def test_a_namespace_reads_as_kubectl_prints_it(kubectl: Kubectl, namespace: str) -> None:
    for found in beside_kubectl(kubectl, "namespaces").values():
        assert_cells(found, {"NAME": found.row["name"], "STATUS": found.row["status"]})


def deployment(name: str, replicas: int, template: list[Manifest], **spec: object) -> Manifest:
    labels = {"app": name, "tier": "front"}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name},
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": labels},
            "template": {
                "metadata": {"labels": labels},
                "spec": {"schedulerName": "nobody", "containers": template},
            },
            **spec,
        },
    }


EXPRESSIONS = [
    {"key": "tier", "operator": "In", "values": ["front", "back"]},
    {"key": "app", "operator": "Exists"},
    {"key": "canary", "operator": "DoesNotExist"},
    {"key": "env", "operator": "NotIn", "values": ["test", "demo"]},
]
DEPLOYMENTS = [
    deployment("one-of-two-ready", 2, containers("one")),
    deployment("asleep", 0, containers("one", "two")),
    deployment("paused", 3, containers("one"), paused=True),
    deployment("choosy", 1, containers("one"), selector={"matchExpressions": EXPRESSIONS, "matchLabels": {"z": "1"}}),
]
DEPLOYMENTS[-1]["spec"]["template"]["metadata"]["labels"] |= {"z": "1"}


@pytest.fixture
def deployments(kubectl: Kubectl, namespace: str) -> Kubectl:
    """The kubectl of a namespace with deployments whose pods no kubelet runs; one pod is said to be ready."""
    inside = kubectl.within(namespace)
    inside("create", "-f", "-", stdin=json.dumps({"apiVersion": "v1", "kind": "List", "items": DEPLOYMENTS}))
    pods = eventually(lambda: inside("get", "pods", "-o", "name", "--selector=app=one-of-two-ready").split())
    ready = {"status": {"phase": "Running", "conditions": [condition("Ready", "True")]}}
    inside("patch", pods[0], "--subresource=status", "--type=merge", "-p", json.dumps(ready))
    inside("wait", "deployment/one-of-two-ready", "--for=jsonpath={.status.readyReplicas}=1", "--timeout=30s")
    inside("wait", "deployment/choosy", "--for=jsonpath={.status.replicas}=1", "--timeout=30s")
    return inside


def test_a_deployment_reads_as_kubectl_prints_it(deployments: Kubectl) -> None:
    found = beside_kubectl(deployments, "deployments")
    assert set(found) == {item["metadata"]["name"] for item in DEPLOYMENTS}
    for each in found.values():
        ours = each.row
        cells = {
            "NAME": ours["name"],
            "READY": f"{ours['ready']}/{ours['desired']}",
            "UP-TO-DATE": f"{ours['updated']}",
            "AVAILABLE": f"{ours['available']}",
            "CONTAINERS": ours["containers"],
            "IMAGES": ours["images"],
            "SELECTOR": ours["selector"],
        }
        assert_cells(each, cells)
    assert found["one-of-two-ready"].printed["READY"] == "1/2"


def test_a_replica_set_reads_as_kubectl_prints_it(deployments: Kubectl) -> None:
    found = beside_kubectl(deployments, "replicasets")
    for each in found.values():
        ours = each.row
        cells = {
            "NAME": ours["name"],
            "DESIRED": f"{ours['desired']}",
            "CURRENT": f"{ours['current']}",
            "READY": f"{ours['ready']}",
            "CONTAINERS": ours["containers"],
            "IMAGES": ours["images"],
            "SELECTOR": ours["selector"],
        }
        assert_cells(each, cells)
        assert (ours["owner_kind"], ours["revision"]) == ("Deployment", 1)
    assert "2" in {each.printed["DESIRED"] for each in found.values()}


ABOUT = {"apiVersion": "v1", "kind": "Pod", "name": "web-1"}
OLDER: Manifest = {"firstTimestamp": ago(hours=5), "lastTimestamp": ago(minutes=30)}
NEWER: Manifest = {
    "eventTime": f"{ago(minutes=50).removesuffix('Z')}.123456Z",
    "action": "Binding",
    "reportingComponent": "example.com/scheduler",
    "reportingInstance": "scheduler-1",
}
EVENTS: dict[str, Manifest] = {
    "older": {"type": "Warning", "reason": "BackOff", "count": 7, "source": {"component": "kubelet"}, **OLDER},
    "from-a-host": {"type": "Normal", "reason": "Pulled", "source": {"component": "kubelet", "host": "node1"}, **OLDER},
    "of-a-container": {"involvedObject": {**ABOUT, "fieldPath": "spec.containers{one}"}, "type": "Normal", **OLDER},
    "only-once-seen": {"type": "Normal", "firstTimestamp": ago(hours=5)},
    "without-times": {"type": "Normal"},
    "newer": {"type": "Normal", "reason": "Scheduled", **NEWER},
    "series": {
        "type": "Warning",
        "reason": "FailedScheduling",
        "series": {"count": 12, "lastObservedTime": f"{ago(minutes=11).removesuffix('Z')}.000001Z"},
        **NEWER,
    },
    "with-blanks-around": {"type": "Normal", "message": "  Pulled the image \n", **OLDER},
}


@pytest.fixture
def events(kubectl: Kubectl, namespace: str) -> dict[str, Beside]:
    inside = kubectl.within(namespace)
    items = [
        {
            "apiVersion": "v1",
            "kind": "Event",
            "metadata": {"name": name},
            "involvedObject": ABOUT,
            "message": "what happened",
            **event,
        }
        for name, event in EVENTS.items()
    ]
    for item in items:
        item["involvedObject"] = {**item["involvedObject"], "namespace": namespace}
    inside("create", "-f", "-", stdin=json.dumps({"apiVersion": "v1", "kind": "List", "items": items}))
    return {name: found for name, found in beside_kubectl(inside, "events").items() if name in EVENTS}


def test_an_event_reads_as_kubectl_prints_it(events: dict[str, Beside]) -> None:
    assert set(events) == set(EVENTS)
    for each in events.values():
        printed, ours = dict(each.printed), each.row
        assert_seen(printed.pop("LAST SEEN"), ours["last_seen"], ours["created"])
        assert_seen(printed.pop("FIRST SEEN"), ours["first_seen"], ours["created"])
        assert printed == {
            "TYPE": ours["status"],
            "REASON": ours["reason"],
            "OBJECT": f"{ours['object_kind'].lower()}/{ours['object_name']}",
            "SUBOBJECT": each.decoded.involved_object.field_path,
            "SOURCE": ours["source"],
            "MESSAGE": ours["message"],
            "COUNT": f"{ours['count']}",
            "NAME": ours["name"],
        }


def assert_seen(printed: str, ours: datetime, created: datetime) -> None:
    """kubectl does not know when an event without times was seen; we know when it was made."""
    if printed == UNKNOWN:
        assert ours == created
    else:
        assert is_age(printed, ours)
