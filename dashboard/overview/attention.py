"""What needs a person, worst first: failing pods by the workload that owns them, stuck deployments, lost nodes.

Six queries, each limited; none reads more rows than there are objects in trouble.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Case, Count, F, Min, Q, QuerySet, Value, When

from clusters.access import Person, visible
from clusters.kube import objects
from clusters.models import CachedObject, Cluster, Deployment, Node, Pod, ReplicaSet, Severity
from dashboard.details import reasons
from dashboard.details.links import object_url

LIMIT = 8
SETTLING = timedelta(minutes=1)
"""A younger pod or deployment that is not ready yet is starting, not in trouble."""
ID_SPACE = 10**12
"""Above any row id: severity * ID_SPACE + id orders rows by severity and still holds the id."""


@dataclass(frozen=True)
class Item:
    """One line: the state's class, what, where, why, since when, and the page that tells more."""

    severity: int
    state: str
    what: str
    where: str
    why: str
    word: str
    since: datetime
    url: str
    act: str


@dataclass(frozen=True)
class Attention:
    items: list[Item]
    more: bool


@dataclass(frozen=True)
class Group:
    """Failing pods of one owner; `worst` is the worst one's severity and row id (ID_SPACE)."""

    owner: str
    worst: int
    pods: int


@dataclass(frozen=True)
class Workload:
    """What owns failing pods; `pod` is the worst of them."""

    kind: str
    name: str
    uid: str
    pods: int
    pod: Pod


def attention(user: Person, cluster: Cluster, now: datetime) -> Attention:
    """The worst LIMIT things of `cluster` that `user` may see, and whether there are more."""
    workloads = _workloads(user, cluster, now)
    shown = {workload.uid for workload in workloads}
    settled = Q(severity=Severity.FAILED) | Q(created__lte=now - SETTLING)
    stuck = _worst(visible(user, Deployment.objects.filter(settled), cluster).exclude(uid__in=shown))
    lost = _worst(visible(user, Node.objects.all(), cluster))
    items = [
        *(_node(cluster, node) for node in lost),
        *(_workload(cluster, workload) for workload in workloads),
        *(_deployment(cluster, deployment) for deployment in stuck),
    ]
    items.sort(key=lambda item: (item.severity, item.since))
    return Attention(items[:LIMIT], more=len(items) > LIMIT)


def _worst(rows: QuerySet[Any]) -> list[Any]:
    return list(rows.filter(severity__lte=Severity.WARNING).order_by("severity", "namespace", "name")[: LIMIT + 1])


def _workloads(user: Person, cluster: Cluster, now: datetime) -> list[Workload]:
    """The owners of failing pods. Pods of a deployment's replica sets count together."""
    groups = _groups(user, cluster, now)
    pods = visible(user, Pod.objects.all(), cluster).in_bulk([group.worst % ID_SPACE for group in groups])
    owners = _deployments_of(user, cluster, (group.owner for group in groups))
    found: dict[str, Workload] = {}
    for group in groups:
        pod = pods.get(group.worst % ID_SPACE)
        if pod is None:  # gone since the query before
            continue
        name, uid = owners.get(group.owner, ("", ""))
        kind = "Deployment" if uid else pod.owner_kind or "Pod"
        key = uid or group.owner
        known = found.get(key)
        count = group.pods + (known.pods if known else 0)
        found[key] = Workload(kind, name or pod.owner_name or pod.name, key, count, known.pod if known else pod)
    return list(found.values())


def _groups(user: Person, cluster: Cluster, now: datetime) -> list[Group]:
    settled = Q(severity=Severity.FAILED) | Q(severity__lte=Severity.PENDING, created__lte=now - SETTLING)
    groups = (
        visible(user, Pod.objects.filter(settled, severity__lte=Severity.PENDING), cluster)
        .order_by()
        .annotate(owner=Case(When(owner_uid="", then=F("uid")), default=F("owner_uid")))
        .values("owner")
        .annotate(worst=Min(F("severity") * Value(ID_SPACE) + F("id")), pods=Count("*"))
        .order_by("worst")[: 2 * LIMIT]
    )
    return [Group(**group) for group in groups]


def _deployments_of(user: Person, cluster: Cluster, uids: Iterable[str]) -> dict[str, tuple[str, str]]:
    """Name and uid of the deployment behind each replica set."""
    sets = visible(user, ReplicaSet.objects.filter(uid__in=list(uids), owner_kind="Deployment"), cluster)
    return {uid: (name, owner) for uid, name, owner in sets.values_list("uid", "owner_name", "owner_uid")}


def _workload(cluster: Cluster, workload: Workload) -> Item:
    pod = workload.pod
    reason = reasons.of_pod(objects.decode(objects.Pod, bytes(pod.detail)), pod)
    several = workload.kind == "Deployment" and workload.pods > 1
    kind, name = ("deployments", workload.name) if several else ("pods", pod.name)
    count = f" · {workload.pods} pods" if workload.pods > 1 else ""
    return _item(
        pod,
        what=workload.name,
        where=f"{pod.namespace} · {workload.kind}{count}",
        reason=reason,
        url=object_url(cluster, kind, name, pod.namespace),
        act="Open deployment" if several else "Open pod",
    )


def _deployment(cluster: Cluster, row: Deployment) -> Item:
    return _item(
        row,
        what=row.name,
        where=f"{row.namespace} · Deployment · {row.ready} of {row.desired} ready",
        reason=reasons.of_deployment(objects.decode(objects.Deployment, bytes(row.detail)), row),
        url=object_url(cluster, "deployments", row.name, row.namespace),
        act="Open deployment",
    )


def _node(cluster: Cluster, row: Node) -> Item:
    return _item(
        row,
        what=row.name,
        where="Node",
        reason=reasons.of_node(objects.decode(objects.Node, bytes(row.detail)), row),
        url=object_url(cluster, "nodes", row.name),
        act="Open node",
    )


def _item(row: CachedObject, *, what: str, where: str, reason: reasons.Reason, url: str, act: str) -> Item:
    return Item(
        severity=row.severity,
        state=reasons.state_class(row.severity),
        what=what,
        where=where,
        why=reason.sentence,
        word=row.status,
        since=reason.since or row.created,
        url=url,
        act=act,
    )
