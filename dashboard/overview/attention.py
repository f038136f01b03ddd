"""What needs a person, worst first: failing pods by the workload that owns them, stuck deployments, lost nodes.

Where many workloads of one namespace fail for the same reason their pods are one line, a crowd. The number of queries
is constant, each is limited, and none reads more rows than there are objects in trouble.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Case, Count, F, Min, Q, QuerySet, Value, When

from clusters.access import Person, visible
from clusters.derived.templates import whole_pods
from clusters.kube import objects
from clusters.models import CachedObject, Cluster, Deployment, Node, Pod, ReplicaSet, Severity
from dashboard.details import reasons
from dashboard.details.links import object_url, table_url

LIMIT = 8
SETTLING = timedelta(minutes=1)
"""A younger pod or deployment that is not ready yet is starting, not in trouble."""
CROWD = 3
"""So many workloads with one reason in one namespace are told in one line."""
MOST_CROWDS = 50
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
    """The worst items, and how many there are in all."""

    items: list[Item]
    total: int

    @property
    def more(self) -> bool:
        return self.total > len(self.items)


@dataclass(frozen=True)
class Group:
    """Failing pods of one owner; `worst` is the worst one's severity and row id (ID_SPACE)."""

    owner: str
    worst: int
    pods: int


@dataclass(frozen=True)
class Crowd:
    """Failing pods of several owners in one namespace, whose status and sentence are the same."""

    namespace: str
    severity: int
    status: str
    summary: str
    owners: int
    pods: int
    worst: int

    @property
    def its_pods(self) -> Q:
        return Q(namespace=self.namespace, severity=self.severity, status=self.status, summary=self.summary)


@dataclass(frozen=True)
class Workload:
    """What owns failing pods; `pod` is the worst of them."""

    kind: str
    name: str
    uid: str
    pods: int
    pod: Pod


def attention(user: Person, cluster: Cluster, now: datetime) -> Attention:
    """The worst LIMIT things of `cluster` that `user` may see, and how many there are."""
    failing = _failing(user, cluster, now)
    crowds = _crowds(failing)
    crowded = reduce(or_, (crowd.its_pods for crowd in crowds), Q(pk__in=[]))
    alone = _groups(failing.exclude(crowded))
    groups = [Group(**group) for group in alone[: 2 * LIMIT]]
    pods = _worst_pods(user, cluster, crowds[:LIMIT], groups)
    whole = dict(zip(pods, whole_pods(pods.values()), strict=True))
    workloads = _workloads(user, cluster, groups, pods)
    told = {workload.uid for workload in workloads}
    stuck = visible(user, Deployment.objects.filter(_settled(now)), cluster).exclude(uid__in=told)
    stuck = _in_trouble(stuck.exclude(uid__in=_deployments_in(user, cluster, failing.filter(crowded))))
    lost = _in_trouble(visible(user, Node.objects.all(), cluster))
    items = [
        *(_node(cluster, node) for node in lost[:LIMIT]),
        *(
            _crowd(cluster, crowd, pods[crowd.worst], whole[crowd.worst])
            for crowd in crowds[:LIMIT]
            if crowd.worst in pods
        ),
        *(_workload(cluster, workload, whole[workload.pod.pk]) for workload in workloads),
        *(_deployment(cluster, deployment) for deployment in stuck[:LIMIT]),
    ]
    items.sort(key=lambda item: (item.severity, item.since))
    total = lost.count() + len(crowds) + alone.count() + stuck.count()
    return Attention(items[:LIMIT], total=max(total, len(items)))


def _settled(now: datetime) -> Q:
    return Q(severity=Severity.FAILED) | Q(created__lte=now - SETTLING)


def _in_trouble(rows: QuerySet[Any]) -> QuerySet[Any]:
    return rows.filter(severity__lte=Severity.WARNING).order_by("severity", "namespace", "name")


def _failing(user: Person, cluster: Cluster, now: datetime) -> QuerySet[Any]:
    """Pods that are not as they should be; `owner` is what made them, or they themselves."""
    pods = visible(user, Pod.objects.filter(_settled(now), severity__lte=Severity.PENDING), cluster)
    return pods.order_by().annotate(owner=Case(When(owner_uid="", then=F("uid")), default=F("owner_uid")))


def _crowds(failing: QuerySet[Any]) -> list[Crowd]:
    crowds = (
        failing.values("namespace", "severity", "status", "summary")
        .annotate(owners=Count("owner", distinct=True), pods=Count("*"), worst=Min("id"))
        .filter(owners__gte=CROWD)
        .order_by("severity", "-pods", "worst")[:MOST_CROWDS]
    )
    return [Crowd(**crowd) for crowd in crowds]


def _worst_pods(user: Person, cluster: Cluster, crowds: list[Crowd], groups: list[Group]) -> dict[int, Pod]:
    """The pods that stand for them, by id; one that is gone since the query before is not among them."""
    ids = [*(crowd.worst for crowd in crowds), *(group.worst % ID_SPACE for group in groups)]
    return visible(user, Pod.objects.all(), cluster).in_bulk(ids)


def _deployments_in(user: Person, cluster: Cluster, pods: QuerySet[Pod]) -> QuerySet[Any]:
    """The uids of the deployments behind `pods`, as a subquery."""
    sets = visible(user, ReplicaSet.objects.filter(owner_kind="Deployment"), cluster)
    return sets.filter(uid__in=pods.values("owner_uid")).order_by().values("owner_uid")


def _workloads(user: Person, cluster: Cluster, groups: list[Group], pods: dict[int, Pod]) -> list[Workload]:
    """The owners of failing pods, the worst first. Pods of a deployment's replica sets count together."""
    owners = _deployments_of(user, cluster, (group.owner for group in groups))
    found: dict[str, Workload] = {}
    for group in groups:
        pod = pods.get(group.worst % ID_SPACE)
        if pod is None:
            continue
        name, uid = owners.get(group.owner, ("", ""))
        kind = "Deployment" if uid else pod.owner_kind or "Pod"
        key = uid or group.owner
        known = found.get(key)
        count = group.pods + (known.pods if known else 0)
        found[key] = Workload(kind, name or pod.owner_name or pod.name, key, count, known.pod if known else pod)
    return list(found.values())


def _groups(pods: QuerySet[Any]) -> QuerySet[Any]:
    worst = Min(F("severity") * Value(ID_SPACE) + F("id"))
    groups: QuerySet[Any] = pods.values("owner").annotate(worst=worst, pods=Count("*")).order_by("worst")
    return groups


def _deployments_of(user: Person, cluster: Cluster, uids: Iterable[str]) -> dict[str, tuple[str, str]]:
    """Name and uid of the deployment behind each replica set."""
    sets = visible(user, ReplicaSet.objects.filter(uid__in=list(uids), owner_kind="Deployment"), cluster)
    return {uid: (name, owner) for uid, name, owner in sets.values_list("uid", "owner_name", "owner_uid")}


def _crowd(cluster: Cluster, crowd: Crowd, pod: Pod, whole: objects.Pod) -> Item:
    return _item(
        pod,
        what=f"{crowd.pods} pods",
        where=f"{crowd.namespace} · of {crowd.owners} workloads",
        reason=replace(reasons.of_pod(whole, pod), sentence=crowd.summary or crowd.status),
        url=table_url(cluster, "pods", namespace=crowd.namespace, status=crowd.status),
        act="Open pods",
    )


def _workload(cluster: Cluster, workload: Workload, whole: objects.Pod) -> Item:
    pod = workload.pod
    reason = reasons.of_pod(whole, pod)
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
