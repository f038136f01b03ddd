"""How far a deployment's rollout is, from its replica sets and the states of their pods."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from clusters.kube import objects
from clusters.models import Deployment, ReplicaSet, Severity

SEGMENTS = 60
"""More pods than this share segments; the numbers below the bar stay exact."""

NEW = {
    Severity.RUNNING: ("ok", "completed", "ready"),
    Severity.COMPLETED: ("ok", "completed", "ended"),
    Severity.WARNING: ("warn", "warning", "not ready"),
    Severity.FAILED: ("fail", "failed", "failing"),
    Severity.PENDING: ("busy", "progressing", "starting"),
    Severity.UNKNOWN: ("busy", "unsure", "not known"),
}


@dataclass(frozen=True)
class Part:
    state: str
    text: str


@dataclass(frozen=True)
class Rollout:
    """`segments` are the classes of the bar's pieces, one for each pod that is wanted."""

    title: str
    images: list[str]
    segments: list[str]
    parts: list[Part]


PodCount = tuple[str, int, int]
"""uid of the replica set, severity, how many pods."""


def rollout(
    deployment: objects.Deployment, row: Deployment, sets: Sequence[ReplicaSet], pods: Iterable[PodCount]
) -> Rollout:
    """`sets` newest first; the first is the one being rolled out."""
    current = sets[0] if sets else None
    new, old = _by_age(current, pods)
    bar = [NEW[severity][0] for severity in NEW for _ in range(new[severity])]
    missing = max(0, row.desired - len(bar))
    rolls = bool(old) or row.updated < row.desired
    which = "new, " if rolls else ""
    parts = [Part(NEW[severity][1], f"{new[severity]} {which}{NEW[severity][2]}") for severity in NEW if new[severity]]
    return Rollout(
        title=_title(deployment, row, current, rolls=rolls),
        images=current.images.split(",") if current else [],
        segments=_shortened([*bar, *["left"] * missing]),
        parts=[*parts, *_old_parts(old, new), *([Part("unsure", f"{missing} not made yet")] if missing else [])],
    )


def _by_age(current: ReplicaSet | None, pods: Iterable[PodCount]) -> tuple[Counter[int], Counter[int]]:
    new: Counter[int] = Counter()
    old: Counter[int] = Counter()
    for owner, severity, count in pods:
        (new if current and owner == current.uid else old)[severity] += count
    return new, old


def _old_parts(old: Counter[int], new: Counter[int]) -> list[Part]:
    leaving = old[Severity.TERMINATING] + new[Severity.TERMINATING]
    serving = old[Severity.RUNNING]
    bad = sum(old.values()) - serving - old[Severity.TERMINATING]
    counted = (
        ("running", serving, "old, still serving"),
        ("warning", bad, "old, not ready"),
        ("terminating", leaving, "leaving"),
    )
    return [Part(state, f"{count} {words}") for state, count, words in counted if count]


def _title(deployment: objects.Deployment, row: Deployment, current: ReplicaSet | None, *, rolls: bool) -> str:
    if current is None:
        return "Not rolled out yet"
    if deployment.spec.paused:
        return f"Rollout of revision {current.revision} is paused"
    if row.desired == 0 and row.current == 0:
        return "Scaled to 0"
    if rolls:
        return f"Rolling out revision {current.revision}"
    if row.available < row.desired:
        return f"Revision {current.revision}: {row.available} of {row.desired} available"
    return f"Revision {current.revision} is rolled out"


def _shortened(bar: list[str]) -> list[str]:
    if len(bar) <= SEGMENTS:
        return bar
    return [bar[index * len(bar) // SEGMENTS] for index in range(SEGMENTS)]
