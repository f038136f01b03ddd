"""The overview of one cluster."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from clusters.access import Person, may, requires, visible
from clusters.models import Cluster, Deployment, Namespace, Node, Pod, Role, Severity
from dashboard.details.links import table_url
from dashboard.details.pages import topics
from dashboard.details.reasons import state_class
from dashboard.overview import capacity, warnings
from dashboard.overview.attention import attention
from dashboard.words import freshness

WINDOWS = 24


@dataclass(frozen=True)
class Number:
    """How many are in one state."""

    state: str
    number: int
    word: str
    url: str


WORDS: dict[str, dict[Severity, str]] = {
    "nodes": {Severity.FAILED: "not ready", Severity.WARNING: "cordoned or short", Severity.RUNNING: "ready"},
    "deployments": {
        Severity.WARNING: "short of pods",
        Severity.PENDING: "rolling out",
        Severity.RUNNING: "available",
        Severity.COMPLETED: "scaled to 0",
    },
}
"""What a severity is called of other kinds than pods."""


@dataclass(frozen=True)
class Window:
    """A node with what its pods request of it; `word` is said only where it is not as it should be."""

    node: Node
    state: str
    word: str
    capacity: capacity.Capacity


@require_safe
@requires(Role.VIEW)
def cluster(request: HttpRequest, cluster: Cluster) -> HttpResponse:
    return render(request, "cluster/overview.html", overview_page(request.user, cluster))


def overview_page(user: Person, cluster: Cluster) -> dict[str, Any]:
    """What the page shows. The number of queries is the same for every cluster."""
    now = timezone.now()
    pods = visible(user, Pod.objects.all(), cluster)
    page = {
        "cluster": cluster,
        "topics": topics(cluster, "nodes", "pods", "deployments", "events"),
        "freshness": freshness(cluster, now),
        "pod_counts": numbers(cluster, "pods", pods),
        "deployment_counts": numbers(cluster, "deployments", visible(user, Deployment.objects.all(), cluster)),
        "namespace_count": visible(user, Namespace.objects.all(), cluster).count(),
        "attention": attention(user, cluster, now),
        "warnings": warnings.latest(user, cluster),
    }
    return page | _nodes(user, cluster, pods) if may(user, Role.VIEW, cluster) else page


def numbers(cluster: Cluster, kind: str, rows: QuerySet[Any]) -> list[Number]:
    """How many rows there are in each state, the worst state first, each leading to the table limited to it."""
    counted = rows.order_by("severity").values_list("severity").annotate(n=Count("*"))
    return [_number(cluster, kind, Severity(severity), count) for severity, count in counted]


def _number(cluster: Cluster, kind: str, severity: Severity, count: int) -> Number:
    usual = severity.label.lower()
    word = WORDS.get(kind, {}).get(severity, usual)
    return Number(state_class(severity), count, word, table_url(cluster, kind, state=usual.replace(" ", "-")))


def _nodes(user: Person, cluster: Cluster, pods: QuerySet[Pod]) -> dict[str, Any]:
    """What only those see who may see the whole cluster."""
    nodes = visible(user, Node.objects.all(), cluster)
    shown = list(nodes.order_by("severity", "namespace", "name").defer("detail")[:WINDOWS])
    requested = capacity.requests_by_node(pods, [node.name for node in shown])
    counts = numbers(cluster, "nodes", nodes)
    return {
        "capacity": capacity.of_cluster(nodes, pods),
        "nodes": [_window(node, requested.get(node.name, capacity.Requests())) for node in shown],
        "node_counts": counts,
        "node_count": sum(count.number for count in counts),
    }


def _window(node: Node, requested: capacity.Requests) -> Window:
    word = "" if node.severity == Severity.RUNNING else node.summary or node.status
    return Window(node, state_class(node.severity), word, capacity.of_node(node, requested))
