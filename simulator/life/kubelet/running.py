"""What happens to containers that run: probes, ends, stops."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from simulator.clock import moment_of, timestamp
from simulator.kinds import Object
from simulator.life.behaviour import Course, behaviour_of, course_of
from simulator.life.kubelet.memory import BackOff

if TYPE_CHECKING:
    from simulator.life.kubelet.sync import PodSync

_LONGEST_BACK_OFF = 300.0
_FORGIVEN_AFTER = 600.0
"""A container that ran for so long starts again as if it had never crashed."""
_PROBE_TOLD_EVERY = 30.0
_IDLE_LOOK = 10.0
_KILLED, _OUT_OF_MEMORY = 137, "OOMKilled"


class Running:
    """For one look at a pod."""

    def __init__(self, sync: "PodSync") -> None:
        self._sync = sync

    def step(self, container: Object) -> bool:
        """Ends the container if its time has come; True then. Else its probes are looked at."""
        sync, status = self._sync, self._sync.statuses[container["name"]]
        course = self.course(container)
        started = moment_of(status["state"]["running"]["startedAt"])
        ends = self._end_of(container, course, started)
        if ends is not None:
            if sync.now >= ends:
                self._die(container, course, ends)
                return True
            sync.wake_at(ends)
        self._probe(container, course, (sync.now - started).total_seconds())
        return False

    def course(self, container: Object) -> Course:
        """How this run of the container goes."""
        sync = self._sync
        restarts = sync.statuses[container["name"]]["restartCount"]
        chance = sync.kubelets.life.cluster.chance(f"course {sync.uid} {container['name']} {restarts}")
        return course_of(behaviour_of(sync.pod, container), chance)

    def end(self, container: Object, moment: datetime, code: int, reason: str = "") -> None:
        """The container has ended."""
        status = self._sync.statuses[container["name"]]
        started = status["state"]["running"]["startedAt"]
        ended: Object = {"exitCode": code, "reason": reason or ("Error" if code else "Completed")}
        ended |= {"startedAt": started, "finishedAt": timestamp(moment), "containerID": status.get("containerID", "")}
        status |= {"state": {"terminated": ended}, "ready": False, "started": False}
        self._back_off(container["name"], started, moment)

    def stop(self, container: Object) -> bool:
        """Tells the container to stop, and ends it when it has had its time. True while it still runs."""
        sync, name = self._sync, container["name"]
        metadata = sync.pod["metadata"]
        course = self.course(container)
        if name not in sync.memory.stops:
            sync.kubelets.recorder.normal(sync.about(container), "Killing", f"Stopping container {name}")
            sync.memory.stops[name] = sync.now + timedelta(seconds=course.stop_after)
        deadline = moment_of(metadata["deletionTimestamp"])
        due = min(sync.memory.stops[name], max(deadline, sync.now - timedelta(seconds=1)))
        if sync.now < due:
            sync.wake_at(due)
            return True
        killed = sync.memory.stops[name] >= deadline
        self.end(container, sync.now, _KILLED if killed else course.behaviour.stop_code)
        return False

    def _end_of(self, container: Object, course: Course, started: datetime) -> datetime | None:
        """When it ends by itself, as things are now; of one that waits to be idle, look again before that."""
        if course.lifetime is not None:
            return started + timedelta(seconds=course.lifetime)
        behaviour = course.behaviour
        if behaviour.idle is None:
            return None
        sync, name = self._sync, container["name"]
        if sync.kubelets.life.cluster.shells.carries(sync.pod, name, behaviour.marks):
            sync.memory.used[name] = sync.now
        sync.wake_at(sync.now + timedelta(seconds=_IDLE_LOOK))
        return max(started, sync.memory.used.get(name, started)) + timedelta(seconds=behaviour.idle)

    def _die(self, container: Object, course: Course, moment: datetime) -> None:
        behaviour, events = course.behaviour, self._sync.kubelets.recorder
        if behaviour.ending == "liveness":
            about = self._sync.about(container)
            events.warning(about, "Unhealthy", "Liveness probe failed: HTTP probe failed with statuscode: 500")
            words = f"Container {container['name']} failed liveness probe, will be restarted"
            events.normal(about, "Killing", words)
        self.end(container, moment, behaviour.exit_code, _OUT_OF_MEMORY if behaviour.ending == "oom" else "")

    def _probe(self, container: Object, course: Course, seconds: float) -> None:
        """Whether it has started and is ready, as its probes find out."""
        sync, status = self._sync, self._sync.statuses[container["name"]]
        serves, changes_in = course.readiness(seconds - _initial_delay(container))
        if container.get("startupProbe") and not status.get("started"):
            status["started"] = serves
        else:
            status["started"] = True
        probed = bool(container.get("readinessProbe"))
        status["ready"] = status["started"] and (serves or not probed)
        waits_for_probe = probed or not status["started"]
        if waits_for_probe and changes_in is not None:
            sync.wake_at(sync.now + timedelta(seconds=changes_in))
        if waits_for_probe and not serves and seconds > _initial_delay(container):
            self._tell_unhealthy(
                container, seconds, started=bool(status["started"]), never=course.behaviour.never_ready
            )

    def _tell_unhealthy(self, container: Object, seconds: float, *, started: bool, never: bool) -> None:
        sync, name = self._sync, container["name"]
        told = sync.memory.unhealthy.get(name)
        again = timedelta(seconds=_PROBE_TOLD_EVERY)
        if told is None or sync.now - told >= again:
            sync.memory.unhealthy[name] = sync.now
            probe = "Readiness" if started else "Startup"
            why = self._why_unhealthy(container, starting=seconds < _PROBE_TOLD_EVERY and not never)
            sync.kubelets.recorder.warning(sync.about(container), "Unhealthy", f"{probe} probe failed: {why}")
        sync.wake_at(sync.memory.unhealthy[name] + again)

    def _why_unhealthy(self, container: Object, *, starting: bool) -> str:
        probe = container.get("readinessProbe") or container.get("startupProbe") or {}
        request = probe.get("httpGet")
        if request is None:
            return "command timed out" if "exec" in probe else "dial tcp: connect: connection refused"
        if not starting:
            return "HTTP probe failed with statuscode: 503"
        address = f"{self._sync.status.get('podIP', '')}:{_port(container, request.get('port', 80))}"
        return f'Get "http://{address}{request.get("path", "/")}": dial tcp {address}: connect: connection refused'

    def _back_off(self, name: str, started: str, ended: datetime) -> None:
        """How long it waits before it starts again: at once, then 10 s and twice as long each time."""
        back_offs = self._sync.memory.back_offs
        ran = (ended - moment_of(started)).total_seconds()
        before = back_offs.get(name)
        if ran >= _FORGIVEN_AFTER:
            delay = 0.0
        elif before is None:
            delay = delay_after(self._sync.statuses[name]["restartCount"])
        else:
            delay = min(_LONGEST_BACK_OFF, before.delay * 2 or 10.0)
        back_offs[name] = BackOff(delay, ended + timedelta(seconds=max(delay, 1.0)))


def delay_after(restarts: int) -> float:
    """The back-off of a container that has crashed so many times before in a row."""
    return min(_LONGEST_BACK_OFF, 10.0 * 2.0 ** (min(restarts, 9) - 1)) if restarts else 0.0


def _initial_delay(container: Object) -> float:
    probe = container.get("readinessProbe") or container.get("startupProbe") or {}
    return float(probe.get("initialDelaySeconds", 0))


def _port(container: Object, port: int | str) -> int | str:
    named = {each.get("name"): each["containerPort"] for each in container.get("ports") or ()}
    return named.get(port, port) if isinstance(port, str) else port
