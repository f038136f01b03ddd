"""Which run of a container a log is asked for, as the kubelet decides it.

Source: https://github.com/kubernetes/kubernetes/blob/master/pkg/kubelet/kubelet_pods.go (validateContainerLogStatus)
"""

from datetime import datetime

from simulator.clock import moment_of
from simulator.errors import BadRequest
from simulator.kinds import Object
from simulator.logs.images import habit_of
from simulator.logs.scripted import speech_of
from simulator.logs.timeline import Run
from simulator.pod_containers import spec_of, status_of

_IMAGE_TROUBLE = {
    "ErrImagePull": "image can't be pulled",
    "ImagePullBackOff": "trying and failing to pull image",
}
_KILLED = 128


def run_of(pod: Object, name: str, *, previous: bool) -> Run:
    """The run whose log is asked for. Raises BadRequest where there is none, in the kubelet's words."""
    status = status_of(pod, name)
    where = f'container "{name}" in pod "{pod["metadata"]["name"]}"'
    if status is None:
        raise BadRequest(f"{where} is not available")
    state, last = status.get("state") or {}, status.get("lastState") or {}
    if previous:
        if "terminated" not in last:
            raise BadRequest(f"previous terminated {where} not found")
        return _run(pod, name, last["terminated"])
    if "running" in state:
        return _run(pod, name, state["running"])
    if "terminated" in state:
        return _run(pod, name, state["terminated"])
    if "terminated" in last:
        return _run(pod, name, last["terminated"])
    if "waiting" in state:
        reason = state["waiting"].get("reason", "")
        raise BadRequest(f"{where} is waiting to start: {_IMAGE_TROUBLE.get(reason, reason)}")
    raise BadRequest(f"{where} is waiting to start - no logs yet")


def _run(pod: Object, name: str, state: Object) -> Run:
    meta = pod["metadata"]
    started = _moment(state.get("startedAt")) or moment_of(meta["creationTimestamp"])
    code = state.get("exitCode", 0)
    spec = spec_of(pod, name) or {}
    speech = speech_of([*(spec.get("command") or ()), *(spec.get("args") or ())])
    return Run(
        key=f"{meta['uid']} {name} {started.isoformat()}",
        pod=meta["name"],
        container=name,
        habit=habit_of(spec, speech),
        started=started,
        finished=_moment(state.get("finishedAt")),
        failed=0 < code < _KILLED and state.get("reason") != "OOMKilled" and speech is None,
        speech=speech,
    )


def _moment(text: str | None) -> datetime | None:
    return moment_of(text) if text else None
