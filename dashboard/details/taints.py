"""Taints in words. https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/"""

from dataclasses import dataclass

from clusters.kube import objects

EFFECTS = {
    "NoSchedule": "Pods that do not tolerate it are not placed here",
    "PreferNoSchedule": "Pods that do not tolerate it are placed elsewhere if they can be",
    "NoExecute": "Pods that do not tolerate it are removed from here",
}


@dataclass(frozen=True)
class TaintView:
    text: str
    meaning: str


def views(node: objects.Node) -> list[TaintView]:
    """Each taint as kubectl writes it, and what it does."""
    return [TaintView(_text(taint), EFFECTS.get(taint.effect, "")) for taint in node.spec.taints]


def _text(taint: objects.Taint) -> str:
    return f"{taint.key}={taint.value}:{taint.effect}" if taint.value else f"{taint.key}:{taint.effect}"
