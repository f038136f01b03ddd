"""The eviction subresource of pods: a deletion that disruption budgets can refuse.

Source: https://kubernetes.io/docs/concepts/scheduling-eviction/api-eviction/
"""

from aiohttp import web

from simulator.api.binding import CREATED
from simulator.api.bodies import read_object_of, write_options
from simulator.api.deleting import DeleteOptions, delete, delete_options
from simulator.api.responses import json_response
from simulator.api.routing import Call, Handlers
from simulator.api.validation.workloads import selects
from simulator.clock import timestamp
from simulator.cluster import SimulatedCluster
from simulator.errors import BadRequest, InternalError, TooManyRequests
from simulator.kinds import POD_DISRUPTION_BUDGETS, PODS, Kind, Object

EVICTION = Kind("policy", "v1", "evictions", "eviction", "Eviction")


async def create_eviction(cluster: SimulatedCluster, call: Call) -> web.StreamResponse:
    """POST of an eviction."""
    query = write_options(call, "CreateOptions")
    eviction = await read_object_of(call, EVICTION)
    pod = cluster.storage.get(PODS, call.info.name, call.namespace)
    if eviction.get("metadata", {}).get("name", "") not in ("", call.info.name):
        raise BadRequest("name in URL does not match name in Eviction object")
    options = delete_options(eviction.get("deleteOptions") or {})
    evict(cluster, pod, options, dry_run=query.dry_run or options.dry_run)
    return json_response(CREATED, 201)


def evict(cluster: SimulatedCluster, pod: Object, options: DeleteOptions, *, dry_run: bool = False) -> None:
    """Deletes the pod unless a budget forbids it. Raises TooManyRequests, and what deleting raises."""
    name, namespace = pod["metadata"]["name"], pod["metadata"]["namespace"]
    if _counts(pod):
        _use_budget(cluster, pod, dry_run=dry_run)
    if not dry_run:
        delete(cluster, PODS, name, namespace, options)


def _counts(pod: Object) -> bool:
    """Whether a budget cares: pods that do not run yet, or no more, break none."""
    phase = pod.get("status", {}).get("phase")
    return phase not in ("Pending", "Succeeded", "Failed") and not pod["metadata"].get("deletionTimestamp")


def _use_budget(cluster: SimulatedCluster, pod: Object, *, dry_run: bool) -> None:
    metadata = pod["metadata"]
    labels = metadata.get("labels") or {}
    budgets = [
        budget
        for budget in cluster.storage.list(POD_DISRUPTION_BUDGETS, metadata["namespace"])
        if selects(budget["spec"].get("selector") or {}, labels)
    ]
    if len(budgets) > 1:
        raise InternalError(
            "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.",
        )
    for budget in budgets:
        _check_budget(budget)
        if not dry_run:
            _take_one(cluster, budget, metadata["name"])


def _check_budget(budget: Object) -> None:
    status, name = budget.get("status", {}), budget["metadata"]["name"]
    if status.get("observedGeneration", 0) < budget["metadata"].get("generation", 1):
        why = f"The disruption budget {name} is still being processed by the server."
        raise _refusal(why, {"retryAfterSeconds": 10}, headers={"Retry-After": "10"})
    if status.get("disruptionsAllowed", 0) <= 0:
        healthy, desired = status.get("currentHealthy", 0), status.get("desiredHealthy", 0)
        why = f"The disruption budget {name} needs {desired} healthy pods and has {healthy} currently"
        raise _refusal(why, {})


def _refusal(why: str, more: Object, headers: dict[str, str] | None = None) -> TooManyRequests:
    cause = {"reason": "DisruptionBudget", "message": why}
    words = "Cannot evict pod as it would violate the pod's disruption budget."
    return TooManyRequests(words, details={"causes": [cause], **more}, headers=headers)


def _take_one(cluster: SimulatedCluster, budget: Object, pod: str) -> None:
    now = timestamp(cluster.clock.now())

    def change(current: Object) -> None:
        status = current["status"]
        status["disruptionsAllowed"] -= 1
        status["disruptedPods"] = {**(status.get("disruptedPods") or {}), pod: now}

    cluster.storage.update(
        POD_DISRUPTION_BUDGETS, budget["metadata"]["name"], budget["metadata"]["namespace"], change=change
    )


HANDLERS: Handlers = {("create", "pods/eviction"): create_eviction}
