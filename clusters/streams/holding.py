"""The shells that this process holds, by id."""

import asyncio
from uuid import UUID

from django.contrib.auth.models import User

from clusters.kube.client import Client
from clusters.models import Cluster
from clusters.recordings.opening import open_recorder
from clusters.streams import sessions
from clusters.streams.endings import CLOSED, Ending
from clusters.streams.instances import Instance, look_at
from clusters.streams.programs import Program
from clusters.streams.terminal import Terminal
from clusters.tasks import guarded
from clusters.threads import write

FAREWELL_SECONDS = 5.0
RESTARTING = Ending(None, "Pilothouse was stopped, and the shell with it.")

_held: dict[UUID, tuple[Terminal, "asyncio.Task[None]"]] = {}


class CannotRun(Exception):
    """There is no such container, or it does not run; the message says which."""


def held(session: UUID) -> Terminal | None:
    """The shell of that id, where this process holds it."""
    found = _held.get(session)
    return found[0] if found else None


def ids() -> tuple[UUID, ...]:
    """The shells that this process holds."""
    return tuple(_held)


async def start(
    client: Client, program: Program, *, cluster: Cluster, user: User, sign_in: str, address: str | None
) -> Terminal:
    """Starts a program that is held until it ends. Raises KubeError, CannotRun and TooManyShells."""
    asked = program.request
    instance = running(
        await look_at(client, namespace=asked.namespace, pod=asked.pod, container=asked.container), asked.container
    )
    row = await write(
        sessions.begin,
        user,
        cluster,
        namespace=asked.namespace,
        pod=asked.pod,
        pod_uid=instance.pod_uid,
        container=asked.container,
        kind=program.kind,
        command=program.command,
        sign_in=sign_in,
    )
    terminal = Terminal(client, program, instance, row, user=user, address=address, open_recorder=open_recorder)
    task = guarded(f"shell {row.pk}", terminal.run())
    _held[row.pk] = (terminal, task)
    task.add_done_callback(lambda _: _held.pop(row.pk, None))
    return terminal


def running(instance: Instance | None, container: str) -> Instance:
    """The instance, if it runs. Raises CannotRun."""
    if instance is None:
        raise CannotRun(f"The pod has no container called {container}.")
    if not instance.running:
        raise CannotRun(f"The container is not running. {instance.said}")
    return instance


async def run(stop: asyncio.Event) -> None:
    """Waits until `stop` is set, then ends every shell; every process that serves runs this."""
    await stop.wait()
    await end_all(RESTARTING)


async def end_all(ending: Ending = CLOSED) -> None:
    """Ends every shell and waits until nothing is left of them, for at most FAREWELL_SECONDS."""
    for terminal, _ in _held.values():
        terminal.end(ending)
    tasks = [task for _, task in _held.values()]
    if tasks:
        await asyncio.wait(tasks, timeout=FAREWELL_SECONDS)
