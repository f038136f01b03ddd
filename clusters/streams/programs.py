"""What can run on a terminal, and how each is started."""

import shlex
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol
from uuid import UUID

from clusters.kube.channels import ExecStream, open_attach, open_exec
from clusters.kube.client import Client
from clusters.kube.paths import object_path
from clusters.models import TerminalSession
from clusters.streams import scripts
from clusters.streams.requests import ShellRequest

Opened = AbstractAsyncContextManager[ExecStream]
NO_SHELL = "The image of this container has no shell."


class Program(Protocol):
    """A command in a container."""

    kind: ClassVar[str]
    noun: ClassVar[str]
    """What a sentence about its end begins with."""

    closed: ClassVar[str]
    """What is said when its user has closed it."""

    subresource: ClassVar[str]
    """Of the pod, through which it is started."""

    @property
    def request(self) -> ShellRequest:
        """Where it runs, and on which size of screen."""

    @property
    def command(self) -> str:
        """What was asked for, as people write it."""

    @property
    def has_tty(self) -> bool:
        """Whether it has a terminal; without one its screen has no size."""

    @property
    def has_leash(self) -> bool:
        """Whether its processes are marked, so that they can be ended with it."""

    @property
    def ends_by_keys(self) -> bool:
        """Whether only the keys of its terminal can end it (`clusters.streams.interrupting`)."""

    def open(self, client: Client, session: UUID) -> Opened:
        """Starts it. Raises KubeError."""


@dataclass(frozen=True)
class Shell:
    """An interactive shell."""

    kind: ClassVar[str] = TerminalSession.Kind.SHELL
    noun: ClassVar[str] = "The shell"
    closed: ClassVar[str] = "The shell was closed."
    subresource: ClassVar[str] = "exec"
    request: ShellRequest
    has_tty: bool = True
    has_leash: bool = True
    ends_by_keys: bool = False

    @property
    def command(self) -> str:
        return self.request.shell

    def open(self, client: Client, session: UUID) -> Opened:
        return run(client, self.request, scripts.start(session, self.request.shell), tty=True)


@dataclass(frozen=True)
class Command:
    """One command. It has a terminal only where it cannot have a leash, in an image without `sh`, to be ended by it."""

    kind: ClassVar[str] = TerminalSession.Kind.RUN
    noun: ClassVar[str] = "The command"
    closed: ClassVar[str] = "You stopped it."
    subresource: ClassVar[str] = "exec"
    request: ShellRequest
    words: tuple[str, ...]
    has_leash: bool = True

    @property
    def command(self) -> str:
        return shlex.join(self.words)

    @property
    def has_tty(self) -> bool:
        return not self.has_leash

    @property
    def ends_by_keys(self) -> bool:
        return not self.has_leash

    def open(self, client: Client, session: UUID) -> Opened:
        words = scripts.run(session, self.words) if self.has_leash else self.words
        return run(client, self.request, words, tty=self.has_tty)


@dataclass(frozen=True)
class Attachment:
    """The process that the container was made for; it goes on when this ends. Find it with `attachment`."""

    kind: ClassVar[str] = TerminalSession.Kind.ATTACH
    noun: ClassVar[str] = "The process"
    closed: ClassVar[str] = "You left it; the process goes on."
    subresource: ClassVar[str] = "attach"
    request: ShellRequest
    has_stdin: bool
    has_tty: bool
    has_leash: bool = False
    ends_by_keys: bool = False
    command: str = ""

    def open(self, client: Client, session: UUID) -> Opened:
        place = self.request
        return open_attach(
            client,
            namespace=place.namespace,
            pod=place.pod,
            container=place.container,
            stdin=self.has_stdin,
            tty=self.has_tty,
        )


async def attachment(client: Client, request: ShellRequest) -> Attachment:
    """The container's process, with the streams that its spec gives it. Raises KubeError."""
    pod = await client.get_json(object_path("", "v1", "pods", request.namespace, request.pod))
    spec = pod.get("spec", {})
    every = [*spec.get("containers", ()), *spec.get("initContainers", ()), *spec.get("ephemeralContainers", ())]
    found: dict[str, Any] = next((each for each in every if each.get("name") == request.container), {})
    return Attachment(request, has_stdin=bool(found.get("stdin")), has_tty=bool(found.get("tty")))


def run(client: Client, place: ShellRequest, command: Sequence[str], *, tty: bool, stdin: bool = True) -> Opened:
    """Runs a command where the request says."""
    return open_exec(
        client,
        namespace=place.namespace,
        pod=place.pod,
        container=place.container,
        command=command,
        tty=tty,
        stdin=stdin,
    )
