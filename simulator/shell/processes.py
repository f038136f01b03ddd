"""Processes of a simulated container: tasks of the event loop with a pid, an environment and open files."""

import asyncio
import itertools
import logging
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from simulator.shell.filesystem import FileError, absolute
from simulator.shell.streams import BrokenPipe, Stream
from simulator.shell.terminals import Terminal

if TYPE_CHECKING:
    from simulator.shell.containers import Container

logger = logging.getLogger(__name__)

SIGNALS = {
    "HUP": 1, "INT": 2, "QUIT": 3, "KILL": 9, "USR1": 10, "USR2": 12, "PIPE": 13, "ALRM": 14, "TERM": 15, "CHLD": 17,
    "CONT": 18, "STOP": 19, "TSTP": 20, "TTIN": 21, "TTOU": 22, "WINCH": 28,
}  # fmt: skip
SIGHUP, SIGINT, SIGKILL, SIGTERM = 1, 2, 9, 15
_HARMLESS = frozenset((0, 17, 18, 19, 20, 21, 22, 28))

_SELF = re.compile(r"/proc/self(?:/|$)")

NOT_FOUND, NOT_EXECUTABLE = 127, 126
"""Exit codes for a program that is not there, and for a file that is none."""

MOST_PROCESSES = 100
"""Processes of one container."""

Body = Callable[["Process"], Awaitable[int]]


class NotRunnable(Exception):
    """No program can be started by that name; `code` is what a shell answers: 126 or 127."""

    def __init__(self, message: str, code: int) -> None:
        super().__init__(message)
        self.code = code


class NoMoreProcesses(Exception):
    """The container runs MOST_PROCESSES already."""


class Process:
    """A process. It ends when its body returns or a signal ends it; then its files are closed."""

    def __init__(
        self,
        container: "Container",
        pid: int,
        *,
        argv: Sequence[str],
        environ: Mapping[str, str],
        directory: str,
        streams: dict[int, Stream],
        parent: int,
        group: int,
        session: int,
        terminal: Terminal | None = None,
    ) -> None:
        self.container = container
        self.pid = pid
        self.argv = list(argv)
        self.environ = dict(environ)
        self.directory = directory
        self.streams = streams
        self.parent = parent
        self.group = group
        self.session = session
        self.terminal = terminal
        self.started = container.clock.now()
        self.ignored: set[int] = set()
        self.handlers: dict[int, Callable[[], None]] = {}
        self.sleeps = True
        """Whether it is shown as sleeping; a busy one is shown as running."""
        self.killed_by: int | None = None
        self.exit_code: int | None = None
        self._ended = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    @property
    def name(self) -> str:
        """Its first argument without directories."""
        return self.argv[0].rsplit("/", 1)[-1] if self.argv else "?"

    def begin(self, body: Body) -> None:
        """Runs the body in a task of its own."""
        self._task = asyncio.create_task(self._live(body), name=f"{self.name} ({self.pid}) of a simulated container")
        # A task that is cancelled before it began never runs its `finally`.
        self._task.add_done_callback(lambda _: self._end())

    def signal(self, number: int) -> None:
        """Ends it, unless the signal is ignored, handled or harmless. The container's first process takes none."""
        if number in _HARMLESS or self._task is None or self._ended.is_set():
            return
        if number != SIGKILL:
            if number in self.ignored:
                return
            if number in self.handlers:
                self.handlers[number]()
                return
        if self.killed_by is None:
            self.killed_by = number
        self._task.cancel()

    def discard(self) -> None:
        """It was made and is not to begin."""
        self._end()

    async def wait(self) -> int:
        """Its exit code, 128 and the signal where one ended it."""
        await self._ended.wait()
        return self.exit_code or 0

    def child(self, argv: Sequence[str], *, environ: Mapping[str, str] | None = None, group: int = 0) -> "Process":
        """A new process with the same files. `group` 0: the same group; -1: its own. Raises NoMoreProcesses."""
        pid = self.container.new_pid()
        found = Process(
            self.container,
            pid,
            argv=argv,
            environ=self.environ if environ is None else environ,
            directory=self.directory,
            streams={number: stream.share() for number, stream in self.streams.items()},
            parent=self.pid,
            group=pid if group < 0 else group or self.group,
            session=self.session,
            terminal=self.terminal,
        )
        found.ignored = set(self.ignored)
        self.container.processes[pid] = found
        return found

    def path(self, name: str) -> str:
        """An absolute path, in which /proc/self is this process. Raises FileError."""
        if not name:
            raise FileError("No such file or directory")
        path = absolute(name, self.directory)
        return f"/proc/{self.pid}{path.removeprefix('/proc/self')}" if _SELF.match(path) else path

    async def read(self, size: int = 65536) -> bytes:
        """From standard input."""
        return await self.streams[0].read(size) if 0 in self.streams else b""

    async def out(self, text: str | bytes) -> None:
        """Writes to standard output. Raises BrokenPipe, OSError."""
        await self._write(1, text)

    async def err(self, text: str) -> None:
        """Writes to standard error."""
        await self._write(2, text)

    async def _write(self, number: int, text: str | bytes) -> None:
        data = text.encode(errors="surrogateescape") if isinstance(text, str) else text
        if number not in self.streams:
            raise OSError("Bad file descriptor")
        if data:
            await self.streams[number].write(data)

    async def _live(self, body: Body) -> None:
        try:
            self.exit_code = await body(self)
            # A signal to itself: it was too quick for it.
            self.exit_code = 128 + self.killed_by if self.killed_by else self.exit_code
        except asyncio.CancelledError:
            if self.killed_by is None:
                raise
        except BrokenPipe:
            self.exit_code = 128 + SIGNALS["PIPE"]
        except (OSError, FileError) as error:
            self.exit_code = 1
            logger.debug("%s ended: %s", self.name, error)
        except Exception:
            self.exit_code = 1
            logger.exception("The simulated program %s has a fault.", self.name)

    def _end(self) -> None:
        if self.exit_code is None:
            self.exit_code = 128 + (self.killed_by or SIGKILL)
        for stream in self.streams.values():
            stream.close()
        self.streams = {}
        self.container.forget(self)
        self._ended.set()


def pids() -> "itertools.count[int]":
    """Numbers for new processes; 1 is the container's own."""
    return itertools.count(7)
