"""The pages of logs: of a pod, or of all pods that an address selects."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from clusters.access import requires
from clusters.kinds import KINDS
from clusters.models import Cluster, Pod, Role
from clusters.streams.requests import LogRequest, log_request
from clusters.streams.selection import Selection, containers_of, selection_of
from dashboard.details import links
from dashboard.details.log_viewer import viewer_of_pod, viewer_of_selection, words_of
from dashboard.details.lookup import find
from dashboard.details.related import owners_of_pod
from dashboard.details.streams import read_from_an_address, stream_page
from dashboard.details.workloads import missing, workload_page


@require_safe
@requires(Role.LOGS)
def pod_logs(request: HttpRequest, cluster: Cluster, namespace: str, name: str) -> HttpResponse:
    """The whole state of the view is in the query; what can be asked of the server is checked here too."""
    row = find(request.user, Pod, cluster, name=name, namespace=namespace)
    page = stream_page(request, cluster, row, current="Logs")
    _asked(namespace, name, {**request.GET.dict(), "container": page["container"]})
    viewer = viewer_of_pod(cluster, row, page["containers"], page["container"])
    owners = [owner for owner in owners_of_pod(request.user, cluster, row) if owner.logs_url]
    return render(request, "pods/logs.html", page | {"viewer": viewer, "owner": owners[-1] if owners else None})


@require_safe
@requires(Role.LOGS)
def logs(request: HttpRequest, cluster: Cluster) -> HttpResponse:
    """The logs of the pods that the address selects, those that are yet to come too."""
    with read_from_an_address():
        selection = selection_of(request.GET)
    _asked("-", "-", {**request.GET.dict(), "container": "any"})
    containers = containers_of(selection, request.user, cluster)
    viewer = viewer_of_selection(cluster, request.GET, containers)
    title = words_of(selection, request.GET.get("labels", ""))
    page = {"cluster": cluster, "title": title, "viewer": viewer}
    page["missing"] = "" if containers else missing(request.user, cluster, selection)
    return render(request, "logs/page.html", page | _of_object(request, cluster, selection))


def _of_object(request: HttpRequest, cluster: Cluster, selection: Selection) -> dict[str, Any]:
    """Crumbs and tabs of the workload or node whose pods these are; nothing where they are those of no single one."""
    if selection.owner:
        return workload_page(request.user, cluster, selection.owner, selection.namespace, current="Logs")
    if not selection.node or selection.namespace:
        return {}
    tabs = links.tabs(request.user, cluster, "nodes", selection.node, current="Logs")
    return {"kind": KINDS["nodes"], "name": selection.node, "namespace": "", "tabs": tabs}


def _asked(namespace: str, name: str, query: Mapping[str, str]) -> LogRequest:
    with read_from_an_address():
        return log_request(namespace, name, query)
