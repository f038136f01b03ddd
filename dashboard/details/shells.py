"""Where on an object's page a shell can be opened, into the dock."""

from collections.abc import Container, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.urls import reverse

from clusters.access import Person, may
from clusters.kube import objects
from clusters.models import Cluster, Pod, Role, Severity, TerminalSession
from clusters.streams.sharing import own_shells

_OPENED: dict[str, str] = {
    TerminalSession.Kind.SHELL: "shell",
    TerminalSession.Kind.ATTACH: "attach",
    TerminalSession.Kind.RUN: "run",
}


@dataclass(frozen=True)
class ShellPlace:
    """One container. `address` is that of the socket which opens a shell there, `pod` its name."""

    pod: str
    container: str
    address: str


def in_pod(
    user: Person, cluster: Cluster, row: Pod, pod: objects.Pod, *, containers: Container[str]
) -> list[ShellPlace]:
    """Those of the `containers` that run, those that a pod is for first, if `user` may open a shell in them."""
    if not may(user, Role.SHELL, cluster, row.namespace):
        return []
    status = pod.status
    found = (*status.container_statuses, *status.init_container_statuses, *status.ephemeral_container_statuses)
    return [_place(cluster, row, one.name) for one in found if one.state.running and one.name in containers]


def in_pods(user: Person, cluster: Cluster, pods: Sequence[Pod], container: str) -> list[ShellPlace]:
    """The container of that name in each of `pods` that runs, if `user` may open a shell in it."""
    return [
        _place(cluster, row, container)
        for row in pods
        if row.ready and row.severity > Severity.FAILED and may(user, Role.SHELL, cluster, row.namespace)
    ]


@dataclass(frozen=True)
class OpenShell:
    """One that is open already; `address` is that of the socket which opened it."""

    row: TerminalSession
    address: str


def open_in(user: User, cluster: Cluster, row: Pod) -> list[OpenShell]:
    """The shells that `user` has open in the pod, the newest first."""
    rows = _own_in(user, cluster, row).exclude(kind=TerminalSession.Kind.RUN)
    return [OpenShell(each, opened_by(each)) for each in rows]


def running_in(user: User, cluster: Cluster, row: Pod) -> QuerySet[TerminalSession]:
    """The commands that `user` has started in the pod and that still run, the newest first."""
    return _own_in(user, cluster, row).filter(kind=TerminalSession.Kind.RUN)


def opened_by(row: TerminalSession) -> str:
    """The address of the socket that opened it."""
    pod = reverse("pod", args=[row.cluster.slug, row.namespace, row.pod])
    act, query = _OPENED[row.kind], {"container": row.container}
    if row.kind == TerminalSession.Kind.SHELL:
        query["shell"] = row.command
    return f"/ws{pod}{act}/?{urlencode(query)}"


def _own_in(user: User, cluster: Cluster, row: Pod) -> QuerySet[TerminalSession]:
    return own_shells(user).filter(cluster=cluster, namespace=row.namespace, pod=row.name)


def _place(cluster: Cluster, row: Pod, container: str) -> ShellPlace:
    path = reverse("pod-shell", args=[cluster.slug, row.namespace, row.name])
    return ShellPlace(row.name, container, f"/ws{path}?{urlencode({'container': container})}")
