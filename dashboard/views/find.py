"""Finds clusters, kinds, namespaces and objects by name, for the palette."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass

from django.db.models import QuerySet
from django.http import HttpRequest, JsonResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from clusters.access import Person, known_clusters, may, namespaces_for, signed_in, visible
from clusters.kinds import KINDS
from clusters.models import CachedObject, Cluster, Pod, Role
from dashboard.details.links import logs_of_owner, object_url, pods_of_owner
from dashboard.details.related import namespace_url, pods_of_set
from dashboard.tables.filters import Filtered
from dashboard.tables.kinds import TABLES
from dashboard.tables.state import LONGEST_NAME, BadParameter, State

PER_KIND = 6
CLUSTERS_SEARCHED = 20
OBJECTS = ("nodes", "namespaces", "deployments", "replicasets", "pods")
KNOWN = {"q", "cluster"}
WITHOUT_ROWS = ("StatefulSet", "DaemonSet", "Job")
"""Kinds of workloads that only their pods tell of, and whose pods' names begin with theirs."""

PODS_ASKED = 50
"""Pods whose owners are looked at, however many match."""


@dataclass(frozen=True)
class Found:
    """One line of the palette: what it is, its name, where it is, and its address."""

    kind: str
    name: str
    where: str
    url: str


@require_safe
@signed_in
def find(request: HttpRequest) -> JsonResponse:
    """What matches `q`, the objects of `cluster` (a slug) before those of other clusters."""
    if unknown := set(request.GET) - KNOWN:
        raise BadParameter(f"There is no parameter {min(unknown)[:40]!r}. Known are q and cluster.")
    text = request.GET.get("q", "").strip().lower()
    if len(text) > LONGEST_NAME or not text.isprintable():
        raise BadParameter(f"q must be printable and at most {LONGEST_NAME} characters long.")
    here = request.GET.get("cluster", "")
    clusters = sorted(known_clusters(request.user), key=lambda cluster: cluster.slug != here)
    return JsonResponse({"found": [asdict(line) for line in _all(request.user, clusters, text)]})


def _all(user: Person, clusters: list[Cluster], text: str) -> Iterator[Found]:
    for cluster in clusters:
        if text in cluster.name.lower():
            yield Found("Cluster", cluster.name, cluster.version, cluster.get_absolute_url())
    if clusters:
        yield from _tables(user, clusters[0], text)
    if text:
        for cluster in clusters[:CLUSTERS_SEARCHED]:
            yield from _objects(user, cluster, text)


def _tables(user: Person, cluster: Cluster, text: str) -> Iterator[Found]:
    for table in TABLES.values():
        hidden = table.kind == "nodes" and namespaces_for(user, Role.VIEW, cluster) is not None
        if text in table.title.lower() and not hidden:
            yield Found("Table", table.title, cluster.name, reverse("table", args=[cluster.slug, table.kind]))


def _objects(user: Person, cluster: Cluster, text: str) -> Iterator[Found]:
    for kind in OBJECTS:
        model = KINDS[kind].model
        for namespace, name in _names(user, cluster, kind, text):
            where = f"{namespace} · {cluster.name}" if namespace else cluster.name
            yield Found(model.__name__, name, where, _url(cluster, kind, namespace, name))
        if kind == "replicasets":
            yield from _workloads(user, cluster, text)


def _workloads(user: Person, cluster: Cluster, text: str) -> Iterator[Found]:
    """Owners of the first pods whose names start with the text: one look at the index, the same in any cluster."""
    pods = visible(user, Pod.objects.all(), cluster).filter(name__gte=text, name__lt=text + "\U0010ffff")
    first = pods.order_by("name", "namespace", "id").values_list("owner_kind", "owner_name", "namespace")[:PODS_ASKED]
    found = [owner for owner in dict.fromkeys(first) if owner[0] in WITHOUT_ROWS and text in owner[1]]
    for kind, name, namespace in found[:PER_KIND]:
        readable = may(user, Role.LOGS, cluster, namespace)
        url = (
            logs_of_owner(cluster, kind, name, namespace) if readable else pods_of_owner(cluster, kind, name, namespace)
        )
        yield Found(kind, name, f"{namespace} · {cluster.name}", url)


def _names(user: Person, cluster: Cluster, kind: str, text: str) -> list[tuple[str, str]]:
    """Names that start with the text, read off the index by name, then names that hold it."""
    every: QuerySet[CachedObject] = KINDS[kind].model._default_manager.all()
    rows = visible(user, every, cluster).order_by("name", "namespace", "id").values_list("namespace", "name")
    found = list(rows.filter(name__gte=text, name__lt=text + "\U0010ffff")[:PER_KIND])
    if len(found) < PER_KIND:
        inside = _holding(user, cluster, kind, text).exclude(name__startswith=text)
        found += inside.order_by("name", "namespace", "id").values_list("namespace", "name")[: PER_KIND - len(found)]
    return found


def _holding(user: Person, cluster: Cluster, kind: str, text: str) -> QuerySet[CachedObject]:
    """Rows whose name holds every word of the text, whatever the case: what a table filtered by it would show."""
    return Filtered(user, cluster, State(TABLES[kind], q=text), is_few=True).rows()


def _url(cluster: Cluster, kind: str, namespace: str, name: str) -> str:
    if kind == "namespaces":
        return namespace_url(cluster, name)
    if kind == "replicasets":
        return pods_of_set(cluster, name, namespace)
    return object_url(cluster, kind, name, namespace)
