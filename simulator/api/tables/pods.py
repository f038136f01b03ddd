"""Pods."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from simulator.api.tables.cells import NONE, age, condition, is_true, name, part, since, text
from simulator.api.tables.columns import Table, columns
from simulator.kinds import PODS, Object

_ENDED = {
    "Succeeded": ("Succeeded", "The pod has completed successfully."),
    "Failed": ("Failed", "The pod failed."),
}


@dataclass
class _Restarts:
    """Restarts, and when a container last ended before one."""

    count: int = 0
    last: str = ""

    def add(self, status: Object) -> None:
        self.count += status.get("restartCount", 0)
        self.last = max(self.last, text(status, "lastState", "terminated", "finishedAt"))


class _Reading:
    """One pod, read container by container."""

    def __init__(self, pod: Object) -> None:
        self.pod = pod
        self.word = text(pod, "status", "reason") or text(pod, "status", "phase")
        if condition(pod, "PodScheduled").get("reason") == "SchedulingGated":
            self.word = "SchedulingGated"
        self.ready = 0
        self.sidecars = {
            item.get("name") for item in _listed(pod, "spec", "initContainers") if item.get("restartPolicy") == "Always"
        }
        self.total = len(_listed(pod, "spec", "containers")) + len(self.sidecars)
        self.restarts = _Restarts()
        if not self._initializing() or is_true(pod, "Initialized"):
            self._running()
        self.word = self._leaving() or self.word

    def _initializing(self) -> bool:
        """Reads init containers until one that holds the others up."""
        for position, status in enumerate(_listed(self.pod, "status", "initContainerStatuses")):
            self.restarts.add(status)
            ended, waiting = part(status, "state", "terminated"), part(status, "state", "waiting")
            sidecar = status.get("name") in self.sidecars
            if ended and not ended.get("exitCode"):
                continue
            if sidecar and status.get("started"):
                self.ready += bool(status.get("ready"))
                continue
            if ended:
                self.word = f"Init:{_end(ended)}"
            elif waiting.get("reason") not in (None, "", "PodInitializing"):
                self.word = f"Init:{waiting['reason']}"
            else:
                self.word = f"Init:{position}/{len(_listed(self.pod, 'spec', 'initContainers'))}"
            return True
        return False

    def _running(self) -> None:
        """Reads the containers from the last to the first; restarts are now counted of these and of sidecars."""
        self.restarts = _Restarts()
        for status in _listed(self.pod, "status", "initContainerStatuses"):
            if status.get("name") in self.sidecars:
                self.restarts.add(status)
        has_running, failure = False, ""
        for status in reversed(_listed(self.pod, "status", "containerStatuses")):
            self.restarts.add(status)
            ended = part(status, "state", "terminated")
            if waiting := text(status, "state", "waiting", "reason"):
                self.word = waiting
            elif ended:
                self.word = _end(ended)
                failure = self.word if ended.get("exitCode") else failure
            elif status.get("ready") and "running" in part(status, "state"):
                has_running = True
                self.ready += 1
        if self.word == "Completed" and has_running:
            self.word = failure or ("Running" if is_true(self.pod, "Ready") else "NotReady")
        elif self.word == "Completed":
            self.word = failure or self.word

    def _leaving(self) -> str:
        if not text(self.pod, "metadata", "deletionTimestamp"):
            return ""
        if text(self.pod, "status", "reason") == "NodeLost":
            return "Unknown"
        return "" if text(self.pod, "status", "phase") in _ENDED else "Terminating"


def _listed(obj: Object, *path: str) -> list[Object]:
    found = part(obj, *path)
    return found if isinstance(found, list) else []


def _end(ended: Object) -> str:
    if ended.get("reason"):
        return str(ended["reason"])
    return f"Signal:{ended['signal']}" if ended.get("signal") else f"ExitCode:{ended.get('exitCode', 0)}"


def _cells(pod: Object, now: datetime) -> list[Any]:
    reading = _Reading(pod)
    restarts = str(reading.restarts.count)
    if reading.restarts.count and reading.restarts.last:
        restarts += f" ({since(reading.restarts.last, now)} ago)"
    addresses = [str(item.get("ip", "")) for item in _listed(pod, "status", "podIPs")]
    return [
        name(pod),
        f"{reading.ready}/{reading.total}",
        reading.word,
        restarts,
        age(pod, now),
        next(iter(addresses), "") or text(pod, "status", "podIP", absent=NONE),
        text(pod, "spec", "nodeName", absent=NONE),
        text(pod, "status", "nominatedNodeName", absent=NONE),
        _gates(pod, _listed(pod, "spec", "readinessGates")),
    ]


def _gates(pod: Object, gates: Iterable[Object]) -> str:
    met = [is_true(pod, gate.get("conditionType", "")) for gate in gates]
    return f"{sum(met)}/{len(met)}" if met else NONE


def _conditions(pod: Object) -> list[Object]:
    """Rows of pods that have ended say so."""
    ended = _ENDED.get(text(pod, "status", "phase"))
    return [{"type": "Completed", "status": "True", "reason": ended[0], "message": ended[1]}] if ended else []


TABLES = {
    PODS: Table(
        columns(
            *("Name", "Ready", "Status", "Restarts", "Age"),
            wide=("IP", "Node", "Nominated Node", "Readiness Gates"),
        ),
        _cells,
        _conditions,
    )
}
