"""Deployments and replica sets: https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/deployment-v1/"""

import msgspec

from clusters.kube.objects.meta import Metadata, Struct, WithConditions
from clusters.kube.objects.pod_spec import PodSpec


class SelectorRequirement(Struct):
    key: str = ""
    operator: str = ""
    values: list[str] = []


class LabelSelector(Struct):
    match_labels: dict[str, str] = {}
    match_expressions: list[SelectorRequirement] = []


class Template(Struct):
    """The pods that a workload makes."""

    spec: PodSpec = msgspec.field(default_factory=PodSpec)


class RollingUpdate(Struct):
    """Numbers of pods, or shares such as "25%"."""

    max_surge: int | str = "25%"
    max_unavailable: int | str = "25%"


class DeploymentStrategy(Struct):
    type: str = "RollingUpdate"
    rolling_update: RollingUpdate | None = None


class DeploymentSpec(Struct):
    replicas: int = 1
    paused: bool = False
    min_ready_seconds: int = 0
    progress_deadline_seconds: int | None = None
    revision_history_limit: int | None = None
    selector: LabelSelector = msgspec.field(default_factory=LabelSelector)
    strategy: DeploymentStrategy = msgspec.field(default_factory=DeploymentStrategy)
    template: Template = msgspec.field(default_factory=Template)


class DeploymentStatus(WithConditions):
    observed_generation: int = 0
    replicas: int = 0
    updated_replicas: int = 0
    ready_replicas: int = 0
    available_replicas: int = 0
    unavailable_replicas: int = 0


class Deployment(Struct):
    metadata: Metadata
    spec: DeploymentSpec = msgspec.field(default_factory=DeploymentSpec)
    status: DeploymentStatus = msgspec.field(default_factory=DeploymentStatus)


class ReplicaSetSpec(Struct):
    replicas: int = 1
    selector: LabelSelector = msgspec.field(default_factory=LabelSelector)
    template: Template = msgspec.field(default_factory=Template)


class ReplicaSetStatus(WithConditions):
    replicas: int = 0
    ready_replicas: int = 0
    available_replicas: int = 0


class ReplicaSet(Struct):
    metadata: Metadata
    spec: ReplicaSetSpec = msgspec.field(default_factory=ReplicaSetSpec)
    status: ReplicaSetStatus = msgspec.field(default_factory=ReplicaSetStatus)
