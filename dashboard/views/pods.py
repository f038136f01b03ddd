"""A pod: what it is, why it does not run, its containers, volumes and events."""

import re
from typing import Any

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from clusters.access import Person, requires
from clusters.derived.templates import whole_pod
from clusters.kinds import KINDS
from clusters.models import Cluster, Pod, Role
from dashboard.details import conditions, containers, reasons, related, shells, volumes
from dashboard.details.lookup import find
from dashboard.details.pages import common, split_name

PART = re.compile(r"[1-9][0-9]{0,5}")
REASONS = 10
"""Told in full; that there are more is said. A pod of many containers has one for each that fails."""


@require_safe
@requires(Role.VIEW)
def pod(request: HttpRequest, cluster: Cluster, namespace: str, name: str) -> HttpResponse:
    """The page; `?containers=2` shows the second part of very many containers."""
    row = find(request.user, Pod, cluster, name=name, namespace=namespace)
    part = request.GET.get("containers", "1")
    if not PART.fullmatch(part):
        raise BadRequest("containers is the number of a part of the list: 1, 2, 3 and so on.")
    return render(request, "pods/pod.html", pod_page(request.user, cluster, row, int(part)))


def pod_page(user: Person, cluster: Cluster, row: Pod, part: int) -> dict[str, Any]:
    """What the page shows, with that part of its containers. Four queries at most."""
    pod = whole_pod(row)
    shown = containers.part(pod, part)
    wrong = reasons.all_of_pod(pod, timezone.now())
    owners = related.owners_of_pod(user, cluster, row)
    return {
        **common(user, cluster, KINDS["pods"], row, beside=("events",)),
        **split_name(row.name, owners[-1].name if owners else ""),
        **related.events_of(user, cluster, row),
        "pod": pod,
        "owners": owners,
        "node_url": related.node_url(user, cluster, row),
        "ips": [ip.ip for ip in pod.status.pod_ips],
        "reasons": wrong[:REASONS],
        "more_reasons": len(wrong[REASONS:]),
        "shells": shells.in_pod(user, cluster, row, pod, containers=shown.names),
        "containers": shown,
        "volumes": volumes.views(pod),
        "conditions": conditions.sentences(pod.status.conditions, conditions.POD),
    }
