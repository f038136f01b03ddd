"""All clusters that the reader may see, with what is wrong in each."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from clusters.access import Person, known_clusters, namespaces_for, signed_in
from clusters.models import Cluster, Role, Severity, Tally
from dashboard import demo
from dashboard.details.links import table_url
from dashboard.details.reasons import state_class
from dashboard.words import Freshness, freshness

NEEDS_A_PERSON = {Severity.FAILED: "failing", Severity.WARNING: "not ready"}
COUNTED = ("nodes", "pods", "deployments")

Counts = dict[str, dict[int, int]]
"""How many objects, by kind and severity."""


@dataclass(frozen=True)
class Part:
    """How many objects of one kind need a person in one way; `url` is the table limited to them."""

    state: str
    way: str
    number: int
    noun: str
    url: str


@dataclass(frozen=True)
class Line:
    """One cluster of the fleet. `nodes` None: the reader may not see nodes there."""

    cluster: Cluster
    freshness: Freshness
    nodes: int | None
    pods: int
    deployments: int
    attention: list[Part]

    @property
    def is_known(self) -> bool:
        """False until the cluster was reached for the first time: then the numbers say nothing."""
        return self.cluster.last_contact is not None or bool(self.nodes or self.pods or self.deployments)


@require_safe
@signed_in
def fleet(request: HttpRequest) -> HttpResponse:
    clusters = known_clusters(request.user)
    topics = " ".join(f"{cluster.slug}/{kind}" for cluster in clusters for kind in ("health", *COUNTED))
    waits = not clusters and demo.is_starting()
    context = {"lines": lines(request.user, clusters), "topics": topics, "demo_is_starting": waits}
    response = render(request, "fleet.html", context)
    if waits:
        response["Refresh"] = "1"
    return response


def lines(user: Person, clusters: list[Cluster]) -> list[Line]:
    """The fleet in one query, however many clusters there are."""
    counts, now = _counts(user, clusters), timezone.now()
    return [_line(user, cluster, counts[cluster.pk], now) for cluster in clusters]


def _line(user: Person, cluster: Cluster, counts: Counts, now: Any) -> Line:
    sees_all = namespaces_for(user, Role.VIEW, cluster) is None
    return Line(
        cluster=cluster,
        freshness=freshness(cluster, now),
        nodes=sum(counts["nodes"].values()) if sees_all else None,
        pods=sum(counts["pods"].values()),
        deployments=sum(counts["deployments"].values()),
        attention=list(_parts(cluster, counts)),
    )


def _parts(cluster: Cluster, counts: Counts) -> Iterator[Part]:
    """The failing ones of every kind before those that are not ready."""
    for severity, way in NEEDS_A_PERSON.items():
        for kind, numbers in counts.items():
            if number := numbers.get(severity, 0):
                noun = kind.removesuffix("s") if number == 1 else kind
                url = table_url(cluster, kind, state=severity.label.lower().replace(" ", "-"))
                yield Part(state_class(severity), way, number, noun, url)


def _counts(user: Person, clusters: list[Cluster]) -> dict[int, Counts]:
    """Objects by cluster, kind and severity, of those that the user may see. Nodes are in no namespace."""
    seen = Q(pk__in=[])
    for cluster in clusters:
        names = namespaces_for(user, Role.VIEW, cluster)
        if names is None:
            seen |= Q(cluster=cluster)
        else:
            seen |= Q(cluster=cluster, namespace__in=names)
    found: dict[int, Counts] = defaultdict(lambda: {kind: {} for kind in COUNTED})
    tallies = Tally.objects.filter(seen, kind__in=COUNTED).order_by().values_list("cluster_id", "kind", "severity")
    for cluster_id, kind, severity, n in tallies.annotate(n=Sum("count")):
        found[cluster_id][kind][severity] = n
    return found
