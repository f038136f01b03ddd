"""Why something is not as it should be, as one sentence with its facts: from a pod, a deployment or a node."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from clusters.kube import objects
from clusters.kube.pod_status import states
from clusters.models import Deployment, Node, Pod, Severity
from dashboard.details import conditions, exits
from dashboard.tables.columns import CLASSES
from dashboard.words import age_words

WAITING = {
    "CrashLoopBackOff": "Waiting to be started again after it died",
    "ErrImagePull": "The image cannot be pulled",
    "ImagePullBackOff": "The image cannot be pulled",
    "ImageInspectError": "The image cannot be read",
    "ErrImageNeverPull": "The image is not on the node, and may not be pulled",
    "InvalidImageName": "The name of the image is not valid",
    "CreateContainerConfigError": "Its configuration names something that is not there",
    "CreateContainerError": "The container cannot be created",
    "RunContainerError": "The container cannot be started",
    "ContainerCreating": "Being created",
    "PodInitializing": "Waiting for the init containers",
}
EXPECTED = frozenset(["ContainerCreating", "PodInitializing", "CrashLoopBackOff"])
"""Reasons to wait that are no trouble in themselves; a crash loop is told by the death before it."""
RECENT = timedelta(hours=1)


@dataclass(frozen=True)
class Reason:
    """`word` is Kubernetes' own; `past` says that it is over: the container runs again."""

    sentence: str
    word: str = ""
    message: str = ""
    since: datetime | None = None
    container: str = ""
    exit_code: int | None = None
    started: datetime | None = None
    restarts: int = 0
    memory_limit: str = ""
    past: bool = False

    @property
    def ended(self) -> datetime | None:
        return self.since

    @property
    def exit_meaning(self) -> str:
        return exits.meaning(self.exit_code) if self.exit_code is not None else ""

    @property
    def lived(self) -> str:
        """How long the container ran; empty where Kubernetes does not know."""
        if self.started is None or self.since is None:
            return ""
        return age_words((self.since - self.started).total_seconds())


def state_class(severity: int) -> str:
    """The class of the glyph for a row's severity."""
    return CLASSES[Severity(severity)]


def all_of_pod(pod: objects.Pod, now: datetime) -> list[Reason]:
    """Everything that keeps the pod from running, the pod's own reasons first."""
    return [*_own(pod), *_containers(pod, now)]


def of_pod(pod: objects.Pod, row: Pod) -> Reason:
    """The first thing that keeps the pod from running; its status where Kubernetes gives no more."""
    now = timezone.now()
    current = next((reason for reason in all_of_pod(pod, now) if not reason.past), None)
    if current is not None:
        return _named(current)
    ready = pod.status.condition("Ready")
    since = ready.last_transition_time if ready else None
    return Reason(row.summary or row.status, since=since)


def of_deployment(deployment: objects.Deployment, row: Deployment) -> Reason:
    """What its conditions say is wrong."""
    said = conditions.sentences(deployment.status.conditions, conditions.DEPLOYMENT)
    wrong = [condition for condition in said if condition.state == "failed"]
    return _condition(wrong[-1]) if wrong else Reason(row.summary or row.status)


def of_node(node: objects.Node, row: Node) -> Reason:
    """What its conditions say is wrong; that the kubelet is silent goes before all else."""
    said = conditions.sentences(node.status.conditions, conditions.NODE)
    wrong = sorted((item for item in said if item.state != conditions.FINE), key=lambda item: "Ready" not in item.word)
    return _condition(wrong[0]) if wrong else Reason(row.summary or row.status)


def _condition(condition: conditions.Condition) -> Reason:
    sentence = f"{condition.sentence}: {condition.why}" if condition.why else condition.sentence
    return Reason(sentence, since=condition.since)


def _named(reason: Reason) -> Reason:
    """The same in one sentence that stands alone, with the container's name and what Kubernetes says."""
    sentence = reason.sentence
    if reason.container:
        sentence = f"Container {reason.container}: {sentence[0].lower()}{sentence[1:]}"
    if reason.restarts:
        sentence += f", {reason.restarts} restart{'' if reason.restarts == 1 else 's'}"
    if reason.message and reason.exit_code is None:
        sentence += f". {reason.message}"
    return Reason(sentence, word=reason.word, since=reason.since)


def _own(pod: objects.Pod) -> Iterator[Reason]:
    if pod.status.reason and pod.status.phase == "Failed":
        said = "Evicted from its node" if pod.status.reason == "Evicted" else "The pod has failed"
        yield Reason(said, word=pod.status.reason, message=pod.status.message)
    for condition in pod.status.conditions:
        if condition.type == "PodScheduled" and condition.status == "False":
            gated = condition.reason == "SchedulingGated"
            sentence = "Held back by its scheduling gates" if gated else "No node can take it"
            yield Reason(
                sentence,
                word=condition.reason,
                message=condition.message,
                since=condition.last_transition_time,
            )


def _containers(pod: objects.Pod, now: datetime) -> Iterator[Reason]:
    spec = pod.spec
    limits = {
        one.name: str(one.resources.limits.get("memory", "")) for one in (*spec.init_containers, *spec.containers)
    }
    for status in states(pod):
        waiting = status.state.waiting
        if waiting and waiting.reason not in EXPECTED:
            sentence = WAITING.get(waiting.reason, "The container cannot be started")
            yield Reason(sentence, word=waiting.reason, message=waiting.message, container=status.name)
        death = _death(status, now)
        if death is not None:
            yield _died(status, death, limits.get(status.name, ""))


def _death(status: objects.ContainerStatus, now: datetime) -> objects.Terminated | None:
    """How the container last died, if it is dead, waits to be started again, or died within the hour."""
    if status.state.terminated:
        return status.state.terminated if status.state.terminated.exit_code else None
    last = status.last_state.terminated
    if last is None or not (last.exit_code or status.state.waiting):
        return None
    if status.state.waiting or (last.finished_at and now - last.finished_at < RECENT):
        return last
    return None


def _died(status: objects.ContainerStatus, death: objects.Terminated, memory_limit: str) -> Reason:
    return Reason(
        how_it_died(death),
        word=death.reason,
        message=death.message,
        since=death.finished_at,
        container=status.name,
        exit_code=death.exit_code,
        started=death.started_at,
        restarts=status.restart_count,
        memory_limit=memory_limit if death.reason == "OOMKilled" else "",
        past=status.state.running is not None,
    )


def how_it_died(death: objects.Terminated) -> str:
    """The end of a container in words."""
    if death.reason == "OOMKilled":
        return "Killed for using too much memory"
    if death.reason == "ContainerStatusUnknown":
        return "Lost: the node did not see how it ended"
    if death.reason in ("ContainerCannotRun", "StartError"):
        return "Could not be started"
    if death.exit_code > exits.FIRST_SIGNAL and (name := exits.signal_name(death.exit_code)):
        return f"Ended by {name}"
    if death.exit_code:
        return f"Ended with exit code {death.exit_code}"
    return "Ended without an error"
