"""A pod: https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/"""

from datetime import datetime

import msgspec

from clusters.kube.objects.meta import Metadata, Struct, WithConditions
from clusters.kube.objects.pod_spec import PodSpec, WatchedSpec


class Waiting(Struct):
    reason: str = ""
    message: str = ""


class Running(Struct):
    started_at: datetime | None = None


class Terminated(Struct):
    exit_code: int = 0
    signal: int = 0
    reason: str = ""
    message: str = ""
    started_at: datetime | None = None
    finished_at: datetime | None = None


class ContainerState(Struct):
    """At most one of the three is set."""

    waiting: Waiting | None = None
    running: Running | None = None
    terminated: Terminated | None = None


class ContainerStatus(Struct):
    """What the kubelet last said of one container."""

    name: str = ""
    image: str = ""
    image_id: str = msgspec.field(default="", name="imageID")
    ready: bool = False
    started: bool | None = None
    restart_count: int = 0
    state: ContainerState = msgspec.field(default_factory=ContainerState)
    last_state: ContainerState = msgspec.field(default_factory=ContainerState)


class _PodIP(Struct):
    ip: str = ""


class PodStatus(WithConditions):
    phase: str = ""
    reason: str = ""
    message: str = ""
    pod_ip: str = msgspec.field(default="", name="podIP")
    pod_ips: list[_PodIP] = msgspec.field(default_factory=list, name="podIPs")
    host_ip: str = msgspec.field(default="", name="hostIP")
    nominated_node_name: str = ""
    qos_class: str = ""
    start_time: datetime | None = None
    init_container_statuses: list[ContainerStatus] = []
    container_statuses: list[ContainerStatus] = []
    ephemeral_container_statuses: list[ContainerStatus] = []


class Pod(Struct):
    metadata: Metadata
    spec: PodSpec = msgspec.field(default_factory=PodSpec)
    status: PodStatus = msgspec.field(default_factory=PodStatus)


class WatchedPod(Struct):
    """A pod as the watch reads it; `clusters.kube.pod_templates` makes it whole."""

    metadata: Metadata
    spec: WatchedSpec = msgspec.field(default_factory=WatchedSpec)
    status: PodStatus = msgspec.field(default_factory=PodStatus)
