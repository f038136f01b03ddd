"""The feed's nodes, namespaces, deployments, replica sets and events, which do not change."""

from collections.abc import Iterator
from typing import Any

from simulator.feed import pods, shapes
from simulator.feed.pods import PER_DEPLOYMENT
from simulator.feed.shapes import Object
from simulator.feed.templates import Template
from simulator.kinds import DEPLOYMENTS, EVENTS, NAMESPACES, NODES, REPLICA_SETS, Kind

Made = tuple[str, str, bytes]
"""An object's key, uid and bytes."""

_CREATED = "2026-09-01T08:00:00Z"
_PODS_PER_EVENT = 50
_IMAGES = 40


def all_others(pod_count: int, nodes: int, namespaces: int) -> dict[Kind, Iterator[Made]]:
    """Every other kind's objects, for a cluster of that size."""
    deployments = -(-pod_count // PER_DEPLOYMENT)
    return {
        NODES: _nodes(nodes),
        NAMESPACES: _namespaces(namespaces),
        DEPLOYMENTS: _deployments(deployments, namespaces),
        REPLICA_SETS: _replica_sets(deployments, namespaces),
        EVENTS: _events(pod_count // _PODS_PER_EVENT, namespaces),
    }


def _nodes(count: int) -> Iterator[Made]:
    template = Template(_node())
    for number in range(count):
        name, uid = pods.node_name(number), pods.uid(f"node {number}")
        values = {"name": name, "uid": uid, "ip": pods.node_ip(number), "zone": "abc"[number % 3]}
        yield name, uid, template.render(_encoded(values))


def _namespaces(count: int) -> Iterator[Made]:
    template = Template(
        {"metadata": _metadata(""), "spec": {"finalizers": ["kubernetes"]}, "status": {"phase": "Active"}}
    )
    for number in range(count):
        name, uid = pods.namespace_name(number), pods.uid(f"namespace {number}")
        yield name, uid, template.render(_encoded({"name": name, "uid": uid}))


def _deployments(count: int, namespaces: int) -> Iterator[Made]:
    templates = {app: Template(_workload(app, _deployment_status(), is_deployment=True)) for app in shapes.APPS}
    for number in range(count):
        namespace, name = pods.namespace_name(number % namespaces), pods.deployment_name(number, namespaces)
        uid = pods.uid(f"deployment {name}")
        values = {"name": name, "namespace": namespace, "uid": uid}
        yield f"{namespace}/{name}", uid, templates[pods.app(number)].render(_encoded(values))


def _replica_sets(count: int, namespaces: int) -> Iterator[Made]:
    templates = {app: Template(_workload(app, _replica_set_status(), is_deployment=False)) for app in shapes.APPS}
    for number in range(count):
        namespace, name = pods.namespace_name(number % namespaces), pods.replica_set_name(number, namespaces)
        deployment = pods.deployment_name(number, namespaces)
        uid = pods.uid(f"replica set {name}")
        values = {"name": name, "namespace": namespace, "uid": uid, "hash": name[-10:], "deployment": deployment}
        values["deployment_uid"] = pods.uid(f"deployment {deployment}")
        yield f"{namespace}/{name}", uid, templates[pods.app(number)].render(_encoded(values))


def _events(count: int, namespaces: int) -> Iterator[Made]:
    template = Template(_event())
    for number in range(count):
        pod = number * _PODS_PER_EVENT
        namespace = pods.namespace_name(pod // PER_DEPLOYMENT % namespaces)
        about = pods.pod_name(pod, namespaces)
        name, uid = f"{about}.{pods.uid(f'event name {number}')[:16]}", pods.uid(f"event {number}")
        values = {"name": name, "namespace": namespace, "uid": uid, "pod": about, "pod_uid": pods.uid(f"pod {pod}")}
        yield f"{namespace}/{name}", uid, template.render(_encoded(values))


def _encoded(values: dict[str, str]) -> dict[bytes, bytes]:
    return {key.encode(): value.encode() for key, value in values.items()}


def _metadata(namespace: str = "«namespace»", **more: Any) -> Object:
    return {
        "name": "«name»",
        **({"namespace": namespace} if namespace else {}),
        "uid": "«uid»",
        "resourceVersion": "1",
        "creationTimestamp": _CREATED,
        **more,
    }


def _node() -> Object:
    labels = {"kubernetes.io/hostname": "«name»", "kubernetes.io/os": "linux", "kubernetes.io/arch": "amd64"}
    labels |= {"topology.kubernetes.io/zone": "eu-west-1«zone»", "node.kubernetes.io/instance-type": "m7i.4xlarge"}
    amounts = {"cpu": "16", "memory": "64Gi", "ephemeral-storage": "200Gi", "pods": "110", "hugepages-2Mi": "0"}
    return {
        "metadata": _metadata("", labels=labels, annotations={"node.alpha.kubernetes.io/ttl": "300"}),
        "spec": {"podCIDR": "10.128.0.0/24", "podCIDRs": ["10.128.0.0/24"], "providerID": "aws:///eu-west-1/«name»"},
        "status": {
            "capacity": amounts,
            "allocatable": amounts | {"cpu": "15900m", "memory": "62Gi"},
            "conditions": [
                *(_condition(f"{what}Pressure", "False", f"KubeletHasNo{what}Pressure") for what in ("Disk", "PID")),
                _condition("MemoryPressure", "False", "KubeletHasSufficientMemory"),
                _condition("Ready", "True", "KubeletReady"),
            ],
            "addresses": [{"type": "InternalIP", "address": "«ip»"}, {"type": "Hostname", "address": "«name»"}],
            "daemonEndpoints": {"kubeletEndpoint": {"Port": 10250}},
            "nodeInfo": {
                "machineID": "«uid»",
                "systemUUID": "«uid»",
                "bootID": "«uid»",
                "kernelVersion": "6.12.57",
                "osImage": "Debian GNU/Linux 13 (trixie)",
                "containerRuntimeVersion": "containerd://2.1.4",
                "kubeletVersion": "v1.35.4",
                "kubeProxyVersion": "",
                "operatingSystem": "linux",
                "architecture": "amd64",
            },
            "images": [
                {"names": [f"registry.example/shop/image-{number}@sha256:{number:064x}"], "sizeBytes": 90_000_000}
                for number in range(_IMAGES)
            ],
        },
    }


def _condition(kind: str, status: str, reason: str) -> Object:
    condition = {"type": kind, "status": status, "lastHeartbeatTime": _CREATED, "lastTransitionTime": _CREATED}
    return condition | {"reason": reason, "message": f"kubelet reports {reason}"}


def _workload(app: str, status: Object, *, is_deployment: bool) -> Object:
    labels = shapes.labels(app) | ({} if is_deployment else {"pod-template-hash": "«hash»"})
    template = shapes.pod(app, shapes.State.RUNNING)["spec"]
    template.pop("nodeName")
    template["volumes"], replicas = template["volumes"][:2], PER_DEPLOYMENT
    for container in template["containers"]:
        container["volumeMounts"] = container["volumeMounts"][:2]
    annotations = {"deployment.kubernetes.io/revision": "1"}
    spec: Object = {"replicas": replicas, "selector": {"matchLabels": labels}}
    spec["template"] = {"metadata": {"labels": labels}, "spec": template}
    owner: Object = {} if is_deployment else {"ownerReferences": [_owner()]}
    metadata = _metadata(generation=1, labels=labels, annotations=annotations, **owner)
    return {"metadata": metadata, "spec": spec, "status": status}


def _owner() -> Object:
    owner = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "«deployment»", "uid": "«deployment_uid»"}
    return owner | {"controller": True, "blockOwnerDeletion": True}


def _replica_set_status() -> Object:
    names = ("replicas", "fullyLabeledReplicas", "readyReplicas", "availableReplicas")
    return {"observedGeneration": 1, **dict.fromkeys(names, PER_DEPLOYMENT)}


def _deployment_status() -> Object:
    names = ("replicas", "updatedReplicas", "readyReplicas", "availableReplicas")
    available = _condition("Available", "True", "MinimumReplicasAvailable")
    progressing = _condition("Progressing", "True", "NewReplicaSetAvailable")
    return {"observedGeneration": 1, **dict.fromkeys(names, PER_DEPLOYMENT), "conditions": [available, progressing]}


def _event() -> Object:
    about = {"kind": "Pod", "namespace": "«namespace»", "name": "«pod»", "uid": "«pod_uid»", "apiVersion": "v1"}
    return {
        "metadata": _metadata(),
        "involvedObject": about | {"resourceVersion": "1", "fieldPath": "spec.containers{web}"},
        "reason": "Unhealthy",
        "message": "Readiness probe failed: HTTP probe failed with statuscode: 503",
        "source": {"component": "kubelet", "host": "node-0001"},
        "firstTimestamp": _CREATED,
        "lastTimestamp": _CREATED,
        "count": 3,
        "type": "Warning",
        "eventTime": None,
        "reportingComponent": "kubelet",
        "reportingInstance": "node-0001",
    }
