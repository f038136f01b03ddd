"""Pods in every state that kubectl has a word for: what is asked for, and what the kubelet would report."""

from dataclasses import dataclass, field
from typing import Any

from tests.manifests import Manifest, ago, condition

CONTAINER = {"name": "one", "image": "example.invalid/one:1"}
READY = condition("Ready", "True")
INITIALIZED = condition("Initialized", "True")


@dataclass(frozen=True)
class State:
    """A pod named for its state. `leaving` ones are deleted and held by a finalizer."""

    name: str
    status: Manifest = field(default_factory=dict)
    spec: Manifest = field(default_factory=dict)
    leaving: bool = False


def containers(*names: str, **more: Any) -> list[Manifest]:
    return [{**CONTAINER, "name": name, **more} for name in names]


def sidecars(*names: str, **more: Any) -> list[Manifest]:
    return containers(*names, restartPolicy="Always", **more)


def says(name: str, state: Manifest | None = None, **more: Any) -> Manifest:
    """What the kubelet says of one container."""
    return {
        "name": name,
        "image": "example.invalid/one:1",
        "imageID": "",
        "ready": False,
        "restartCount": 0,
        "state": state or {},
        **more,
    }


def waits(name: str, reason: str = "", **more: Any) -> Manifest:
    return says(name, {"waiting": {"reason": reason}}, **more)


def runs(name: str, *, ready: bool = True, **more: Any) -> Manifest:
    return says(name, {"running": {"startedAt": ago(hours=1)}}, ready=ready, started=True, **more)


def ended(name: str, code: int, reason: str = "", signal: int = 0, **more: Any) -> Manifest:
    return says(name, _end(code, reason, signal), **more)


def restarted(count: int, **since: float) -> Manifest:
    """Fields of a container that was restarted, the last time so long ago."""
    return {"restartCount": count, "lastState": _end(1, "Error", 0, **since)}


def _end(code: int, reason: str, signal: int, **since: float) -> Manifest:
    finished = ago(**(since or {"minutes": 20}))
    told: Manifest = {"exitCode": code, "startedAt": ago(hours=9), "finishedAt": finished}
    return {"terminated": told | ({"reason": reason} if reason else {}) | ({"signal": signal} if signal else {})}


def _of(*statuses: Manifest, phase: str = "Running", **more: Any) -> Manifest:
    return {"phase": phase, "containerStatuses": list(statuses), **more}


def _starting(*statuses: Manifest, **more: Any) -> Manifest:
    """The status of a pod whose init containers are not done."""
    later = [waits("one", "PodInitializing")]
    return {"phase": "Pending", "initContainerStatuses": list(statuses), "containerStatuses": later, **more}


TWO, TWO_INIT, THREE_INIT = (
    {"containers": containers("one", "two")},
    {"initContainers": containers("first", "second")},
    {"initContainers": containers("first", "second", "third")},
)
SIDECAR = {"initContainers": sidecars("helper")}
SIDECAR_THEN_INIT = {"initContainers": [*sidecars("helper"), *containers("second")]}
INIT_THEN_SIDECAR = {"initContainers": [*containers("first"), *sidecars("helper")]}
GATES = {"readinessGates": [{"conditionType": "example.com/a"}, {"conditionType": "example.com/b"}]}

