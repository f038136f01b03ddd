"""Pods that are to end well, and how often.

Source: https://github.com/kubernetes/kubernetes/tree/master/pkg/controller/job
"""

from datetime import timedelta

from simulator.clock import moment_of, timestamp
from simulator.kinds import JOBS, PODS, Object
from simulator.life.conditions import condition, is_true, set_condition
from simulator.life.copies import copied
from simulator.life.deleting import delete
from simulator.life.engine import Controller, Key, Life
from simulator.life.events import About, Recorder
from simulator.life.owners import is_leaving
from simulator.life.pods import is_active, is_over, is_ready, pod_from
from simulator.life.replica_sets import enqueue_controller
from simulator.storage import Event

_BACK_OFF, _LONGEST_BACK_OFF = 10.0, 600.0


class Jobs(Controller):
    """The job controller."""

    def __init__(self, life: Life, recorder: Recorder) -> None:
        super().__init__(life)
        self._recorder = recorder
        life.follow(JOBS, self.enqueue_changed)
        life.follow(PODS, self._pod_changed)

    def reconcile(self, key: Key) -> None:
        """Make pods, or say that it is over."""
        job = self.storage.find(JOBS, key[1], key[0])
        if job is None or is_leaving(job):
            return
        if is_true(job, "Complete") or is_true(job, "Failed"):
            self._expire(job)
            return
        if not _is_labelled(job):
            job = self.storage.update(JOBS, key[1], key[0], change=_label)
        pods = self.life.index.owned(job["metadata"]["uid"], PODS)
        status = self._status(job, pods)
        if not self._finish(job, pods, status) and not job["spec"].get("suspend"):
            self._create(job, pods, status)
        self.life.set_status(JOBS, job, status)

    def _pod_changed(self, event: Event) -> None:
        enqueue_controller(self, "Job", event.object)

    def _status(self, job: Object, pods: list[Object]) -> Object:
        before = job.get("status", {})
        phases = [pod.get("status", {}).get("phase") for pod in pods]
        status: Object = {"ready": sum(is_active(pod) and is_ready(pod) for pod in pods)}
        status["terminating"] = sum(is_leaving(pod) and not is_over(pod) for pod in pods)
        status["uncountedTerminatedPods"] = {}
        if not job["spec"].get("suspend"):
            status["startTime"] = before.get("startTime") or timestamp(self.life.now())
        counts = {
            "active": sum(map(is_active, pods)),
            "succeeded": max(phases.count("Succeeded"), before.get("succeeded", 0)),
            "failed": max(phases.count("Failed"), before.get("failed", 0)),
        }
        status |= {name: count for name, count in counts.items() if count}
        if "conditions" in before:
            status["conditions"] = copied(before["conditions"])
        return status

    def _finish(self, job: Object, pods: list[Object], status: Object) -> bool:
        spec = job["spec"]
        wanted = spec.get("completions") or (1 if spec.get("completions") is None and spec.get("parallelism", 1) else 0)
        if status.get("succeeded", 0) >= wanted:
            self._end(job, status, "SuccessCriteriaMet", "Complete", "CompletionsReached", _ENOUGH)
            status["completionTime"] = timestamp(self.life.now())
            self._recorder.normal(self._about(job), "Completed", "Job completed")
            return True
        failures = status.get("failed", 0) + sum(map(_restarts, pods))
        if failures > spec.get("backoffLimit", 6):
            self._fail(job, pods, status, "BackoffLimitExceeded", "Job has reached the specified backoff limit")
            return True
        deadline = spec.get("activeDeadlineSeconds")
        if deadline and status.get("startTime"):
            left = (moment_of(status["startTime"]) + timedelta(seconds=deadline) - self.life.now()).total_seconds()
            if left <= 0:
                self._fail(job, pods, status, "DeadlineExceeded", "Job was active longer than specified deadline")
                return True
            self.enqueue(job, left)
        return False

    def _fail(self, job: Object, pods: list[Object], status: Object, reason: str, message: str) -> None:
        for pod in filter(is_active, pods):
            delete(self.life, PODS, pod)
        status.pop("active", None)
        self._end(job, status, "FailureTarget", "Failed", reason, message)
        self._recorder.warning(self._about(job), reason, message)

    def _end(self, job: Object, status: Object, first: str, last: str, reason: str, message: str) -> None:
        now = self.life.now()
        for kind in (first, last):
            set_condition(status, now, {**condition(kind, "True", reason, message), "lastProbeTime": timestamp(now)})
        if job["spec"].get("ttlSecondsAfterFinished") is not None:
            self.enqueue(job)

    def _create(self, job: Object, pods: list[Object], status: Object) -> None:
        spec, active = job["spec"], status.get("active", 0)
        missing = spec.get("parallelism", 1) - active
        if spec.get("completions") is not None:
            missing = min(missing, spec["completions"] - status.get("succeeded", 0) - active)
        wait = self._back_off(pods)
        if missing > 0 and wait > 0:
            self.enqueue(job, wait)
            return
        for _ in range(missing):
            pod = self.life.create(PODS, pod_from(spec.get("template") or {}, JOBS, job))
            self._recorder.normal(self._about(job), "SuccessfulCreate", f"Created pod: {pod['metadata']['name']}")
            status["active"] = status.get("active", 0) + 1

    def _back_off(self, pods: list[Object]) -> float:
        """Seconds to wait after failures: 10, then twice as long each time."""
        ends = [end for pod in pods if pod.get("status", {}).get("phase") == "Failed" for end in _ends(pod)]
        if not ends:
            return 0.0
        delay = min(_LONGEST_BACK_OFF, _BACK_OFF * 2.0 ** (len(ends) - 1))
        until = moment_of(max(ends)) + timedelta(seconds=delay)
        return (until - self.life.now()).total_seconds()

    def _expire(self, job: Object) -> None:
        """A finished job may be kept for some time only."""
        kept = job["spec"].get("ttlSecondsAfterFinished")
        if kept is None:
            return
        ended = max(each["lastTransitionTime"] for each in job["status"]["conditions"])
        left = (moment_of(ended) + timedelta(seconds=kept) - self.life.now()).total_seconds()
        if left > 0:
            self.enqueue(job, left)
        else:
            delete(self.life, JOBS, job)

    def _about(self, job: Object) -> About:
        return About(JOBS, job, "job-controller")


