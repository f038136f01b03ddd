"""Workloads as their pods know them: of stateful sets, daemon sets and jobs we keep no rows."""

from typing import Any

from clusters.access import Person, visible
from clusters.kinds import KINDS
from clusters.models import CachedObject, Cluster, Node
from clusters.streams.selection import Selection
from dashboard.details import links

MODELS: dict[str, type[CachedObject]] = {owner: KINDS[kind].model for kind, owner in links.OWNERS.items()}
"""By what their pods call them: workloads of which we keep rows."""


def workload_page(
    user: Person, cluster: Cluster, owner: tuple[str, str], namespace: str, *, current: str
) -> dict[str, Any]:
    """Crumbs and tabs of the workload `owner`, which is a kind and a name. No query."""
    kind, name = owner
    ours = next((plural for plural, known in links.OWNERS.items() if known == kind), "")
    return {
        "owner": kind,
        "kind": KINDS[ours] if ours else None,
        "name": name,
        "namespace": namespace,
        "pods_url": links.pods_of_owner(cluster, kind, name, namespace),
        "tabs": links.tabs_of_owner(user, cluster, kind, name, namespace, current=current),
    }


def missing(user: Person, cluster: Cluster, selection: Selection) -> str:
    """Says that the workload or node which is selected is not there; empty where it is, or we cannot know."""
    if selection.owner:
        kind, name = selection.owner
        model, place = MODELS.get(kind), {"namespace": selection.namespace}
    else:
        kind, name, model, place = "Node", selection.node, Node, {}
    if not (name and model):
        return ""
    if visible(user, model._default_manager.filter(name=name, **place), cluster).exists():
        return ""
    where = f"{selection.namespace} of {cluster.name}" if place else cluster.name
    return f"There is no {kind} {name} in {where}, or no longer, or it is not shown to you."
