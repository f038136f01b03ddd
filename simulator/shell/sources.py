"""Where the commands of the API run: one simulated container for each instance of a container."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Collection, Sequence
from dataclasses import dataclass, field

from simulator.clock import moment_of
from simulator.cluster import SimulatedCluster
from simulator.errors import InternalError
from simulator.kinds import PODS, Object
from simulator.pod_containers import spec_of, status_of
from simulator.shell.containers import Container
from simulator.shell.processes import MOST_PROCESSES, NOT_FOUND, SIGKILL, NoMoreProcesses, NotRunnable, Process
from simulator.shell.streams import Null, Pipe, Stream
from simulator.shell.terminals import Terminal, TerminalStream

MOST_KEPT = 200
"""Containers whose files are kept while nothing runs in them."""

_LOOK_SECONDS = 1.0


@dataclass
class Started:
    """A command as the API holds it. A client that goes away ends nothing, as in Kubernetes."""

    process: Process
    terminal: Terminal | None
    stdin: Pipe | None
    outputs: dict[int, Pipe] = field(default_factory=dict)

    async def feed(self, data: bytes) -> None:
        """Writes to its standard input; b"" closes it, which a terminal does not notice."""
        if self.terminal:
            await self.terminal.feed(data)
        elif self.stdin and data:
            await self.stdin.offer_all(data)
        elif self.stdin:
            self.stdin.writer.release()

    async def output(self) -> AsyncGenerator[tuple[int, bytes], None]:
        """1 and bytes of stdout or the terminal, 2 and bytes of stderr, until it has ended."""
        if self.terminal:
            async for data in _until_end(self.terminal.output, self.process):
                yield 1, data
            return
        queue: asyncio.Queue[tuple[int, bytes] | None] = asyncio.Queue(4)

        async def pass_on(channel: int, pipe: Pipe) -> None:
            async for data in _until_end(pipe, self.process):
                await queue.put((channel, data))
            await queue.put(None)

        works = [asyncio.create_task(pass_on(channel, pipe)) for channel, pipe in self.outputs.items()]
        try:
            open_ones = len(works)
            while open_ones:
                if (found := await queue.get()) is None:
                    open_ones -= 1
                else:
                    yield found
        finally:
            for work in works:
                work.cancel()

    async def resize(self, columns: int, rows: int) -> None:
        """Tells it the size of its terminal."""
        if self.terminal:
            self.terminal.resize(columns, rows)

    async def wait(self) -> int:
        """Its exit code, once it has ended."""
        return await self.process.wait()

    async def kill(self) -> None:
        """Ends it."""
        self.process.signal(SIGKILL)


async def _until_end(pipe: Pipe, process: Process) -> AsyncIterator[bytes]:
    """What comes through a pipe until the process has ended, with all that it still held then."""
    ending = asyncio.create_task(process.wait())
    try:
        while True:
            reading = asyncio.create_task(pipe.take(32 * 1024))
            try:
                await asyncio.wait({reading, ending}, return_when=asyncio.FIRST_COMPLETED)
                if not reading.done():
                    break
                if not (data := reading.result()):
                    return
                yield data
            finally:
                reading.cancel()
        for data in pipe.rest():
            yield data
    finally:
        ending.cancel()


class Shells:
    """Starts commands in the containers of a cluster."""

    def __init__(self, cluster: SimulatedCluster) -> None:
        self._cluster = cluster
        self._containers: dict[tuple[str, str, str], Container] = {}
        self._watched: dict[tuple[str, str, str], asyncio.Task[None]] = {}

    def containers(self) -> list[Container]:
        """All containers in which something was started."""
        return list(self._containers.values())

    def start(self, pod: Object, container: str, command: Sequence[str], *, tty: bool, stdin: bool) -> Started:
        """Starts a command. Raises InternalError with the runtime's words where it cannot."""
        key = (pod["metadata"]["uid"], container, _instance(pod, container))
        place = self._containers.pop(key, None) or self._made(pod, container)
        self._containers[key] = place
        self._forget_old()
        started = _start(place, command, tty=tty, stdin=stdin)
        if key not in self._watched:
            self._watched[key] = asyncio.create_task(self._watch(key, pod, place), name=f"end of container {container}")
        return started

    def carries(self, pod: Object, container: str, marks: Collection[str]) -> bool:
        """Whether a process that was started in the container has a variable of one of these names."""
        place = self._containers.get((pod["metadata"]["uid"], container, _instance(pod, container)))
        return place is not None and any(mark in each.environ for each in place.processes.values() for mark in marks)

    def _made(self, pod: Object, name: str) -> Container:
        spec = spec_of(pod, name) or {}
        running = (status_of(pod, name) or {}).get("state", {}).get("running", {}).get("startedAt")
        started = moment_of(running) if running else self._cluster.clock.now()

        def website(port: int, method: str, path: str) -> tuple[int, bytes] | None:
            answer = self._cluster.websites.answer(pod, port, method, path)
            return None if answer is None else (answer[0], answer[2])

        return Container(pod, spec, self._cluster.clock, website=website, started=started)

    async def _watch(self, key: tuple[str, str, str], pod: Object, place: Container) -> None:
        """Ends what runs in the container when the container ends; leaves when nothing runs any more."""
        meta = pod["metadata"]
        try:
            while not place.is_idle:
                await self._cluster.clock.sleep(_LOOK_SECONDS)
                now = self._cluster.storage.find(PODS, meta["name"], meta["namespace"])
                if now is None or (now["metadata"]["uid"], key[1], _instance(now, key[1])) != key:
                    place.stop()
                    self._containers.pop(key, None)
                    return
        finally:
            self._watched.pop(key, None)

    def _forget_old(self) -> None:
        for key, place in list(self._containers.items())[:-1]:
            if len(self._containers) <= MOST_KEPT:
                break
            if place.is_idle:
                del self._containers[key]


def _instance(pod: Object, name: str) -> str:
    """Another text for each run of the container; empty while it does not run."""
    status = status_of(pod, name) or {}
    return (
        str(status.get("containerID") or status.get("restartCount", 0)) if "running" in status.get("state", {}) else ""
    )


def _start(place: Container, command: Sequence[str], *, tty: bool, stdin: bool) -> Started:
    terminal = Terminal() if tty else None
    source = Pipe() if stdin and not tty else None
    outputs = {} if tty else {1: Pipe(), 2: Pipe()}
    if terminal:
        streams: dict[int, Stream] = {number: TerminalStream(terminal) for number in range(3)}
    else:
        streams = {0: source.reader if source else Null(), **{number: pipe.writer for number, pipe in outputs.items()}}
    try:
        process = place.start(list(command), streams=streams, terminal=terminal)
    except NoMoreProcesses:
        raise _refused(place, f"pids limit of {MOST_PROCESSES} reached") from None
    except NotRunnable as error:
        raise _refused(place, _why(command, error)) from None
    return Started(process, terminal, source, outputs)


def _why(command: Sequence[str], error: NotRunnable) -> str:
    """As runc words it."""
    if not command:
        return "args must not be empty"
    program = command[0]
    why = "executable file not found in $PATH" if error.code == NOT_FOUND else "permission denied"
    if error.code == NOT_FOUND and "/" in program:
        why = f"stat {program}: no such file or directory"
    return f'unable to start container process: exec: "{program}": {why}'


def _refused(place: Container, why: str) -> InternalError:
    """As containerd words it; it numbers every try."""
    return InternalError.of(
        "Internal error occurred: error executing command in container: failed to exec in container: failed to start "
        f'exec "{place.new_id()}": OCI runtime exec failed: exec failed: {why}: unknown'
    )
