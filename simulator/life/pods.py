"""What controllers ask of pods: made from a template, ready, available, over."""

import hashlib
from collections.abc import Iterable
from datetime import datetime, timedelta

import msgspec

from simulator.clock import moment_of
from simulator.kinds import Kind, Object
from simulator.life.conditions import condition_of, is_true
from simulator.life.owners import controlled_by, is_leaving

TEMPLATE_HASH = "pod-template-hash"
_ALPHABET = "bcdfghjklmnpqrstvwxz2456789"


def pod_from(template: Object, kind: Kind, owner: Object, *, name: str = "") -> Object:
    """A pod as a controller makes it of its template; without a name it gets one that begins with its owner's."""
    given = template.get("metadata") or {}
    metadata: Object = {"namespace": owner["metadata"]["namespace"]}
    metadata |= {"name": name} if name else {"generateName": f"{owner['metadata']['name']}-"}
    metadata |= {key: dict(given[key]) for key in ("labels", "annotations") if given.get(key)}
    metadata["ownerReferences"] = controlled_by(kind, owner)
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": dict(template.get("spec") or {})}


def template_hash(template: Object, collisions: int = 0) -> str:
    """Ten letters that stand for a template, in the alphabet that Kubernetes uses."""
    digest = hashlib.sha256(msgspec.json.encode([template, collisions], order="sorted")).digest()
    number = int.from_bytes(digest[:4])
    return "".join(_ALPHABET[ord(digit) % len(_ALPHABET)] for digit in str(number))


def is_over(pod: Object) -> bool:
    """Whether it succeeded or failed for good."""
    return pod.get("status", {}).get("phase") in ("Succeeded", "Failed")


def is_active(pod: Object) -> bool:
    """Whether it counts as a replica."""
    return not is_over(pod) and not is_leaving(pod)


def is_ready(pod: Object) -> bool:
    """Whether it is ready to serve."""
    return is_true(pod, "Ready")


def available_in(pod: Object, min_ready_seconds: int, now: datetime) -> float | None:
    """Seconds until it has been ready for long enough; 0 when it has; None when it is not ready."""
    ready = condition_of(pod, "Ready")
    if ready is None or ready["status"] != "True":
        return None
    if not min_ready_seconds:
        return 0.0
    since = moment_of(ready["lastTransitionTime"]) + timedelta(seconds=min_ready_seconds)
    return max(0.0, (since - now).total_seconds())


def first_to_go(pods: Iterable[Object]) -> list[Object]:
    """In the order in which a scale-down deletes them: unassigned, pending, not ready, restarted, then young."""
    return sorted(sorted(pods, key=_age, reverse=True), key=_worth)


def _age(pod: Object) -> str:
    created: str = pod["metadata"]["creationTimestamp"]
    return created


def _worth(pod: Object) -> tuple[bool, int, bool, int, int]:
    status = pod.get("status", {})
    phase = ("Pending", "Unknown", "Running").index(status.get("phase", "Pending")) if not is_over(pod) else 0
    restarts = sum(each.get("restartCount", 0) for each in status.get("containerStatuses") or ())
    cost = int((pod["metadata"].get("annotations") or {}).get("controller.kubernetes.io/pod-deletion-cost", 0))
    return bool(pod.get("spec", {}).get("nodeName")), phase, is_ready(pod), cost, -restarts
