"""What the pages of a pod's logs and shells share: the pod, its containers and the one that is shown."""

from typing import Any

from django.http import HttpRequest

from clusters.derived.templates import whole_pod
from clusters.kinds import KINDS
from clusters.models import Cluster, Pod
from clusters.streams.instances import containers
from dashboard.details import links, reasons


def stream_page(request: HttpRequest, cluster: Cluster, row: Pod, *, current: str) -> dict[str, Any]:
    """Head, tabs, containers; `container` is the one that the address names, else the first."""
    named = containers(whole_pod(row))
    asked = request.GET.get("container", "")
    known = [each.name for each in named]
    return {
        "cluster": cluster,
        "kind": KINDS["pods"],
        "row": row,
        "state": reasons.state_class(row.severity),
        "tabs": links.tabs(request.user, cluster, "pods", row.name, row.namespace, current=current),
        "containers": named,
        "container": asked if asked in known else next(iter(known), ""),
    }
