"""The frame around every page: where the reader is, where he can go, and how fresh the cluster's data is."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import Model
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from clusters.access import namespaces_for, visible, visible_clusters
from clusters.health import known_health
from clusters.models import Cluster, Deployment, Namespace, Node, Pod, ReplicaSet, Role
from dashboard.models import Preference
from dashboard.words import Freshness, freshness

NAMESPACES_IN_MENU = 100
COUNTED: dict[str, type[Model]] = {
    "nodes": Node,
    "namespaces": Namespace,
    "pods": Pod,
    "deployments": Deployment,
    "replicasets": ReplicaSet,
}


@dataclass(frozen=True)
class Section:
    """One line of the navigation. `count` None: no number beside it."""

    kind: str
    title: str
    icon: str
    url: str
    count: int | None


@dataclass(frozen=True)
class Choice:
    """One line of a switch."""

    title: str
    url: str
    chosen: bool
    cluster: Cluster | None = None
    health: str = ""


class Frame:
    """What `templates/base.html` shows for one request. `cluster` is None outside a cluster's pages."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request
        match = request.resolver_match
        self._slug: str = match.kwargs.get("slug", "") if match else ""
        self._named: str = match.kwargs.get("kind", "") if match else ""
        self._page: str = (match.url_name or "") if match else ""

    @cached_property
    def preference(self) -> Preference:
        return Preference.of(self.request.user)

    @cached_property
    def clusters(self) -> list[Cluster]:
        return list(visible_clusters(self.request.user).defer("sealed_connection"))

    @cached_property
    def cluster(self) -> Cluster | None:
        return next((cluster for cluster in self.clusters if cluster.slug == self._slug), None)

    @cached_property
    def kind(self) -> str:
        """The kind that the page shows: "pods" on the table, a pod's page, its log and its shell."""
        return self._named or f"{self._page.split('-')[0]}s"

    @cached_property
    def freshness(self) -> Freshness | None:
        return freshness(self.cluster, timezone.now()) if self.cluster else None

    @property
    def is_overview(self) -> bool:
        return self._page == "cluster"

    @cached_property
    def counts(self) -> dict[str, int]:
        """How many objects of each kind the reader may see in the cluster."""
        return counts(self.request.user, self.cluster) if self.cluster else {}

    def _section(self, kind: str, title: str, icon: str) -> Section:
        return Section(kind, title, icon, reverse("table", args=[self._slug, kind]), self.counts.get(kind))

    @cached_property
    def cluster_sections(self) -> list[Section]:
        nodes = [self._section("nodes", "Nodes", "server-2")] if self.sees_all else []
        return [
            *nodes,
            self._section("namespaces", "Namespaces", "stack-2"),
            self._section("events", "Events", "bell"),
        ]

    @cached_property
    def workload_sections(self) -> list[Section]:
        return [
            self._section("pods", "Pods", "cube"),
            self._section("deployments", "Deployments", "rocket"),
            self._section("replicasets", "ReplicaSets", "copy"),
        ]

    @cached_property
    def sees_all(self) -> bool:
        """Whether the reader may see the whole cluster, its nodes included."""
        return self.cluster is not None and namespaces_for(self.request.user, Role.VIEW, self.cluster) is None

    @cached_property
    def cluster_choices(self) -> list[Choice]:
        """Every cluster, leading to the kind that is on the page."""
        return [self._cluster_choice(cluster) for cluster in self.clusters]

    def _cluster_choice(self, cluster: Cluster) -> Choice:
        chosen, health = cluster.slug == self._slug, known_health(cluster).state.label
        return Choice(cluster.name, self._same_kind(cluster.slug), chosen, cluster, health)

    def _same_kind(self, slug: str) -> str:
        return reverse("table", args=[slug, self._named]) if self._page == "table" else reverse("cluster", args=[slug])

    @cached_property
    def namespace(self) -> str:
        """The one namespace that the page is limited to, or an empty text."""
        match = self.request.resolver_match
        named: str = match.kwargs.get("namespace", "") if match else ""
        return named or self.request.GET.get("namespace", "")

    @cached_property
    def namespace_choices(self) -> list[Choice]:
        """The first hundred namespaces, each leading to the kind that is on the page, limited to it."""
        if self.cluster is None:
            return []
        kind = self._named if self._page == "table" and self._named not in ("nodes", "namespaces") else "pods"
        base = reverse("table", args=[self._slug, kind])
        names = visible(self.request.user, Namespace.objects.all(), self.cluster).order_by("namespace", "name")
        some = names.values_list("name", flat=True)[:NAMESPACES_IN_MENU]
        every = Choice("All namespaces", base, not self.namespace)
        return [every, *(Choice(name, f"{base}?namespace={name}", name == self.namespace) for name in some)]

    @property
    def initials(self) -> str:
        user: Any = self.request.user
        words = (user.get_full_name() or user.get_username()).split() if user.is_authenticated else []
        return "".join(word[0] for word in words[:2]).upper()


def counts(user: Any, cluster: Cluster) -> dict[str, int]:
    """How many objects of each kind `user` may see in `cluster`: one query a kind, each read off an index."""
    return {kind: visible(user, model._default_manager.all(), cluster).count() for kind, model in COUNTED.items()}
