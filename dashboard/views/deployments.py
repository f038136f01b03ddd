"""A deployment: its rollout, revisions, pods, conditions and events."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from clusters.access import Person, may, requires, visible
from clusters.derived.templates import whole_pod
from clusters.kinds import KINDS
from clusters.kube import objects
from clusters.models import Cluster, Deployment, Pod, ReplicaSet, Role, Severity
from dashboard.details import conditions, reasons, related, shells
from dashboard.details.links import logs_of_object, object_url, shell_of_owner, table_url, yaml_url
from dashboard.details.lookup import find
from dashboard.details.pages import common
from dashboard.details.rollout import rollout
from dashboard.details.strategy import strategy

REVISIONS = 20
POD_COLUMNS = ("status", "name", "ready", "restarts", "node", "age")


@dataclass(frozen=True)
class Revision:
    row: ReplicaSet
    pods_url: str
    yaml_url: str
    logs_url: str
    shell_url: str
    current: bool


@dataclass(frozen=True)
class Worst:
    """The pod that holds the rollout up most."""

    pod: Pod
    reason: reasons.Reason
    url: str


@require_safe
@requires(Role.VIEW)
def deployment(request: HttpRequest, cluster: Cluster, namespace: str, name: str) -> HttpResponse:
    row = find(request.user, Deployment, cluster, name=name, namespace=namespace)
    return render(request, "deployments/deployment.html", deployment_page(request.user, cluster, row))


def deployment_page(user: Person, cluster: Cluster, row: Deployment) -> dict[str, Any]:
    """What the page shows. Six queries at most."""
    found = objects.decode(objects.Deployment, bytes(row.detail))
    sets = _sets(user, cluster, row)
    pods = visible(user, Pod.objects.filter(owner_uid__in=[one.uid for one in sets]), cluster)
    counted = pods.order_by().values_list("owner_uid", "severity").annotate(n=Count("*"))
    shown = related.bounded_pods(cluster, pods, columns=POD_COLUMNS)
    worst = _worst(cluster, shown["pods"])
    said = conditions.sentences(found.status.conditions, conditions.DEPLOYMENT)
    return {
        **common(user, cluster, KINDS["deployments"], row, beside=("replicasets", "pods", "events")),
        **related.events_of(user, cluster, row),
        **shown,
        "deployment": found,
        "shells": shells.in_pods(user, cluster, shown["pods"], _first_container(found)),
        "revision": sets[0].revision if sets else None,
        "revisions": [_revision(user, cluster, one, current=one is sets[0]) for one in sets],
        "rollout": rollout(found, row, sets, counted),
        "trouble": _trouble(said, worst),
        "worst": worst,
        "strategy": strategy(found),
        "pods_url": table_url(cluster, "pods", namespace=row.namespace, labels=row.selector),
        "conditions": said,
    }


def _first_container(deployment: objects.Deployment) -> str:
    containers = deployment.spec.template.spec.containers
    return containers[0].name if containers else ""


def _sets(user: Person, cluster: Cluster, row: Deployment) -> list[ReplicaSet]:
    """The deployment's replica sets, newest revision first."""
    owned = visible(user, ReplicaSet.objects.filter(owner_uid=row.uid), cluster)
    return list(owned.order_by("-revision", "-created").defer("detail")[:REVISIONS])


def _revision(user: Person, cluster: Cluster, row: ReplicaSet, *, current: bool) -> Revision:
    place = (cluster, "replicasets", row.name, row.namespace)
    logs_url = logs_of_object(*place) if may(user, Role.LOGS, cluster, row.namespace) else ""
    opens = may(user, Role.SHELL, cluster, row.namespace)
    shell_url = shell_of_owner(cluster, "ReplicaSet", row.name, row.namespace) if opens else ""
    pods_url = related.pods_of_set(cluster, row.name, row.namespace)
    return Revision(row, pods_url, yaml_url(*place), logs_url, shell_url, current)


def _trouble(said: list[conditions.Condition], worst: Worst | None) -> conditions.Condition | None:
    """What a condition says is wrong; that pods are missing only where no pod says why."""
    wrong = [one for one in said if one.state == "failed" and not (worst and one.word.startswith("Available="))]
    return wrong[-1] if wrong else None


def _worst(cluster: Cluster, pods: list[Pod]) -> Worst | None:
    """The first of `pods`, which come worst first, if it is in trouble."""
    if not pods or pods[0].severity > Severity.WARNING:
        return None
    pod = pods[0]
    reason = reasons.of_pod(whole_pod(pod), pod)
    return Worst(pod, reason, object_url(cluster, "pods", pod.name, pod.namespace))
