"""What `kubectl get pods -o wide` prints of a pod, word for word.

The rules are those of printPod in Kubernetes v1.35, pkg/printers/internalversion/printers.go.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from clusters.kube.objects import ContainerStatus, Pod, Terminated

NODE_LOST = "NodeLost"
_ENDED_PHASES = ("Succeeded", "Failed")
_NONE: frozenset[str] = frozenset()


class PodStatus(NamedTuple):
    """The cells: `word` is the status, `last_restart` the time that kubectl prints after the restarts."""

    word: str
    ready: int
    total: int
    restarts: int
    last_restart: datetime | None


class _Restarts:
    """Restarts of some containers, and when the last one of them ended before."""

    __slots__ = ("count", "last")

    def __init__(self) -> None:
        self.count = 0
        self.last: datetime | None = None

    def add(self, status: ContainerStatus) -> None:
        self.count += status.restart_count
        ended = status.last_state.terminated
        if ended and ended.finished_at and (self.last is None or ended.finished_at > self.last):
            self.last = ended.finished_at


class _Reading:
    """One pod, read container by container."""

    __slots__ = ("of_sidecars", "pod", "ready", "restarts", "sidecars", "word")

    def __init__(self, pod: Pod) -> None:
        initial = pod.spec.init_containers
        self.pod = pod
        self.word = pod.status.reason or pod.status.phase
        self.ready = 0
        self.sidecars = frozenset([item.name for item in initial if item.is_sidecar]) if initial else _NONE
        self.restarts = _Restarts()
        self.of_sidecars = _Restarts()

    def init_containers(self) -> bool:
        """Reads the init containers in order; True when one of them still holds the others up."""
        for position, status in enumerate(self.pod.status.init_container_statuses):
            self.restarts.add(status)
            if status.name in self.sidecars:
                self.of_sidecars.add(status)
            if self._is_past(status):
                continue
            self.word = self._init_word(position, status)
            return True
        return False

    def _is_past(self, status: ContainerStatus) -> bool:
        """Whether the init container is done or, as a sidecar, has started."""
        if status.state.terminated and status.state.terminated.exit_code == 0:
            return True
        if status.name in self.sidecars and status.started:
            self.ready += status.ready
            return True
        return False

    def _init_word(self, position: int, status: ContainerStatus) -> str:
        if status.state.terminated:
            return f"Init:{_ended_word(status.state.terminated)}"
        waiting = status.state.waiting
        if waiting and waiting.reason not in ("", "PodInitializing"):
            return f"Init:{waiting.reason}"
        return f"Init:{position}/{len(self.pod.spec.init_containers)}"

    def containers(self) -> None:
        """Reads the containers from the last to the first: the first one that is not well gives the word."""
        self.restarts, has_running, failed_word = self.of_sidecars, False, ""
        for status in reversed(self.pod.status.container_statuses):
            self.restarts.add(status)
            state = status.state
            if state.waiting and state.waiting.reason:
                self.word = state.waiting.reason
            elif state.terminated:
                self.word = _ended_word(state.terminated)
                failed_word = self.word if state.terminated.exit_code else failed_word
            elif status.ready and state.running:
                has_running = True
                self.ready += 1
        if self.word == "Completed":
            self.word = self._not_only_completed(has_running, failed_word)

    def _not_only_completed(self, has_running: bool, failed_word: str) -> str:
        """One container is done; what of the pod as a whole?"""
        if has_running and _is_true(self.pod, "Ready"):
            return "Running"
        return failed_word or ("NotReady" if has_running else "Completed")


def pod_status(pod: Pod) -> PodStatus:
    """The pod's cells as kubectl prints them."""
    reading = _Reading(pod)
    if _is_gated(pod):
        reading.word = "SchedulingGated"
    initializing = reading.init_containers()
    if not initializing or _is_true(pod, "Initialized"):
        reading.containers()
    return PodStatus(
        word=_leaving_word(pod) or reading.word,
        ready=reading.ready,
        total=len(pod.spec.containers) + len(reading.sidecars),
        restarts=reading.restarts.count,
        last_restart=reading.restarts.last,
    )


def readiness_gates(pod: Pod) -> str:
    """How many of the pod's readiness gates are met, such as "1/2"; empty where kubectl prints <none>."""
    gates = [gate.condition_type for gate in pod.spec.readiness_gates]
    return f"{sum(_is_true(pod, gate) for gate in gates)}/{len(gates)}" if gates else ""


def states(pod: Pod) -> Iterator[ContainerStatus]:
    """The statuses of init and regular containers, in the order in which they start."""
    yield from pod.status.init_container_statuses
    yield from pod.status.container_statuses


def _leaving_word(pod: Pod) -> str:
    if pod.metadata.deletion_timestamp is None:
        return ""
    if pod.status.reason == NODE_LOST:
        return "Unknown"
    return "" if pod.status.phase in _ENDED_PHASES else "Terminating"


def _is_gated(pod: Pod) -> bool:
    scheduled = pod.status.condition("PodScheduled")
    return scheduled is not None and scheduled.reason == "SchedulingGated"


def _is_true(pod: Pod, kind: str) -> bool:
    condition = pod.status.condition(kind)
    return condition is not None and condition.status == "True"


def _ended_word(ended: Terminated) -> str:
    if ended.reason:
        return ended.reason
    return f"Signal:{ended.signal}" if ended.signal else f"ExitCode:{ended.exit_code}"
