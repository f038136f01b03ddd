"""What a deployment tells of itself: counts, and whether it is available and progressing."""

from datetime import datetime, timedelta

from simulator.clock import moment_of, timestamp
from simulator.kinds import Object
from simulator.life.conditions import condition, condition_of, set_condition
from simulator.life.deployments.rolling import bounds

_NEVER = 2**31 - 1


def counts(deployment: Object, new: Object | None, replica_sets: list[Object]) -> Object:
    """The status without conditions."""

    def total(field: str) -> int:
        return sum(each.get("status", {}).get(field, 0) for each in replica_sets)

    asked = sum(each["spec"].get("replicas", 1) for each in replica_sets)
    found = {
        "replicas": total("replicas"),
        "updatedReplicas": (new or {}).get("status", {}).get("replicas", 0),
        "readyReplicas": total("readyReplicas"),
        "availableReplicas": total("availableReplicas"),
        "unavailableReplicas": max(0, asked - total("availableReplicas")),
    }
    status: Object = {"observedGeneration": deployment["metadata"].get("generation", 1)}
    return status | {name: count for name, count in found.items() if count}


def add_available(deployment: Object, status: Object, now: datetime) -> None:
    """The condition Available."""
    if status.get("availableReplicas", 0) >= bounds(deployment).fewest:
        new = condition("Available", "True", "MinimumReplicasAvailable", "Deployment has minimum availability.")
    else:
        words = "Deployment does not have minimum availability."
        new = condition("Available", "False", "MinimumReplicasUnavailable", words)
    _set(status, now, new)


def add_progressing(deployment: Object, new: Object | None, status: Object, now: datetime) -> float | None:
    """The condition Progressing. Returns the seconds after which it may turn out to be stuck."""
    limit = deployment["spec"].get("progressDeadlineSeconds", 600)
    if limit == _NEVER or new is None:
        return None
    current = condition_of({"status": status}, "Progressing")
    subject = f'ReplicaSet "{new["metadata"]["name"]}"'
    if _is_complete(deployment, status):
        done = condition("Progressing", "True", "NewReplicaSetAvailable", f"{subject} has successfully progressed.")
        _set(status, now, done)
    elif current is None or _has_progressed(deployment.get("status", {}), status):
        _set(
            status, now, condition("Progressing", "True", "ReplicaSetUpdated", f"{subject} is progressing."), fresh=True
        )
        return float(limit)
    elif current["reason"] not in ("NewReplicaSetAvailable", "ProgressDeadlineExceeded", "DeploymentPaused"):
        left = (moment_of(current["lastUpdateTime"]) + timedelta(seconds=limit) - now).total_seconds()
        if left > 0:
            return left
        words = f"{subject} has timed out progressing."
        _set(status, now, condition("Progressing", "False", "ProgressDeadlineExceeded", words))
    return None


def progressing(status: Object, now: datetime, reason: str, message: str, *, value: str = "True") -> None:
    """Say why it progresses, or does not."""
    _set(status, now, condition("Progressing", value, reason, message))


def _is_complete(deployment: Object, status: Object) -> bool:
    replicas = deployment["spec"].get("replicas", 1)
    return all(status.get(field, 0) == replicas for field in ("updatedReplicas", "replicas", "availableReplicas"))


def _has_progressed(before: Object, after: Object) -> bool:
    def old(status: Object) -> int:
        count: int = status.get("replicas", 0) - status.get("updatedReplicas", 0)
        return count

    grown = any(
        after.get(field, 0) > before.get(field, 0)
        for field in ("updatedReplicas", "readyReplicas", "availableReplicas")
    )
    return grown or old(after) < old(before)


def _set(status: Object, now: datetime, new: Object, *, fresh: bool = False) -> None:
    """Set a condition with the time of its last update; the same one again is only updated when it is `fresh`."""
    current = condition_of({"status": status}, new["type"])
    same = current is not None and (current["status"], current["reason"]) == (new["status"], new["reason"])
    if same and not fresh:
        return
    set_condition(status, now, {**new, "lastUpdateTime": timestamp(now)})
