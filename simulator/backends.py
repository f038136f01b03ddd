"""What the streams and metrics of a cluster ask for, and stand-ins that have nothing to give."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from simulator.errors import ServiceUnavailable
from simulator.kinds import Object


class LogSource(Protocol):
    """Where the lines of containers come from."""

    def open(
        self,
        pod: Object,
        container: str,
        *,
        previous: bool,
        since: datetime | None,
        tail: int | None,
        follow: bool,
        timestamps: bool,
        limit_bytes: int | None,
    ) -> AsyncIterator[bytes]:
        """The log in pieces; ends with the log, or with the container when followed. Raises ApiError."""


class Process(Protocol):
    """A command that runs in a container."""

    async def feed(self, data: bytes) -> None:
        """Writes to its standard input; b"" closes it."""

    def output(self) -> AsyncIterator[tuple[int, bytes]]:
        """What it writes until it has ended: 1 and the bytes for stdout, 2 for stderr."""

    async def resize(self, columns: int, rows: int) -> None:
        """Tells it the size of its terminal."""

    async def wait(self) -> int:
        """Its exit code, once it has ended."""

    async def kill(self) -> None:
        """Ends it, as when the client is gone."""


class ShellSource(Protocol):
    """What runs commands in containers."""

    def start(self, pod: Object, container: str, command: Sequence[str], *, tty: bool, stdin: bool) -> Process:
        """Starts a command. Raises ApiError."""

    def carries(self, pod: Object, container: str, marks: Collection[str]) -> bool:
        """Whether a process that was started in the container has a variable of one of these names."""


class MetricsSource(Protocol):
    """What a metrics server knows."""

    def pod(self, pod: Object) -> list[Object] | None:
        """Per container `{"name": ..., "usage": {"cpu": "1m", "memory": "1Mi"}}`; None where nothing was measured."""

    def node(self, node: Object) -> Object | None:
        """`{"cpu": ..., "memory": ...}`; None where nothing was measured."""


class Websites(Protocol):
    """How pods answer HTTP."""

    def answer(self, pod: Object, port: int, method: str, path: str) -> tuple[int, Mapping[str, str], bytes] | None:
        """Status, headers and body; None where nothing listens."""


class NoLogs:
    """Stands in until logs are simulated."""

    def open(
        self,
        pod: Object,
        container: str,
        *,
        previous: bool,
        since: datetime | None,
        tail: int | None,
        follow: bool,
        timestamps: bool,
        limit_bytes: int | None,
    ) -> AsyncIterator[bytes]:
        """Raises ServiceUnavailable."""
        raise ServiceUnavailable("this cluster keeps no logs")


class NoShells:
    """Stands in until commands are simulated."""

    def start(self, pod: Object, container: str, command: Sequence[str], *, tty: bool, stdin: bool) -> Process:
        """Raises ServiceUnavailable."""
        raise ServiceUnavailable("this cluster runs no commands")

    def carries(self, pod: Object, container: str, marks: Collection[str]) -> bool:
        """False."""
        return False


class NoMetrics:
    """Nothing was measured."""

    def pod(self, pod: Object) -> list[Object] | None:
        """None."""
        return None

    def node(self, node: Object) -> Object | None:
        """None."""
        return None


class NoWebsites:
    """Nothing listens."""

    def answer(self, pod: Object, port: int, method: str, path: str) -> tuple[int, Mapping[str, str], bytes] | None:
        """None."""
        return None
