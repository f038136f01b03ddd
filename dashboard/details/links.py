"""Addresses of objects and of tables limited to some, and the tabs of an object's page."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse

from clusters.access import Person, may
from clusters.models import Cluster, Role

PAGES = {"nodes": "node", "deployments": "deployment", "pods": "pod"}
"""Kinds with a page of their own, and the name of its route."""


OWNERS = {"deployments": "Deployment", "replicasets": "ReplicaSet"}
"""Kinds whose pods' logs are read together, and what their pods call them."""


@dataclass(frozen=True)
class Tab:
    label: str
    url: str
    current: bool

    @property
    def key(self) -> str:
        """The letter that opens it: l for logs, s for a shell, y for YAML; empty for the summary."""
        return {"Logs": "l", "Shell": "s", "YAML": "y"}.get(self.label, "")


def yaml_url(cluster: Cluster, kind: str, name: str, namespace: str = "") -> str:
    """Where the YAML of an object is; `kind` is the plural name."""
    if namespace:
        return reverse("yaml", args=[cluster.slug, kind, namespace, name])
    return reverse("yaml-cluster-scoped", args=[cluster.slug, kind, name])


def table_url(cluster: Cluster, kind: str, **filters: str) -> str:
    """The table of a kind, limited by `filters` (dashboard.tables.state); those left empty limit nothing."""
    query = urlencode({key: value for key, value in filters.items() if value})
    return reverse("table", args=[cluster.slug, kind]) + (f"?{query}" if query else "")


def logs_url(cluster: Cluster, **selection: str) -> str:
    """The logs of the pods that `selection` names (clusters.streams.selection); what is empty is left out."""
    query = urlencode({key: value for key, value in selection.items() if value})
    return f"{reverse('logs', args=[cluster.slug])}?{query}"


def logs_of_object(cluster: Cluster, kind: str, name: str, namespace: str = "") -> str:
    """The logs of the pods of an object of one of OWNERS, or of those on a node."""
    selected = {"namespace": namespace, "owner": f"{OWNERS[kind]}/{name}"} if kind in OWNERS else {"node": name}
    return logs_url(cluster, **selected)


def pods_of_owner(cluster: Cluster, owner: str, name: str, namespace: str) -> str:
    """The table of the pods of a workload; `owner` is the kind that they name, so never a deployment."""
    return table_url(cluster, "pods", namespace=namespace, owner=f"{owner}/{name}")


def logs_of_owner(cluster: Cluster, owner: str, name: str, namespace: str) -> str:
    """The logs of all pods of a workload; `owner` is its kind, one of clusters.streams.selection.OWNERS."""
    return logs_url(cluster, namespace=namespace, owner=f"{owner}/{name}")


def shell_of_owner(cluster: Cluster, owner: str, name: str, namespace: str) -> str:
    """A shell in one of the pods of a workload."""
    query = urlencode({"namespace": namespace, "owner": f"{owner}/{name}"})
    return f"{reverse('workload-shell', args=[cluster.slug])}?{query}"


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
        if may(user, Role.SHELL, cluster, namespace):
            urls |= {"Shell": reverse("pod-shell", args=place), "Run": reverse("pod-run", args=place)}
        if may(user, Role.OPERATE, cluster, namespace):
            urls["Debug"] = reverse("pod-debug", args=place)
    elif kind in OWNERS:
        urls |= _of_owner(user, cluster, OWNERS[kind], name, namespace)
    elif kind == "nodes" and may(user, Role.LOGS, cluster):
        urls["Logs"] = logs_of_object(cluster, kind, name)
    urls["YAML"] = yaml_url(cluster, kind, name, namespace)
    return [Tab(label, url, label == current) for label, url in urls.items()]


def tabs_of_owner(user: Person, cluster: Cluster, owner: str, name: str, namespace: str, *, current: str) -> list[Tab]:
    """The same for a workload of any kind, of which its pods may be all that we know."""
    kind = next((kind for kind, known in OWNERS.items() if known == owner), "")
    if kind:
        return tabs(user, cluster, kind, name, namespace, current=current)
    urls = _of_owner(user, cluster, owner, name, namespace)
    return [Tab(label, url, label == current) for label, url in urls.items()]


def _of_owner(user: Person, cluster: Cluster, owner: str, name: str, namespace: str) -> dict[str, str]:
    place = (cluster, owner, name, namespace)
    # The pods of a deployment name its replica sets, and are on its own page.
    urls = {} if owner == "Deployment" else {"Pods": pods_of_owner(*place)}
    urls |= {"Logs": logs_of_owner(*place)} if may(user, Role.LOGS, cluster, namespace) else {}
    return urls | ({"Shell": shell_of_owner(*place)} if may(user, Role.SHELL, cluster, namespace) else {})