PLAIN = [
    State("no-status-yet"),
    State("pending-on-a-nominated-node", {"phase": "Pending", "nominatedNodeName": "node-of-hope"}),
    State("bound-to-a-node", spec={"nodeName": "node-of-nowhere"}),
    State("unschedulable", {"conditions": [condition("PodScheduled", "False", reason="Unschedulable")]}),
    State("gated", spec={"schedulingGates": [{"name": "example.com/wait"}]}),
    State("container-creating", _of(waits("one", "ContainerCreating"), phase="Pending")),
    State("waiting-without-a-reason", _of(waits("one"), phase="Pending")),
    State("config-error", _of(waits("one", "CreateContainerConfigError"), phase="Pending")),
    State("container-error", _of(waits("one", "CreateContainerError"), phase="Pending")),
    State("invalid-image-name", _of(waits("one", "InvalidImageName"), phase="Pending")),
    State("err-image-pull", _of(waits("one", "ErrImagePull"), phase="Pending")),
    State("image-pull-back-off", _of(waits("one", "ImagePullBackOff"), phase="Pending")),
    State("crash-loop", _of(waits("one", "CrashLoopBackOff", **restarted(14, minutes=3)))),
    State("running", _of(runs("one"), conditions=[READY], podIPs=[{"ip": "192.0.2.9"}], podIP="192.0.2.9")),
    State("running-not-ready", _of(runs("one", ready=False))),
    State("ready-but-no-state", _of(says("one", ready=True))),
    State("running-with-two-addresses", _of(runs("one"), podIPs=[{"ip": "192.0.2.8"}, {"ip": "2001:db8::8"}])),
    State("restarted-once-seconds-ago", _of(runs("one", **restarted(1, seconds=45)))),
    State("restarted-hours-ago", _of(runs("one", **restarted(3, hours=5, minutes=30)))),
    State("restarted-long-ago", _of(runs("one", **restarted(3, days=900)))),
    State("restarts-with-no-last-one", _of(runs("one", restartCount=2))),
    State("last-one-without-restarts", _of(runs("one", **restarted(0, hours=5)))),
    State("completed", _of(ended("one", 0, "Completed"), phase="Succeeded")),
    State("error", _of(ended("one", 1, "Error"), phase="Failed")),
    State("exit-code", _of(ended("one", 3), phase="Failed")),
    State("exit-code-zero", _of(ended("one", 0), phase="Succeeded")),
    State("signal", _of(ended("one", 137, signal=9), phase="Failed")),
    State("out-of-memory", _of(ended("one", 137, "OOMKilled"))),
    State("succeeded", {"phase": "Succeeded"}),
    State("failed", {"phase": "Failed"}),
    State("evicted", {"phase": "Failed", "reason": "Evicted", "message": "The node was low on memory."}),
    State("evicted-with-statuses", _of(ended("one", 137, "Error"), phase="Failed", reason="Evicted")),
    State("unknown-phase", {"phase": "Unknown"}),
    State("node-lost", {"phase": "Running", "reason": "NodeLost"}),
    State("a-reason-nobody-knows", {"phase": "Pending", "reason": "SomethingNew"}),
]
SEVERAL = [
    State("both-run", _of(runs("one"), runs("two"), conditions=[READY]), TWO),
    State("one-of-two-ready", _of(runs("one"), runs("two", ready=False)), TWO),
    State("one-status-missing", _of(runs("one")), TWO),
    State("first-fails-second-waits", _of(ended("one", 1, "Error"), waits("two", "ImagePullBackOff")), TWO),
    State("first-waits-second-fails", _of(waits("one", "ImagePullBackOff"), ended("two", 1, "Error")), TWO),
    State("runs-after-a-crash-loop", _of(runs("one"), waits("two", "CrashLoopBackOff", **restarted(7))), TWO),
    State("completed-and-ready", _of(ended("one", 0, "Completed"), runs("two"), conditions=[READY]), TWO),
    State("completed-and-not-ready", _of(ended("one", 0, "Completed"), runs("two")), TWO),
    State("completed-and-failed", _of(ended("one", 0, "Completed"), ended("two", 2, "Error"), phase="Failed"), TWO),
    State("failed-and-completed", _of(ended("one", 2, "Error"), ended("two", 0, "Completed"), phase="Failed"), TWO),
    State("both-restarted", _of(runs("one", **restarted(2, hours=30)), runs("two", **restarted(3, hours=4))), TWO),
    State("gates-half-met", _of(runs("one"), conditions=[condition("example.com/a", "True")]), GATES),
    State("gates-not-met", _of(runs("one"), conditions=[condition("example.com/b", "False")]), GATES),
    State("gates-not-told", {}, GATES),
]
INITIALIZING = [
    State("init-not-told", {"phase": "Pending"}, TWO_INIT),
    State("init-none-done", _starting(runs("first"), waits("second", "PodInitializing")), TWO_INIT),
    State("init-one-of-three", _starting(ended("first", 0, "Completed"), runs("second"), waits("third")), THREE_INIT),
    State("init-image-back-off", _starting(waits("first", "ImagePullBackOff"), waits("second")), TWO_INIT),
    State("init-crash-loop", _starting(waits("first", "CrashLoopBackOff", **restarted(4, minutes=7))), TWO_INIT),
    State("init-error", _starting(ended("first", 1, "Error", **restarted(2, days=3))), TWO_INIT),
    State("init-exit-code", _starting(ended("first", 2)), TWO_INIT),
    State("init-signal", _starting(ended("first", 137, signal=9)), TWO_INIT),
    State("init-done", _starting(ended("first", 0, "Completed"), ended("second", 0, "Completed")), TWO_INIT),
    State(
        "init-restarts-forgotten", _of(runs("one"), initContainerStatuses=[ended("first", 0, **restarted(5))]), TWO_INIT
    ),
    State("init-again", _of(runs("one"), initContainerStatuses=[runs("first")], conditions=[INITIALIZED]), TWO_INIT),
    State("sidecar-not-started", _starting(says("helper", {"running": {}}, started=False)), SIDECAR),
    State("sidecar-not-ready", _of(runs("one"), initContainerStatuses=[runs("helper", ready=False)]), SIDECAR),
    State("sidecar-ready", _of(runs("one"), initContainerStatuses=[runs("helper")], conditions=[READY]), SIDECAR),
    State("sidecar-crashes", _starting(waits("helper", "CrashLoopBackOff", **restarted(3, hours=1))), SIDECAR),
    State("sidecar-ended", _of(runs("one"), initContainerStatuses=[ended("helper", 0, "Completed")]), SIDECAR),
    State(
        "sidecar-fails-later",
        _of(runs("one"), initContainerStatuses=[ended("helper", 1, "Error")], conditions=[INITIALIZED]),
        SIDECAR,
    ),
    State(
        "sidecar-and-container-restarted",
        _of(runs("one", **restarted(1, hours=9)), initContainerStatuses=[runs("helper", **restarted(2, hours=6))]),
        SIDECAR,
    ),
    State("sidecar-then-init", _starting(runs("helper"), waits("second", "PodInitializing")), SIDECAR_THEN_INIT),
    State("init-then-sidecar", _starting(ended("first", 0), waits("helper", "ErrImagePull")), INIT_THEN_SIDECAR),
    State(
        "completed-beside-a-sidecar", _of(ended("one", 0, "Completed"), initContainerStatuses=[runs("helper")]), SIDECAR
    ),
]
LEAVING = [
    State("terminating", _of(runs("one")), leaving=True),
    State("terminating-crash-loop", _of(waits("one", "CrashLoopBackOff", **restarted(9))), leaving=True),
    State("terminating-succeeded", _of(ended("one", 0, "Completed"), phase="Succeeded"), leaving=True),
    State("terminating-failed", _of(ended("one", 1, "Error"), phase="Failed"), leaving=True),
    State("terminating-node-lost", {"phase": "Running", "reason": "NodeLost"}, leaving=True),
    State("terminating-evicted", {"phase": "Failed", "reason": "Evicted"}, leaving=True),
]
STATES = [*PLAIN, *SEVERAL, *INITIALIZING, *LEAVING]
