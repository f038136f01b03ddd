"""The rows around an object: its events, its pods, its owners. Every list is bounded, every question one query."""

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.safestring import mark_safe

from clusters.access import Person, may, visible
from clusters.models import CachedObject, Cluster, Event, Pod, ReplicaSet, Role
from clusters.streams.selection import OWNERS
from dashboard.details.links import logs_of_owner, object_url, pods_of_owner, shell_of_owner, table_url
from dashboard.tables.columns import Sight
from dashboard.tables.kinds import TABLES

EVENTS = 20
PODS = 20


@dataclass(frozen=True)
class Owner:
    """`kind` and `name` as Kubernetes says them; `url` is empty where there is nothing to show or not to the user,
    `logs_url`, of the logs of all its pods, where he may not read them, and `shell_url` where he may open no shell."""

    kind: str
    name: str
    url: str
    logs_url: str = ""
    shell_url: str = ""


def events_of(user: Person, cluster: Cluster, row: CachedObject) -> dict[str, Any]:
    """The newest events about `row`, and whether there are more."""
    about = visible(user, Event.objects.filter(object_uid=row.uid), cluster)
    found = list(about.order_by("-last_seen", "-id").defer("detail")[: EVENTS + 1])
    return {"events": found[:EVENTS], "more_events": len(found) > EVENTS}


def bounded_pods(cluster: Cluster, pods: QuerySet[Pod], *, columns: tuple[str, ...]) -> dict[str, Any]:
    """The worst of `pods` as rows of the pods table, and how many there are. `columns` are keys of that table's."""
    worst = list(pods.order_by("severity", "namespace", "name").defer("detail")[: PODS + 1])
    count = len(worst) if len(worst) <= PODS else pods.count()
    shown = [column for key in columns if (column := TABLES["pods"].column(key))]
    sight = Sight(cluster.slug, timezone.now())
    rows = [(pod.uid, [(column.css, mark_safe(column.html(pod, sight))) for column in shown]) for pod in worst[:PODS]]  # noqa: S308 - columns escape
    return {"pods": worst[:PODS], "pod_rows": rows, "pod_columns": shown, "pod_count": count}


def owners_of_pod(user: Person, cluster: Cluster, pod: Pod) -> list[Owner]:
    """The owner that the pod names, then that one's owner where it is a replica set."""
    reads_logs = may(user, Role.LOGS, cluster, pod.namespace)
    opens_shells = may(user, Role.SHELL, cluster, pod.namespace)

    def owner(kind: str, name: str, url: str = "") -> Owner:
        if kind not in OWNERS:
            return Owner(kind, name, url)
        place = (cluster, kind, name, pod.namespace)
        return Owner(
            kind,
            name,
            url or pods_of_owner(*place),
            logs_of_owner(*place) if reads_logs else "",
            shell_of_owner(*place) if opens_shells else "",
        )

    if not pod.owner_name:
        return []
    if pod.owner_kind != "ReplicaSet":
        return [owner(pod.owner_kind, pod.owner_name)]
    replica_set = visible(user, ReplicaSet.objects.filter(uid=pod.owner_uid), cluster).defer("detail").first()
    if replica_set is None:
        return [owner("ReplicaSet", pod.owner_name)]
    chain = [owner("ReplicaSet", replica_set.name, pods_of_set(cluster, replica_set.name, pod.namespace))]
    if replica_set.owner_name:
        known = replica_set.owner_kind == "Deployment"
        url = object_url(cluster, "deployments", replica_set.owner_name, pod.namespace) if known else ""
        chain.append(owner(replica_set.owner_kind, replica_set.owner_name, url))
    return chain


def pods_of_set(cluster: Cluster, name: str, namespace: str) -> str:
    """The table of a replica set's pods, which is what its name leads to."""
    return pods_of_owner(cluster, "ReplicaSet", name, namespace)


def node_url(user: Person, cluster: Cluster, pod: Pod) -> str:
    """The page of the pod's node; empty where it has none yet or `user` may not see nodes."""
    return object_url(cluster, "nodes", pod.node) if pod.node and may(user, Role.VIEW, cluster) else ""


def namespace_url(cluster: Cluster, namespace: str) -> str:
    """What there is in a namespace: its pods."""
    return table_url(cluster, "pods", namespace=namespace)
