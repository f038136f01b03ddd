"""The table of cached kinds: where each is on the API server, what decodes it and which row it becomes."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from clusters import rows
from clusters.kube import objects
from clusters.kube.paths import object_path
from clusters.kube.pod_templates import Template
from clusters.models import CachedObject, Deployment, Event, Namespace, Node, Pod, ReplicaSet


@dataclass(frozen=True)
class Kind:
    """One kind. `row` gives the values of `columns` for a decoded object; ValueError says why one has none.

    `searched` names the columns whose text the filter looks in. Where objects share a part of theirs, `watched` is what
    the watch decodes instead of `struct`, and `shared` gives the row of such an object and what it shares.
    """

    plural: str
    name: str
    group: str
    version: str
    namespaced: bool
    struct: type[Any]
    model: type[CachedObject]
    columns: tuple[str, ...]
    row: Callable[[Any], tuple[Any, ...]]
    searched: tuple[str, ...] = ("name",)
    watched: type[Any] | None = None
    shared: Callable[[Any], tuple[tuple[Any, ...], Template]] | None = None

    def path(self, namespace: str = "", name: str = "") -> str:
        """The path of the collection, or of one object. Raises BadRequest for what is no Kubernetes name."""
        return object_path(self.group, self.version, self.plural, namespace, name)


_ALL = (
    Kind("nodes", "Node", "", "v1", False, objects.Node, Node, rows.NODE, rows.node),
    Kind("namespaces", "Namespace", "", "v1", False, objects.Namespace, Namespace, rows.COMMON, rows.namespace),
    Kind(
        "deployments",
        "Deployment",
        "apps",
        "v1",
        True,
        objects.Deployment,
        Deployment,
        rows.DEPLOYMENT,
        rows.deployment,
    ),
    Kind(
        "replicasets",
        "ReplicaSet",
        "apps",
        "v1",
        True,
        objects.ReplicaSet,
        ReplicaSet,
        rows.REPLICA_SET,
        rows.replica_set,
    ),
    Kind(
        "pods",
        "Pod",
        "",
        "v1",
        True,
        objects.Pod,
        Pod,
        rows.POD,
        rows.pod,
        watched=objects.WatchedPod,
        shared=rows.watched_pod,
    ),
    Kind(
        "events",
        "Event",
        "",
        "v1",
        True,
        objects.Event,
        Event,
        rows.EVENT,
        rows.event,
        searched=("object_name", "reason", "message"),
    ),
)
KINDS = {kind.plural: kind for kind in _ALL}
