"""All clusters that the reader may see, with what is wrong in each."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Model, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from clusters.access import Person, namespaces_for, signed_in, visible_clusters
from clusters.models import Cluster, Deployment, Node, Pod, Role, Severity
from dashboard.words import Freshness, freshness

NEEDS_A_PERSON = (Severity.FAILED, Severity.WARNING)
COUNTED: dict[str, type[Model]] = {"nodes": Node, "pods": Pod, "deployments": Deployment}


@dataclass(frozen=True)
class Line:
    """One cluster of the fleet. `nodes` None: the reader may not see nodes there."""

    cluster: Cluster
    freshness: Freshness
    nodes: int | None
    pods: int
    deployments: int
    attention: int

    @property
    def is_known(self) -> bool:
        """False until the cluster was reached for the first time: then the numbers say nothing."""
        return self.cluster.last_contact is not None or bool(self.nodes or self.pods or self.deployments)


@require_safe
@signed_in
def fleet(request: HttpRequest) -> HttpResponse:
    clusters = list(visible_clusters(request.user).defer("sealed_connection"))
    topics = " ".join(f"{cluster.slug}/{kind}" for cluster in clusters for kind in ("health", *COUNTED))
    return render(request, "fleet.html", {"lines": lines(request.user, clusters), "topics": topics})


def lines(user: Person, clusters: list[Cluster]) -> list[Line]:
    """The fleet in as many queries as there are kinds counted, however many clusters there are."""
    counts = {kind: _counts(user, clusters, model) for kind, model in COUNTED.items()}
    now = timezone.now()
    return [_line(user, cluster, {kind: counts[kind][cluster.pk] for kind in counts}, now) for cluster in clusters]


def _line(user: Person, cluster: Cluster, counts: dict[str, dict[int, int]], now: Any) -> Line:
    sees_all = namespaces_for(user, Role.VIEW, cluster) is None
    return Line(
        cluster=cluster,
        freshness=freshness(cluster, now),
        nodes=sum(counts["nodes"].values()) if sees_all else None,
        pods=sum(counts["pods"].values()),
        deployments=sum(counts["deployments"].values()),
        attention=sum(numbers.get(severity, 0) for numbers in counts.values() for severity in NEEDS_A_PERSON),
    )


def _counts(user: Person, clusters: list[Cluster], model: type[Model]) -> dict[int, dict[int, int]]:
    """Rows by cluster and severity, of those that the user may see."""
    seen = Q(pk__in=[])
    for cluster in clusters:
        names = namespaces_for(user, Role.VIEW, cluster)
        if names is None:
            seen |= Q(cluster=cluster)
        elif model is not Node:
            seen |= Q(cluster=cluster, namespace__in=names)
    found: dict[int, dict[int, int]] = defaultdict(dict)
    rows = model._default_manager.filter(seen).order_by().values_list("cluster_id", "severity").annotate(n=Count("pk"))
    for cluster_id, severity, n in rows:
        found[cluster_id][severity] = n
    return found
