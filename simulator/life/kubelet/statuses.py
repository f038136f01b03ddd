"""The status of a pod, put together from those of its containers.

Source: https://github.com/kubernetes/kubernetes/blob/master/pkg/kubelet/status/generate.go
"""

import hashlib
from collections.abc import Iterable
from datetime import datetime

from simulator.kinds import Object
from simulator.life.conditions import condition, is_true, set_condition


def waiting(container: Object, reason: str) -> Object:
    """The status of a container that has not been started."""
    status: Object = {"name": container["name"], "image": container.get("image", ""), "imageID": "", "ready": False}
    status |= {"restartCount": 0, "started": False, "lastState": {}, "state": {"waiting": {"reason": reason}}}
    return status


def container_id(uid: str, name: str, restart: int) -> str:
    """As containerd gives them: the same for the same run."""
    return f"containerd://{hashlib.sha256(f'{uid} {name} {restart}'.encode()).hexdigest()}"


def image_id(image: str) -> str:
    """The digest of an image."""
    repository, _, tag = image.partition("@")[0].rpartition(":")
    name = repository if repository and "/" not in tag else image
    return f"{name}@sha256:{hashlib.sha256(image.encode()).hexdigest()}"


def is_sidecar(container: Object) -> bool:
    """Whether it is an init container that keeps running."""
    return container.get("restartPolicy") == "Always"


def phase(spec: Object, statuses: dict[str, Object]) -> str:
    """Pending, Running, Succeeded or Failed."""
    init = [container for container in spec.get("initContainers") or () if not is_sidecar(container)]
    policy = spec.get("restartPolicy", "Always")
    for container in init:
        ended = statuses[container["name"]]["state"].get("terminated")
        if ended is None or ended["exitCode"]:
            return "Failed" if ended and policy == "Never" else "Pending"
    states = [statuses[container["name"]] for container in spec.get("containers") or ()]
    ended_all = [status["state"].get("terminated") for status in states]
    if any(_was_never_started(status) for status in states):
        return "Pending"
    if all(ended_all) and policy != "Always":
        failed = any(ended and ended["exitCode"] for ended in ended_all)
        if not failed:
            return "Succeeded"
        return "Failed" if policy == "Never" else "Running"
    return "Running"


def set_conditions(spec: Object, status: Object, statuses: dict[str, Object], now: datetime, generation: int) -> None:
    """The conditions that a kubelet writes."""
    over = status["phase"] == "Succeeded"
    unready = [name for name in _serving(spec) if not statuses[name]["ready"]]
    incomplete = [name for name in _initial(spec) if not _is_initialized(statuses[name])]
    for made in (
        condition("PodReadyToStartContainers", "True" if status.get("podIP") and not over else "False"),
        _initialized(incomplete, over=over),
        _ready("Ready", unready, _unmet_gates(spec, status), over=over, failed=status["phase"] == "Failed"),
        _ready("ContainersReady", unready, [], over=over, failed=status["phase"] == "Failed"),
        condition("PodScheduled", "True"),
    ):
        set_condition(status, now, {"lastProbeTime": None, "observedGeneration": generation, **made})


def _serving(spec: Object) -> Iterable[str]:
    """Containers whose readiness counts."""
    yield from (each["name"] for each in spec.get("initContainers") or () if is_sidecar(each))
    yield from (each["name"] for each in spec.get("containers") or ())


def _initial(spec: Object) -> Iterable[str]:
    return (each["name"] for each in spec.get("initContainers") or ())


def _is_initialized(status: Object) -> bool:
    ended = status["state"].get("terminated")
    return bool(status.get("started")) or (ended is not None and ended["exitCode"] == 0)


def _initialized(incomplete: list[str], *, over: bool) -> Object:
    if over:
        return condition("Initialized", "True", "PodCompleted")
    if incomplete:
        words = f"containers with incomplete status: [{' '.join(incomplete)}]"
        return condition("Initialized", "False", "ContainersNotInitialized", words)
    return condition("Initialized", "True")


def _ready(kind: str, unready: list[str], gates: list[str], *, over: bool, failed: bool) -> Object:
    if over:
        return condition(kind, "False", "PodCompleted")
    if failed:
        return condition(kind, "False", "PodFailed")
    if unready:
        words = f"containers with unready status: [{' '.join(unready)}]"
        return condition(kind, "False", "ContainersNotReady", words)
    if gates:
        words = f'corresponding condition of pod readiness gate "{gates[0]}" does not exist.'
        return condition(kind, "False", "ReadinessGatesNotReady", words)
    return condition(kind, "True")


def _unmet_gates(spec: Object, status: Object) -> list[str]:
    gates = [gate["conditionType"] for gate in spec.get("readinessGates") or ()]
    return [gate for gate in gates if not is_true({"status": status}, gate)]


def _was_never_started(status: Object) -> bool:
    state = status["state"]
    return "running" not in state and "terminated" not in state and not status.get("lastState")
