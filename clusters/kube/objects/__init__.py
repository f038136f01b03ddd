"""Kubernetes objects decoded into the fields that we use, and nothing else.

The same structs are what the watch decodes and what a row keeps as `detail`. Values of environment variables, whole
annotation maps and managedFields are not among the fields, so they are never kept.
Fields: https://kubernetes.io/docs/reference/kubernetes-api/
"""

from typing import TypeVar

import msgspec

from clusters.kube.objects.decoding import Decoder
from clusters.kube.objects.events import Event
from clusters.kube.objects.meta import Condition, Metadata, OwnerReference, Struct
from clusters.kube.objects.nodes import Namespace, Node, NodeAddress, Taint
from clusters.kube.objects.pod_spec import (
    Container,
    ContainerPort,
    EnvFrom,
    EnvVar,
    PodSpec,
    Probe,
    Resources,
    Volume,
    VolumeMount,
    WatchedSpec,
)
from clusters.kube.objects.pods import (
    ContainerState,
    ContainerStatus,
    Pod,
    PodStatus,
    Running,
    Terminated,
    Waiting,
    WatchedPod,
)
from clusters.kube.objects.workloads import (
    Deployment,
    DeploymentStrategy,
    LabelSelector,
    ReplicaSet,
    RollingUpdate,
    SelectorRequirement,
)

__all__ = [
    "Condition",
    "Container",
    "ContainerPort",
    "ContainerState",
    "ContainerStatus",
    "Decoder",
    "Deployment",
    "DeploymentStrategy",
    "EnvFrom",
    "EnvVar",
    "Event",
    "LabelSelector",
    "Metadata",
    "Namespace",
    "Node",
    "NodeAddress",
    "OwnerReference",
    "Pod",
    "PodSpec",
    "PodStatus",
    "Probe",
    "ReplicaSet",
    "Resources",
    "RollingUpdate",
    "Running",
    "SelectorRequirement",
    "Struct",
    "Taint",
    "Terminated",
    "Volume",
    "VolumeMount",
    "Waiting",
    "WatchedPod",
    "WatchedSpec",
    "decode",
    "encode",
]

Decoded = TypeVar("Decoded", bound=Struct)

_encoder = msgspec.json.Encoder()


def decode(kind: type[Decoded], raw: bytes) -> Decoded:
    """The object in `raw`, as the API server or `encode` wrote it. Raises as `Decoder.decode` does."""
    return Decoder(kind).decode(raw)


def encode(obj: Struct) -> bytes:
    """The object as JSON with Kubernetes' field names; fields that hold their default are left out."""
    return _encoder.encode(obj)
