"""Kubernetes conditions as plain sentences.

Types: https://kubernetes.io/docs/reference/node/node-status/#condition,
https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-conditions,
https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#deployment-status
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


class Reported(Protocol):
    """What every kind's condition has."""

    type: str
    status: str
    reason: str
    message: str
    last_transition_time: datetime | None


@dataclass(frozen=True)
class Condition:
    """`state` is the class of the glyph, `word` Kubernetes' own, `why` its message where something is wrong."""

    state: str
    sentence: str
    word: str
    why: str
    since: datetime | None


Said = Mapping[tuple[str, str], tuple[str, str]]

POD: Said = {
    ("PodScheduled", "True"): ("completed", "Placed on a node"),
    ("PodScheduled", "False"): ("warning", "Not placed on a node"),
    ("PodReadyToStartContainers", "True"): ("completed", "Network and volumes ready"),
    ("PodReadyToStartContainers", "False"): ("pending", "Network and volumes not ready"),
    ("Initialized", "True"): ("completed", "Init containers done"),
    ("Initialized", "False"): ("pending", "Init containers not done"),
    ("ContainersReady", "True"): ("completed", "All containers ready"),
    ("ContainersReady", "False"): ("warning", "Containers not ready"),
    ("Ready", "True"): ("completed", "Ready for traffic"),
    ("Ready", "False"): ("warning", "Not ready for traffic"),
    ("DisruptionTarget", "True"): ("terminating", "About to be removed"),
}
NODE: Said = {
    ("Ready", "True"): ("completed", "Kubelet ready for pods"),
    ("Ready", "False"): ("failed", "Kubelet not ready"),
    ("Ready", "Unknown"): ("failed", "Kubelet stopped reporting"),
    ("MemoryPressure", "False"): ("completed", "Enough memory"),
    ("MemoryPressure", "True"): ("failed", "Short of memory"),
    ("DiskPressure", "False"): ("completed", "Enough disk"),
    ("DiskPressure", "True"): ("failed", "Short of disk"),
    ("PIDPressure", "False"): ("completed", "Enough process ids"),
    ("PIDPressure", "True"): ("failed", "Short of process ids"),
    ("NetworkUnavailable", "False"): ("completed", "Network set up"),
    ("NetworkUnavailable", "True"): ("failed", "Network not set up"),
}
DEPLOYMENT: Said = {
    ("Available", "True"): ("completed", "Enough pods available"),
    ("Available", "False"): ("failed", "Too few pods available"),
    ("Progressing", "True"): ("progressing", "Rollout moving"),
    ("Progressing", "Unknown"): ("unsure", "Rollout paused"),
    ("Progressing", "False"): ("failed", "Rollout stuck"),
    ("ReplicaFailure", "True"): ("failed", "Pods cannot be made"),
}
FINE = "completed"


def sentences(reported: Iterable[Reported], said: Said) -> list[Condition]:
    """One sentence for each condition: known types in the order of `said`, then those that controllers invent."""
    order = {kind: position for position, (kind, _) in enumerate(said)}
    ordered = sorted(reported, key=lambda condition: order.get(condition.type, len(order)))
    return [_sentence(condition, said) for condition in ordered]


def _sentence(condition: Reported, said: Said) -> Condition:
    state, sentence = said.get((condition.type, condition.status)) or _unlisted(condition)
    if condition.reason == "PodCompleted":
        state = FINE
    if condition.reason == "NewReplicaSetAvailable":
        state, sentence = FINE, "Rollout complete"
    why = "" if state == FINE else condition.message or condition.reason
    word = f"{condition.type}={condition.status}" + (f", {condition.reason}" if condition.reason else "")
    return Condition(state, sentence, word, why, condition.last_transition_time)


def _unlisted(condition: Reported) -> tuple[str, str]:
    """What is said of conditions that controllers and readiness gates invent: their own words."""
    if condition.status == "Unknown":
        return "unsure", f"{condition.type}: not known"
    return ("completed" if condition.status == "True" else "unsure"), f"{condition.type}: {condition.status}"
