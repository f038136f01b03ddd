"""What every object's page needs (templates/details/page.html)."""

from typing import Any

from clusters.access import Person
from clusters.kinds import Kind
from clusters.models import CachedObject, Cluster
from dashboard.details import links, reasons, related
from dashboard.details.labels import labels
from dashboard.details.links import table_url


def common(
    user: Person,
    cluster: Cluster,
    kind: Kind,
    row: CachedObject,
    *,
    current: str = "Summary",
    beside: tuple[str, ...] = (),
) -> dict[str, Any]:
    """Head, tabs (`current` is shown), labels, and what the page follows: its object, and the kinds in `beside`.

    Those are followed whole, since an event or a pod that is to come has no uid yet. No query.
    """
    return {
        "cluster": cluster,
        "kind": kind,
        "row": row,
        "state": reasons.state_class(row.severity),
        "workload_name": row.name,
        "namespace_url": related.namespace_url(cluster, row.namespace) if row.namespace else "",
        "topics": topics(cluster, f"{kind.plural}/{row.uid}", *beside),
        "tabs": links.tabs(user, cluster, kind.plural, row.name, row.namespace, current=current),
        "labels": labels(cluster, kind.plural, row.labels, row.namespace),
        "events_url": table_url(cluster, "events", namespace=row.namespace, q=row.name),
    }


def topics(cluster: Cluster, *parts: str) -> str:
    """What a page follows (dashboard.consumers.changes): the parts, which are kinds or "kind/uid", and health."""
    return " ".join(f"{cluster.slug}/{part}" for part in (*parts, "health"))


def split_name(name: str, workload: str) -> dict[str, str]:
    """The name in two parts: what people chose, and what Kubernetes generated behind it."""
    if workload and name.startswith(f"{workload}-"):
        return {"workload_name": workload, "name_suffix": name.removeprefix(workload)}
    return {"workload_name": name, "name_suffix": ""}
