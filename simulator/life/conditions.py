"""Conditions of a status.

Source: https://github.com/kubernetes/community/blob/master/contributors/devel/sig-architecture/api-conventions.md
"""

from datetime import datetime

from simulator.clock import timestamp
from simulator.kinds import Object


def condition_of(obj: Object, kind: str) -> Object | None:
    """The condition of that type."""
    conditions = obj.get("status", {}).get("conditions") or ()
    return next((condition for condition in conditions if condition["type"] == kind), None)


def is_true(obj: Object, kind: str) -> bool:
    """Whether the condition is known and True."""
    condition = condition_of(obj, kind)
    return condition is not None and condition["status"] == "True"


def set_condition(status: Object, now: datetime, new: Object) -> None:
    """Put a condition into a status; its transition time moves only when its status changes."""
    conditions = list(status.get("conditions") or ())
    for position, old in enumerate(conditions):
        if old["type"] == new["type"]:
            same = old["status"] == new["status"]
            since = old.get("lastTransitionTime") if same else None
            conditions[position] = {**new, "lastTransitionTime": since or timestamp(now)}
            break
    else:
        conditions.append({**new, "lastTransitionTime": timestamp(now)})
    status["conditions"] = conditions


def condition(kind: str, status: str, reason: str = "", message: str = "") -> Object:
    """A condition without its times."""
    made: Object = {"type": kind, "status": status}
    if reason:
        made["reason"] = reason
    if message:
        made["message"] = message
    return made
