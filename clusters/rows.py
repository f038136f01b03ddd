"""From a decoded object to the values of its row, in the order of the kind's columns. On the hot path."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import msgspec

from clusters import summaries
from clusters.kube import objects
from clusters.kube.objects.pod_spec import Quantity
from clusters.kube.pod_status import pod_status, readiness_gates
from clusters.kube.printing import (
    event_count,
    event_source,
    event_times,
    names_and_images,
    node_roles,
    node_status,
    selector_text,
)
from clusters.kube.quantities import millicores, whole
from clusters.models import Severity

Row = tuple[Any, ...]

COMMON = (
    *("uid", "resource_version", "namespace", "name", "created", "labels", "owner_kind", "owner_name", "owner_uid"),
    *("severity", "status", "summary", "detail"),
)
NODE = (
    *COMMON,
    *("roles", "version", "internal_ip", "external_ip", "os_image", "kernel_version", "container_runtime"),
    *("unschedulable", "cpu_capacity", "memory_capacity", "cpu_allocatable", "memory_allocatable", "pods_allocatable"),
)
DEPLOYMENT = (
    *COMMON,
    *("desired", "current", "updated", "ready", "available", "containers", "images", "selector"),
)
REPLICA_SET = (*COMMON, "desired", "current", "ready", "revision", "containers", "images", "selector")
POD = (
    *COMMON,
    *("phase", "ready", "total", "restarts", "last_restart", "node", "ip", "nominated_node", "readiness_gates", "qos"),
    *("cpu_request", "memory_request", "cpu_limit", "memory_limit"),
)
EVENT = (
    *COMMON,
    *("reason", "message", "count", "first_seen", "last_seen", "object_kind", "object_name", "object_uid", "source"),
)

_json = msgspec.json.Encoder()
_STATUS_LENGTH, _SUMMARY_LENGTH, _MESSAGE_LENGTH = 200, 300, 4000

Resource = Mapping[str, Quantity]


def _common(obj: Any, severity: Severity, word: str, sentence: str) -> Row:
    metadata: objects.Metadata = obj.metadata
    if metadata.creation_timestamp is None:
        raise ValueError("It has no creationTimestamp.")
    owner = metadata.controller
    return (
        metadata.uid,
        metadata.resource_version,
        metadata.namespace,
        metadata.name,
        metadata.creation_timestamp,
        _json.encode(metadata.labels).decode(),
        owner.kind if owner else "",
        owner.name if owner else "",
        owner.uid if owner else "",
        severity.value,
        word[:_STATUS_LENGTH],
        sentence[:_SUMMARY_LENGTH],
        objects.encode(obj),
    )


def node(obj: objects.Node) -> Row:
    """Columns NODE."""
    info, capacity, allocatable = obj.status.node_info, obj.status.capacity, obj.status.allocatable
    return (
        *_common(obj, *_worded(summaries.of_node(obj), node_status(obj))),
        node_roles(obj)[:200],
        info.kubelet_version[:50],
        obj.status.address("InternalIP")[:64],
        obj.status.address("ExternalIP")[:64],
        info.os_image[:200],
        info.kernel_version[:100],
        info.container_runtime_version[:100],
        obj.spec.unschedulable,
        millicores(capacity.get("cpu", 0)),
        whole(capacity.get("memory", 0)),
        millicores(allocatable.get("cpu", 0)),
        whole(allocatable.get("memory", 0)),
        whole(allocatable.get("pods", 0)),
    )


def namespace(obj: objects.Namespace) -> Row:
    """Columns COMMON."""
    return _common(obj, *_worded(summaries.of_namespace(obj), obj.status.phase))


def deployment(obj: objects.Deployment) -> Row:
    """Columns DEPLOYMENT."""
    status = obj.status
    return (
        *_common(obj, *_worded(summaries.of_deployment(obj), summaries.deployment_word(obj))),
        obj.spec.replicas,
        status.replicas,
        status.updated_replicas,
        status.ready_replicas,
        status.available_replicas,
        *names_and_images(obj.spec.template.spec.containers),
        selector_text(obj.spec.selector),
    )


def replica_set(obj: objects.ReplicaSet) -> Row:
    """Columns REPLICA_SET."""
    severity, word, sentence = summaries.of_replica_set(obj)
    revision = obj.metadata.annotations.revision if obj.metadata.annotations else ""
    return (
        *_common(obj, severity, word, sentence),
        obj.spec.replicas,
        obj.status.replicas,
        obj.status.ready_replicas,
        int(revision) if revision.isascii() and revision.isdigit() and len(revision) < 10 else 0,
        *names_and_images(obj.spec.template.spec.containers),
        selector_text(obj.spec.selector),
    )


def pod(obj: objects.Pod) -> Row:
    """Columns POD."""
    printed, spec, status = pod_status(obj), obj.spec, obj.status
    severity, sentence = summaries.of_pod(obj, printed)
    requests, limits = _sums(spec, lambda each: each.requests), _sums(spec, lambda each: each.limits)
    return (
        *_common(obj, severity, printed.word, sentence),
        status.phase[:20],
        printed.ready,
        printed.total,
        printed.restarts,
        printed.last_restart,
        spec.node_name,
        status.pod_ips[0].ip if status.pod_ips else "",
        status.nominated_node_name,
        readiness_gates(obj),
        status.qos_class[:20],
        *requests,
        *limits,
    )


def event(obj: objects.Event) -> Row:
    """Columns EVENT."""
    first, last = event_times(obj)
    created: datetime | None = obj.metadata.creation_timestamp
    about = obj.involved_object
    return (
        *_common(obj, *_worded(summaries.of_event(obj), obj.type)),
        obj.reason[:200],
        obj.message.strip()[:_MESSAGE_LENGTH],
        event_count(obj),
        first or created,
        last or first or created,
        about.kind[:63],
        about.name[:253],
        about.uid[:64],
        event_source(obj)[:300],
    )


def _worded(summary: summaries.Summary, word: str) -> tuple[Severity, str, str]:
    severity, sentence = summary
    return severity, word, sentence


def _sums(spec: objects.PodSpec, of: Callable[[objects.Resources], Resource]) -> tuple[int, int]:
    """Millicores and bytes of a whole pod, as the scheduler counts them.

    Init containers run one after the other beside the sidecars started before them; the pod needs whichever is more,
    that or its containers together. https://kubernetes.io/docs/concepts/workloads/pods/sidecar-containers/#resource-sharing-within-containers
    """
    cpu, memory = _added((0, 0), (of(item.resources) for item in spec.containers))
    if not spec.init_containers:
        return _with_overhead(spec, cpu, memory) if spec.overhead else (cpu, memory)
    sidecars, peak = (0, 0), (0, 0)
    for item in spec.init_containers:
        with_it = _added(sidecars, (of(item.resources),))
        peak = max(peak[0], with_it[0]), max(peak[1], with_it[1])
        sidecars = with_it if item.is_sidecar else sidecars
    return _with_overhead(spec, max(cpu + sidecars[0], peak[0]), max(memory + sidecars[1], peak[1]))


def _added(start: tuple[int, int], resources: Any) -> tuple[int, int]:
    cpu, memory = start
    for resource in resources:
        if resource:
            cpu += millicores(resource.get("cpu", 0))
            memory += whole(resource.get("memory", 0))
    return cpu, memory


def _with_overhead(spec: objects.PodSpec, cpu: int, memory: int) -> tuple[int, int]:
    return _added((cpu, memory), (spec.overhead,))
