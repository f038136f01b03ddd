"""Taints of nodes and what pods tolerate.

Source: https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/
"""

from simulator.kinds import Object

UNREACHABLE = "node.kubernetes.io/unreachable"
NOT_READY = "node.kubernetes.io/not-ready"
UNSCHEDULABLE = "node.kubernetes.io/unschedulable"


def tolerates(toleration: Object, taint: Object) -> bool:
    """Whether the toleration covers the taint."""
    if toleration.get("effect") and toleration["effect"] != taint["effect"]:
        return False
    if toleration.get("key") and toleration["key"] != taint["key"]:
        return False
    if toleration.get("operator", "Equal") == "Exists":
        return True
    return bool(toleration.get("key")) and toleration.get("value", "") == taint.get("value", "")


def untolerated(pod: Object, taints: list[Object], effects: tuple[str, ...]) -> Object | None:
    """The first taint with one of the effects that the pod does not tolerate."""
    tolerations = pod.get("spec", {}).get("tolerations") or ()
    for taint in taints:
        if taint["effect"] in effects and not any(tolerates(each, taint) for each in tolerations):
            return taint
    return None


def seconds_tolerated(pod: Object, taints: list[Object]) -> float | None:
    """How long the pod may stay on a node with these taints; None for ever."""
    tolerations = pod.get("spec", {}).get("tolerations") or ()
    longest: list[float] = []
    for taint in taints:
        if taint["effect"] != "NoExecute":
            continue
        fitting = [each for each in tolerations if tolerates(each, taint)]
        if not fitting:
            return 0.0
        limits = [each["tolerationSeconds"] for each in fitting if each.get("tolerationSeconds") is not None]
        if limits:
            longest.append(float(max(0, min(limits))))
    return min(longest, default=None)
