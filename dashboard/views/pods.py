"""A pod: what it is, why it does not run, its containers, volumes and events."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from clusters.access import Person, requires
from clusters.kinds import KINDS
from clusters.kube import objects
from clusters.models import Cluster, Pod, Role
from dashboard.details import conditions, containers, reasons, related, volumes
from dashboard.details.lookup import find
from dashboard.details.pages import common, split_name


@require_safe
@requires(Role.VIEW)
def pod(request: HttpRequest, cluster: Cluster, namespace: str, name: str) -> HttpResponse:
    row = find(request.user, Pod, cluster, name=name, namespace=namespace)
    return render(request, "pods/pod.html", pod_page(request.user, cluster, row))


def pod_page(user: Person, cluster: Cluster, row: Pod) -> dict[str, Any]:
    """What the page shows. Three queries at most."""
    pod = objects.decode(objects.Pod, bytes(row.detail))
    owners = related.owners_of_pod(user, cluster, row)
    return {
        **common(user, cluster, KINDS["pods"], row, beside=("events",)),
        **split_name(row.name, owners[-1].name if owners else ""),
        **related.events_of(user, cluster, row),
        "pod": pod,
        "owners": owners,
        "node_url": related.node_url(user, cluster, row),
        "ips": [ip.ip for ip in pod.status.pod_ips],
        "reasons": reasons.all_of_pod(pod, timezone.now()),
        "containers": containers.views(pod),
        "volumes": volumes.views(pod),
        "conditions": conditions.sentences(pod.status.conditions, conditions.POD),
    }
