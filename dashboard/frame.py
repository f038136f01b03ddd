"""The frame around every page: where the reader is, where he can go, and how fresh the cluster's data is."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.conf import settings
from django.db.models import QuerySet, Sum
from django.http import HttpRequest
from django.utils import timezone

from clusters.access import WATCH_RECORDINGS, known_clusters, namespaces_for, visible
from clusters.health import known_health
from clusters.models import Cluster, Namespace, Role, Tally
from clusters.prepared import Prepared
from dashboard.addresses import address
from dashboard.models import Preference
from dashboard.words import Freshness, age_words, freshness

NAMESPACES_IN_MENU = 100
COUNTED = ("nodes", "namespaces", "pods", "deployments", "replicasets")


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
    """What `templates/base.html` shows for one request. `cluster` is None outside a cluster's pages.

    A page whose address does not name its cluster and namespace passes them as `slug` and `within`.
    """

    def __init__(self, request: HttpRequest, slug: str = "", within: str = "") -> None:
        self.request = request
        match = request.resolver_match
        self._slug: str = slug or (match.kwargs.get("slug", "") if match else "")
        self._within = within
        self._named: str = match.kwargs.get("kind", "") if match else ""
        self._page: str = (match.url_name or "") if match else ""

    @cached_property
    def preference(self) -> Preference:
        return Preference.of(self.request.user)

    @cached_property
    def clusters(self) -> list[Cluster]:
        return known_clusters(self.request.user)

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
    def shell_grace(self) -> str:
        """How long a shell waits for its page."""
        return age_words(settings.PILOTHOUSE_SHELL_GRACE_SECONDS)

    @property
    def is_overview(self) -> bool:
        return self._page == "cluster"

    @cached_property
    def counts(self) -> dict[str, int]:
        """How many objects of each kind the reader may see in the cluster."""
        return counts(self.request.user, self.cluster) if self.cluster else {}

    def _section(self, kind: str, title: str, icon: str) -> Section:
        return Section(kind, title, icon, address("table", self._slug, kind), self.counts.get(kind))

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
    def may_watch(self) -> bool:
        """Whether the reader may watch recordings of shells."""
        return self.request.user.has_perm(WATCH_RECORDINGS)

    @property
    def is_recordings(self) -> bool:
        return self._page.startswith("recording")

    @cached_property
    def cluster_choices(self) -> list[Choice]:
        """Every cluster, leading to the kind that is on the page."""
        return [self._cluster_choice(cluster) for cluster in self.clusters]

    def _cluster_choice(self, cluster: Cluster) -> Choice:
        chosen, health = cluster.slug == self._slug, known_health(cluster).state.label
        return Choice(cluster.name, self._same_kind(cluster.slug), chosen, cluster, health)

    def _same_kind(self, slug: str) -> str:
        return address("table", slug, self._named) if self._page == "table" else address("cluster", slug)

    @cached_property
    def namespace(self) -> str:
        """The one namespace that the page is limited to, or an empty text."""
        match = self.request.resolver_match
        named: str = match.kwargs.get("namespace", "") if match else ""
        return self._within or named or self.request.GET.get("namespace", "")

    @cached_property
    def namespace_choices(self) -> list[Choice]:
        """The first hundred namespaces, each leading to the kind that is on the page, limited to it."""
        if self.cluster is None:
            return []
        kind = self._named if self._page == "table" and self._named not in ("nodes", "namespaces") else "pods"
        base = address("table", self._slug, kind)
        some = _namespaces(self.request.user, self.cluster)
        every = Choice("All namespaces", base, not self.namespace)
        return [every, *(Choice(name, f"{base}?namespace={name}", name == self.namespace) for name in some)]

    @property
    def initials(self) -> str:
        user: Any = self.request.user
        words = (user.get_full_name() or user.get_username()).split() if user.is_authenticated else []
        return "".join(word[0] for word in words[:2]).upper()


def counts(user: Any, cluster: Cluster) -> dict[str, int]:
    """How many objects of each kind `user` may see in `cluster`."""
    none = dict.fromkeys(COUNTED, 0)
    if namespaces_for(user, Role.VIEW, cluster) is None:
        return none | dict(_counts_of_all(cluster.pk))
    found = none | dict(_summed(visible(user, Tally.objects.all(), cluster)))
    # Namespaces are seen by their names, which tallies do not know.
    found["namespaces"] = visible(user, Namespace.objects.all(), cluster).count()
    return found


def _namespaces(user: Any, cluster: Cluster) -> list[str]:
    """The names of the first namespaces that `user` may see."""
    if namespaces_for(user, Role.VIEW, cluster) is None:
        return _first_of_all(cluster.pk)
    return list(_first_names(visible(user, Namespace.objects.all(), cluster)))


def _summed(tallies: QuerySet[Tally]) -> "QuerySet[Tally, tuple[str, int]]":
    return tallies.filter(kind__in=COUNTED).order_by().values_list("kind").annotate(n=Sum("count"))


def _first_names(namespaces: QuerySet[Namespace]) -> "QuerySet[Namespace, str]":
    return namespaces.order_by("namespace", "name").values_list("name", flat=True)[:NAMESPACES_IN_MENU]


_counts_of_all = Prepared(lambda cluster: _summed(Tally.objects.filter(cluster=cluster)), 1)
_first_of_all = Prepared(lambda cluster: _first_names(Namespace.objects.filter(cluster=cluster)), 1)
