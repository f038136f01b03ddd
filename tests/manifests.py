"""Kubernetes objects as the API server gives them, and the rows that the watcher would keep of them."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection

from clusters.kinds import KINDS
from clusters.kube.objects import decode
from clusters.models import Cluster
from clusters.upserts import upsert

Manifest = dict[str, Any]


def ago(**kwargs: float) -> str:
    """A moment before now, as Kubernetes writes it."""
    return (datetime.now(UTC) - timedelta(**kwargs)).strftime("%Y-%m-%dT%H:%M:%SZ")


def keep(where: Cluster, kind: str, manifest: Manifest) -> Any:
    """The row of `manifest`, an object of the kind with that plural name."""
    known = KINDS[kind]
    row = known.row(decode(known.struct, json.dumps(manifest).encode()))
    with connection.cursor() as cursor:
        refused = upsert(cursor, known, where.pk, [row])
    assert not refused
    return known.model._default_manager.get(cluster=where, uid=manifest["metadata"]["uid"])


def metadata(name: str, namespace: str = "", *, owner: Manifest | None = None, **more: Any) -> Manifest:
    """`owner` is the object that made it."""
    found = {"name": name, "uid": f"uid-{namespace}-{name}", "resourceVersion": "1", "creationTimestamp": ago(hours=2)}
    if namespace:
        found["namespace"] = namespace
    if owner:
        kept = owner["metadata"]
        reference = {"kind": owner["kind"], "name": kept["name"], "uid": kept["uid"], "controller": True}
        return {**found, "ownerReferences": [{"apiVersion": "apps/v1", **reference}], **more}
    return {**found, **more}


def condition(kind: str, status: str, **more: Any) -> Manifest:
    return {"type": kind, "status": status, "lastTransitionTime": ago(hours=1), **more}


def deployment(namespace: str, name: str, replicas: int = 3, **status: Any) -> Manifest:
    return {
        "kind": "Deployment",
        "metadata": metadata(name, namespace),
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": {"app": name}},
            "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": "25%", "maxUnavailable": 1}},
            "minReadySeconds": 5,
            "template": {"spec": {"containers": [{"name": "main", "image": f"{name}:1"}]}},
        },
        "status": {"conditions": [condition("Available", "True")], **status},
    }


def replica_set(owner: Manifest, suffix: str, revision: int, replicas: int, image: str = "web:1") -> Manifest:
    found = owner["metadata"]
    notes = {"deployment.kubernetes.io/revision": str(revision)}
    return {
        "kind": "ReplicaSet",
        "metadata": metadata(f"{found['name']}-{suffix}", found["namespace"], owner=owner, annotations=notes),
        "spec": {"replicas": replicas, "template": {"spec": {"containers": [{"name": "main", "image": image}]}}},
        "status": {"replicas": replicas, "readyReplicas": replicas},
    }


def pod(namespace: str, name: str, *, owner: Manifest | None = None, node: str = "node-1", **status: Any) -> Manifest:
    """A pod that runs well, unless `status` says otherwise."""
    running = {"name": "main", "ready": True, "restartCount": 0, "state": {"running": {"startedAt": ago(hours=1)}}}
    return {
        "kind": "Pod",
        "metadata": metadata(name, namespace, owner=owner, labels={"app": "web"}),
        "spec": {
            "nodeName": node,
            "containers": [
                {
                    "name": "main",
                    "image": "web:1",
                    "resources": {"requests": {"cpu": "250m", "memory": "64Mi"}, "limits": {"memory": "256Mi"}},
                }
            ],
        },
        "status": {
            "phase": "Running",
            "podIP": "10.0.0.7",
            "qosClass": "Burstable",
            "conditions": [condition("Ready", "True")],
            "containerStatuses": [running],
            **status,
        },
    }


def crashing(namespace: str, name: str, *, owner: Manifest | None = None) -> Manifest:
    """A pod whose container was killed for memory 14 times and waits to be started again."""
    last = {"reason": "OOMKilled", "exitCode": 137, "startedAt": ago(seconds=168), "finishedAt": ago(seconds=120)}
    waiting = {"reason": "CrashLoopBackOff", "message": "back-off 5m0s restarting failed container"}
    status = {"name": "main", "ready": False, "restartCount": 14, "state": {"waiting": waiting}}
    return pod(
        namespace,
        name,
        owner=owner,
        conditions=[condition("Ready", "False", reason="ContainersNotReady", message="not ready: [main]")],
        containerStatuses=[{**status, "lastState": {"terminated": last}}],
    )


def node(name: str, *, ready: str = "True", **spec: Any) -> Manifest:
    room = {"cpu": "4", "memory": "8Gi", "pods": "110"}
    return {
        "kind": "Node",
        "metadata": metadata(name, labels={"topology.kubernetes.io/zone": "zone-a"}),
        "spec": spec,
        "status": {
            "capacity": room,
            "allocatable": room,
            "conditions": [condition("Ready", ready, reason="Kubelet", message="what the kubelet says")],
            "addresses": [{"type": "InternalIP", "address": "192.0.2.7"}],
            "nodeInfo": {
                "kubeletVersion": "v1.34.1",
                "osImage": "Debian 12",
                "kernelVersion": "6.1",
                "containerRuntimeVersion": "containerd://2.1",
            },
        },
    }


def event(about: Manifest, reason: str, message: str, *, kind: str = "Warning", count: int = 1) -> Manifest:
    found = about["metadata"]
    namespace = found.get("namespace", "default")
    return {
        "kind": "Event",
        "metadata": metadata(f"{found['name']}.{reason.lower()}", namespace),
        "involvedObject": {"kind": about["kind"], "name": found["name"], "uid": found["uid"], "namespace": namespace},
        "type": kind,
        "reason": reason,
        "message": message,
        "count": count,
        "firstTimestamp": ago(minutes=9),
        "lastTimestamp": ago(minutes=2),
    }
