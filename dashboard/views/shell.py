"""A shell in a container, and one command in it."""

from dataclasses import replace
from typing import Any, cast

from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from clusters.access import allowed_cluster, namespaces_for, requires
from clusters.models import Cluster, Pod, Role
from clusters.streams.requests import LONGEST_COMMAND
from clusters.streams.scripts import SHELLS
from clusters.streams.selection import running_pods, selection_of
from dashboard.details.lookup import find
from dashboard.details.shells import open_in, running_in
from dashboard.details.streams import read_from_an_address, stream_page
from dashboard.details.workloads import missing, workload_page
from dashboard.tables.state import BadParameter
from dashboard.views.debug import JUST_ADDED

ATTACH = "attach"
"""Chosen in place of a shell: the container's own process."""

MOST_PODS = 200
"""Pods of a workload among which one chooses."""


@require_safe
@requires(Role.SHELL)
def shell(request: HttpRequest, cluster: Cluster, namespace: str, name: str) -> HttpResponse:
    """The page; its script opens the shell over a socket."""
    row = find(request.user, Pod, cluster, name=name, namespace=namespace)
    return render(request, "pods/shell.html", _shell_page(request, cluster, row))


@require_safe
@requires(Role.SHELL)
def workload_shell(request: HttpRequest, cluster: Cluster) -> HttpResponse:
    """The same in a pod of the workload that `namespace` and `owner` name: in `pod`, else in one that runs well."""
    with read_from_an_address():
        selection = selection_of(request.GET)
    if not selection.owner:
        raise BadParameter("Say which workload: by its namespace and owner, such as StatefulSet/db.")
    allowed_cluster(request.user, Role.SHELL, cluster.slug, selection.namespace)
    workload = workload_page(request.user, cluster, selection.owner, selection.namespace, current="Shell")
    workload["workload_kind"] = workload.pop("kind")
    selected = replace(selection, pods=frozenset(), containers=frozenset())
    running = running_pods(selected, namespaces_for(request.user, Role.SHELL, cluster), cluster)
    names = list(running.values_list("name", flat=True)[:MOST_PODS])
    if not names:
        page = {"cluster": cluster, **workload, "missing": missing(request.user, cluster, selection)}
        return render(request, "workloads/no_shell.html", page)
    asked = next((name for _, name in selection.pods), "")
    row = find(request.user, Pod, cluster, name=asked if asked in names else names[0], namespace=selection.namespace)
    page = _shell_page(request, cluster, row) | workload | {"pods": sorted(names)}
    return render(request, "workloads/shell.html", page)


def _shell_page(request: HttpRequest, cluster: Cluster, row: Pod) -> dict[str, Any]:
    page = stream_page(request, cluster, row, current="Shell")
    asked = request.GET.get("shell", SHELLS[0])
    page["opens"] = request.session.pop(JUST_ADDED, "") == page["container"]
    page |= {"shells": SHELLS, "shell": asked if asked in (*SHELLS, ATTACH) else SHELLS[0]}
    return page | {"open_shells": open_in(cast("User", request.user), cluster, row)}


@require_safe
@requires(Role.SHELL)
def run(request: HttpRequest, cluster: Cluster, namespace: str, name: str) -> HttpResponse:
    """The page; its script runs what is typed there over a socket."""
    row = find(request.user, Pod, cluster, name=name, namespace=namespace)
    page = stream_page(request, cluster, row, current="Run")
    page["command"] = request.GET.get("command", "")[:LONGEST_COMMAND]
    return render(request, "pods/run.html", page | {"running": running_in(cast("User", request.user), cluster, row)})