_ENOUGH = "Reached expected number of succeeded pods"


def _labels(job: Object) -> dict[str, str]:
    metadata = job["metadata"]
    return {
        f"{prefix}{name}": value
        for prefix in ("batch.kubernetes.io/", "")
        for name, value in (("controller-uid", metadata["uid"]), ("job-name", metadata["name"]))
    }


def _is_labelled(job: Object) -> bool:
    template = job["spec"].get("template") or {}
    return "job-name" in ((template.get("metadata") or {}).get("labels") or {})


def _label(job: Object) -> None:
    """Its pods carry its name and uid, and it selects them by that."""
    labels = _labels(job)
    template = job["spec"].setdefault("template", {})
    template.setdefault("metadata", {}).setdefault("labels", {}).update(labels)
    job["metadata"].setdefault("labels", {}).update(labels)
    uid = "batch.kubernetes.io/controller-uid"
    job["spec"].setdefault("selector", {"matchLabels": {uid: labels[uid]}})


def _restarts(pod: Object) -> int:
    """Restarts count as failures while the pod is still trying."""
    statuses = pod.get("status", {}).get("containerStatuses") or ()
    return sum(each.get("restartCount", 0) for each in statuses) if is_active(pod) else 0


def _ends(pod: Object) -> list[str]:
    statuses = pod.get("status", {}).get("containerStatuses") or ()
    ended = (each["state"].get("terminated") for each in statuses)
    return (
        [max(each["finishedAt"] for each in ended if each)]
        if any(each["state"].get("terminated") for each in statuses)
        else []
    )
