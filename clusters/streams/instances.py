"""A container as it is now: whether it has started, how it ended, and which of its instances that was."""

from dataclasses import dataclass

import msgspec

from clusters.kube import objects
from clusters.kube.client import Client
from clusters.kube.errors import NotKubernetes, printable
from clusters.kube.paths import object_path

_SAID_LIMIT = 200


@dataclass(frozen=True)
class Named:
    """A container of a pod; `sort` is empty, "init", "sidecar" (an init container that stays) or "ephemeral"."""

    name: str
    sort: str


@dataclass(frozen=True)
class Instance:
    """One run of a container; `started` says whether it ever ran, so that there is a log.

    `said` is why it waits or how it ended, in Kubernetes' words; `will_run` whether it runs or will be started (again);
    `being_deleted` whether its pod is.
    """

    pod_uid: str
    restarts: int
    running: bool
    started: bool
    exit_code: int | None
    said: str
    will_run: bool
    being_deleted: bool

    @property
    def key(self) -> str:
        """Another one for the next run, also when the pod was made anew under the same name."""
        return f"{self.pod_uid}/{self.restarts}"

    @property
    def key_before(self) -> str:
        """That of the run before."""
        return f"{self.pod_uid}/{max(0, self.restarts - 1)}"


async def look_at(client: Client, *, namespace: str, pod: str, container: str) -> Instance | None:
    """The newest instance of the container; None when the pod has no container of that name.

    Raises the KubeErrors of `Client.get`: NotFound when the pod is gone.
    """
    raw = await client.get(object_path("", "v1", "pods", namespace, pod))
    try:
        return newest(objects.decode(objects.Pod, raw), container)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        raise NotKubernetes("What the API server sent is not a pod.") from None


def containers(pod: objects.Pod) -> list[Named]:
    """All containers; those of the pod itself come first, as kubectl takes the first of them when none is named."""
    spec = pod.spec
    return [
        *(Named(each.name, "") for each in spec.containers),
        *(Named(each.name, "sidecar" if each.is_sidecar else "init") for each in spec.init_containers),
        *(Named(each.name, "ephemeral") for each in spec.ephemeral_containers),
    ]


def newest(pod: objects.Pod, container: str) -> Instance | None:
    """The newest instance of the container; None when there is no container of that name."""
    named = next((each for each in containers(pod) if each.name == container), None)
    if named is None:
        return None
    status = _status(pod, container)
    ended = status.state.terminated or status.last_state.terminated
    running = status.state.running is not None
    return Instance(
        pod_uid=pod.metadata.uid,
        restarts=status.restart_count,
        running=running,
        started=running or ended is not None,
        exit_code=ended.exit_code if ended and not running else None,
        said=_said(pod, status),
        will_run=running or _will_be_started(pod, named, ended),
        being_deleted=bool(pod.metadata.deletion_timestamp),
    )


def _status(pod: objects.Pod, container: str) -> objects.ContainerStatus:
    known = pod.status
    every = [*known.container_statuses, *known.init_container_statuses, *known.ephemeral_container_statuses]
    return next((each for each in every if each.name == container), objects.ContainerStatus(name=container))


def _said(pod: objects.Pod, status: objects.ContainerStatus) -> str:
    if waiting := status.state.waiting:
        return _joined(waiting.reason, waiting.message)
    if ended := status.state.terminated:
        return _joined(ended.reason, "")
    return _joined(pod.status.reason, pod.status.message) or f"The pod is {pod.status.phase or 'not yet known'}"


def _joined(reason: str, message: str) -> str:
    return printable(": ".join(filter(None, (reason, message))), _SAID_LIMIT)


def _will_be_started(pod: objects.Pod, named: Named, ended: objects.Terminated | None) -> bool:
    """https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#restart-policy"""
    if pod.status.phase in ("Succeeded", "Failed") or pod.metadata.deletion_timestamp:
        return False
    if ended is None:
        return True
    own = next((each.restart_policy for each in pod.spec.init_containers if each.name == named.name), "")
    if named.sort == "ephemeral" or (named.sort == "init" and ended.exit_code == 0):
        return False
    policy = own or pod.spec.restart_policy or "Always"
    return policy == "Always" or (policy == "OnFailure" and ended.exit_code != 0)
