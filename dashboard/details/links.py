"""Addresses of objects and of tables limited to some, and the tabs of an object's page."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse

from clusters.access import Person, may
from clusters.models import Cluster, Role

PAGES = {"nodes": "node", "deployments": "deployment", "pods": "pod"}
"""Kinds with a page of their own, and the name of its route."""


@dataclass(frozen=True)
class Tab:
    label: str
    url: str
    current: bool


def yaml_url(cluster: Cluster, kind: str, name: str, namespace: str = "") -> str:
    """Where the YAML of an object is; `kind` is the plural name."""
    if namespace:
        return reverse("yaml", args=[cluster.slug, kind, namespace, name])
    return reverse("yaml-cluster-scoped", args=[cluster.slug, kind, name])


def table_url(cluster: Cluster, kind: str, **filters: str) -> str:
    """The table of a kind, limited by `filters` (dashboard.tables.state); those left empty limit nothing."""
    query = urlencode({key: value for key, value in filters.items() if value})
    return reverse("table", args=[cluster.slug, kind]) + (f"?{query}" if query else "")


def object_url(cluster: Cluster, kind: str, name: str, namespace: str = "") -> str:
    """The page of an object of one of PAGES."""
    place = [namespace, name] if namespace else [name]
    return reverse(PAGES[kind], args=[cluster.slug, *place])


def tabs(user: Person, cluster: Cluster, kind: str, name: str, namespace: str = "", *, current: str) -> list[Tab]:
    """The tabs of an object's page that `user` may open; `current` is the label of the one shown."""
    urls = {"Summary": object_url(cluster, kind, name, namespace)} if kind in PAGES else {}
    if kind == "pods":
        place = [cluster.slug, namespace, name]
        urls |= {"Logs": reverse("pod-logs", args=place)} if may(user, Role.LOGS, cluster, namespace) else {}
        urls |= {"Shell": reverse("pod-shell", args=place)} if may(user, Role.SHELL, cluster, namespace) else {}
    urls["YAML"] = yaml_url(cluster, kind, name, namespace)
    return [Tab(label, url, label == current) for label, url in urls.items()]
