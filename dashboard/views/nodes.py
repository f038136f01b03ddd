"""A node: what it runs on, what it offers against what its pods request, and its pods."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from clusters.access import Person, requires, visible
from clusters.kinds import KINDS
from clusters.kube import objects
from clusters.models import Cluster, Node, Pod, Role
from dashboard.details import conditions, related, taints
from dashboard.details.links import table_url
from dashboard.details.lookup import find
from dashboard.details.pages import common
from dashboard.overview.capacity import Requests, of_node, requests_by_node

ZONE = "topology.kubernetes.io/zone"
POD_COLUMNS = ("status", "name", "namespace", "ready", "restarts", "age")


@require_safe
@requires(Role.VIEW)
def node(request: HttpRequest, cluster: Cluster, name: str) -> HttpResponse:
    row = find(request.user, Node, cluster, name=name)
    return render(request, "nodes/node.html", node_page(request.user, cluster, row))


def node_page(user: Person, cluster: Cluster, row: Node) -> dict[str, Any]:
    """What the page shows. Four queries at most."""
    node = objects.decode(objects.Node, bytes(row.detail))
    pods = visible(user, Pod.objects.all(), cluster)
    requested = requests_by_node(pods, [row.name]).get(row.name, Requests())
    return {
        **common(user, cluster, KINDS["nodes"], row, beside=("pods", "events")),
        **related.bounded_pods(cluster, pods.filter(node=row.name), columns=POD_COLUMNS),
        **related.events_of(user, cluster, row),
        "node": node,
        "zone": row.labels.get(ZONE, ""),
        "pods_url": table_url(cluster, "pods", node=row.name),
        "capacity": of_node(row, requested),
        "taints": taints.views(node),
        "conditions": conditions.sentences(node.status.conditions, conditions.NODE),
    }
