"""A pod's containers, row by row: init, regular and ephemeral."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from clusters.kube import objects
from dashboard.details import exits, reasons
from dashboard.details.probes import ProbeView, probes


@dataclass(frozen=True)
class State:
    """`state` is the class of the glyph, `word` what kubectl describe prints, `sentence` ours."""

    state: str
    sentence: str
    word: str
    message: str = ""
    since: datetime | None = None


@dataclass(frozen=True)
class Variable:
    """An environment variable: its name and where its value comes from, never the value."""

    name: str
    source: str


@dataclass(frozen=True)
class Mount:
    path: str
    volume: str


@dataclass(frozen=True)
class ContainerView:
    name: str
    role: str
    image: str
    image_id: str
    command: str
    state: State
    last: State | None
    restarts: int
    cpu: str
    memory: str
    ports: list[str]
    env: list[Variable]
    mounts: list[Mount]
    probes: list[ProbeView]


@dataclass(frozen=True)
class Part:
    """Some of a pod's containers, numbered `first` to `last` of `total`; the parts beside it, None at an end."""

    views: list[ContainerView]
    first: int
    last: int
    total: int
    previous: int | None
    next: int | None

    @property
    def names(self) -> frozenset[str]:
        return frozenset(view.name for view in self.views)


SHOWN = 50
"""Containers on a page. Kubernetes sets no limit to those of a pod, and thousands take a browser seconds."""

NOT_REPORTED = State("unsure", "No state reported yet", "Waiting")


def part(pod: objects.Pod, number: int) -> Part:
    """The part of that number, counted from 1; beyond the last it is the last.

    Regular containers come first, since they are what the pod is for; then init, then ephemeral ones.
    """
    listed = _listed(pod)
    last_part = max(1, -(-len(listed) // SHOWN))
    number = min(number, last_part)
    start = (number - 1) * SHOWN
    views = [_view(*one) for one in listed[start : start + SHOWN]]
    return Part(
        views,
        first=start + 1,
        last=start + len(views),
        total=len(listed),
        previous=number - 1 if number > 1 else None,
        next=number + 1 if number < last_part else None,
    )


def _listed(pod: objects.Pod) -> list[tuple[str, objects.Container, objects.ContainerStatus | None]]:
    """Every container with its role and what is reported of it."""
    spec, status = pod.spec, pod.status
    return [
        *_with_status("", spec.containers, status.container_statuses),
        *_with_status("init", spec.init_containers, status.init_container_statuses),
        *_with_status("ephemeral", spec.ephemeral_containers, status.ephemeral_container_statuses),
    ]


def _with_status(
    role: str, containers: Sequence[objects.Container], statuses: Sequence[objects.ContainerStatus]
) -> Iterator[tuple[str, objects.Container, objects.ContainerStatus | None]]:
    by_name = {status.name: status for status in statuses}
    for container in containers:
        yield role, container, by_name.get(container.name)


def _view(role: str, container: objects.Container, status: objects.ContainerStatus | None) -> ContainerView:
    # An init container that is always restarted is a sidecar.
    sidecar = role == "init" and container.restart_policy == "Always"
    return ContainerView(
        name=container.name,
        role="sidecar" if sidecar else role,
        image=container.image,
        image_id=status.image_id if status else "",
        command=" ".join([*container.command, *container.args]),
        state=_state(status, ready_matters=role == "" or sidecar) if status else NOT_REPORTED,
        last=_terminated(status.last_state.terminated) if status and status.last_state.terminated else None,
        restarts=status.restart_count if status else 0,
        cpu=_amounts(container.resources, "cpu"),
        memory=_amounts(container.resources, "memory"),
        ports=[_port(port) for port in container.ports],
        env=list(_variables(container)),
        mounts=[Mount(mount.mount_path, _volume(mount)) for mount in container.volume_mounts],
        probes=probes(container),
    )


def _state(status: objects.ContainerStatus, *, ready_matters: bool) -> State:
    state = status.state
    if state.running:
        if status.ready or not ready_matters:
            return State("running", "Running", "Running", since=state.running.started_at)
        return State("warning", "Running, not ready", "Running", since=state.running.started_at)
    if state.terminated:
        return _terminated(state.terminated)
    if state.waiting:
        reason = state.waiting.reason
        glyph = "pending" if reason in reasons.EXPECTED and reason != "CrashLoopBackOff" else "failed"
        sentence = reasons.WAITING.get(reason, reason or "Waiting")
        return State(glyph, sentence, f"Waiting: {reason}" if reason else "Waiting", state.waiting.message)
    return NOT_REPORTED


def _terminated(death: objects.Terminated) -> State:
    sentence = "Completed, exit code 0" if death.exit_code == 0 else reasons.how_it_died(death)
    word = f"Terminated: {death.reason or 'Error'}, exit code {death.exit_code}"
    message = "" if death.exit_code == 0 else exits.meaning(death.exit_code)
    return State("failed" if death.exit_code else "completed", sentence, word, message, death.finished_at)


def _amounts(resources: objects.Resources, what: str) -> str:
    """Request and limit as the pod's spec writes them."""
    request, limit = resources.requests.get(what), resources.limits.get(what)
    return f"requests {request or 'nothing'}, {f'limited to {limit}' if limit else 'no limit'}"


def _port(port: objects.ContainerPort) -> str:
    host = f", on the node as {port.host_port}" if port.host_port else ""
    return f"{port.container_port}/{port.protocol or 'TCP'}{f' ({port.name})' if port.name else ''}{host}"


def _variables(container: objects.Container) -> Iterator[Variable]:
    for group in container.env_from:
        yield Variable(f"{group.prefix}*", f"all of {group.source}")
    for variable in container.env:
        yield Variable(variable.name, variable.source)


def _volume(mount: objects.VolumeMount) -> str:
    part = f", its {mount.sub_path}" if mount.sub_path else ""
    return f"from {mount.name}{part}{', read only' if mount.read_only else ''}"
