"""From a decoded object to the values of its row, in the order of the kind's columns. On the hot path."""

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from hashlib import blake2b
from typing import Any

import msgspec

from clusters import summaries
from clusters.kube import objects, pod_templates
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
from clusters.kube.quantities import LARGEST, millicores, whole
from clusters.models import Severity

Row = tuple[Any, ...]

COMMON = (
    *("uid", "resource_version", "namespace", "name", "created", "labels", "labelset"),
    *("owner_kind", "owner_name", "owner_uid", "severity", "status", "summary", "detail"),
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
    *("cpu_request", "memory_request", "cpu_limit", "memory_limit", "template"),
)
EVENT = (
    *COMMON,
    *("reason", "message", "count", "first_seen", "last_seen", "object_kind", "object_name", "object_uid", "source"),
)

_json = msgspec.json.Encoder()
_STATUS_LENGTH, _SUMMARY_LENGTH, _MESSAGE_LENGTH = 200, 300, 4000

Resource = Mapping[str, Quantity]
Sum = tuple[int, int]
Needs = tuple[int, int, int, int]


def _common(obj: Any, severity: Severity, word: str, sentence: str, kept: Any = None) -> Row:
    metadata: objects.Metadata = obj.metadata
    if metadata.creation_timestamp is None:
        raise ValueError("It has no creationTimestamp.")
    owner, (labels, number) = metadata.controller, _labels(_json.encode(metadata.labels))
    return (
        metadata.uid,
        metadata.resource_version,
        metadata.namespace,
        metadata.name,
        metadata.creation_timestamp,
        labels,
        number,
        owner.kind if owner else "",
        owner.name if owner else "",
        owner.uid if owner else "",
        int(severity),
        word[:_STATUS_LENGTH],
        sentence[:_SUMMARY_LENGTH],
        objects.encode(kept or obj),
    )


@lru_cache(maxsize=4096)
def _labels(labels: bytes) -> tuple[str, int]:
    """Their text, one for all objects that have them, and their number."""
    return labels.decode(), labelset(labels)


def labelset(labels: bytes) -> int:
    """The number that names a set of labels, from its JSON: the same in every process, and fit for 64 bits."""
    return int.from_bytes(blake2b(labels, digest_size=8).digest(), signed=True)


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
    """Columns POD, with the whole pod as its detail."""
    return _pod(obj, obj, template=0)


def watched_pod(obj: objects.WatchedPod) -> tuple[Row, pod_templates.Template]:
    """Columns POD, with what the pod has for itself as its detail; and the template that it shares."""
    template, whole, own = pod_templates.take(obj)
    has_more = whole.spec.resources or whole.spec.overhead
    return _pod(whole, own, template.number, None if has_more else _needs(template)), template


@lru_cache(maxsize=pod_templates.MOST_KNOWN)
def _needs(template: pod_templates.Template) -> Needs:
    return *_requested(template.spec), *_limited(template.spec)


def _pod(
    obj: objects.Pod,
    kept: objects.Pod | objects.WatchedPod,
    template: int,
    needs: Needs | None = None,
) -> Row:
    printed, spec, status = pod_status(obj), obj.spec, obj.status
    severity, sentence = summaries.of_pod(obj, printed)
    return (
        *_common(obj, severity, printed.word, sentence, kept),
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
        *(needs or (*_requested(spec), *_limited(spec))),
        template,
    )


def event(obj: objects.Event) -> Row:
    """Columns EVENT."""
    first, last = event_times(obj)
    created: datetime | None = obj.metadata.creation_timestamp
    about = obj.involved_object
    return (
        *_common(obj, *_worded(summaries.of_event(obj), obj.type)),
        obj.reason[:200],
        # A probe's output may hold NUL, which PostgreSQL cannot.
        obj.message.strip().replace("\0", "\N{REPLACEMENT CHARACTER}")[:_MESSAGE_LENGTH],
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


def _requested(spec: objects.PodSpec) -> Sum:
    """Millicores and bytes that the scheduler sets aside for the pod.

    https://kubernetes.io/docs/concepts/scheduling-eviction/pod-overhead/
    """
    cpu, memory = _summed(
        [item.resources.requests for item in spec.containers],
        [(item.resources.requests, item.is_sidecar) for item in spec.init_containers],
        spec.resources.requests if spec.resources else {},
    )
    return _added(cpu, memory, spec.overhead)


def _limited(spec: objects.PodSpec) -> Sum:
    """Millicores and bytes that the pod's containers may use; 0 for no limit, which overhead does not make one."""
    cpu, memory = _summed(
        [item.resources.limits for item in spec.containers],
        [(item.resources.limits, item.is_sidecar) for item in spec.init_containers],
        spec.resources.limits if spec.resources else {},
    )
    with_cpu, with_memory = _added(cpu, memory, spec.overhead)
    return cpu and with_cpu, memory and with_memory


def _summed(containers: list[Resource], initial: list[tuple[Resource, bool]], pod_level: Resource) -> Sum:
    """What the containers need together; what the pod itself names takes its place.

    Init containers, each with whether it is a sidecar, run one after the other beside the sidecars started before
    them; the pod needs whichever is more, that or what runs in the end.
    https://kubernetes.io/docs/concepts/workloads/pods/sidecar-containers/#resource-sharing-within-containers
    """
    cpu, memory, beside, peak = 0, 0, (0, 0), (0, 0)
    for resource in containers:
        cpu, memory = _added(cpu, memory, resource)
    for resource, is_sidecar in initial:
        with_it = _added(*beside, resource)
        peak = max(peak[0], with_it[0]), max(peak[1], with_it[1])
        beside = with_it if is_sidecar else beside
    cpu, memory = max(cpu + beside[0], peak[0]), max(memory + beside[1], peak[1])
    if pod_level:
        cpu = millicores(pod_level["cpu"]) if "cpu" in pod_level else cpu
        memory = whole(pod_level["memory"]) if "memory" in pod_level else memory
    return cpu, memory


def _added(cpu: int, memory: int, resource: Resource) -> Sum:
    if not resource:
        return cpu, memory
    cpu += millicores(resource.get("cpu", 0))
    memory += whole(resource.get("memory", 0))
    return min(cpu, LARGEST), min(memory, LARGEST)
