"""A simulated container: its files, its processes, and how a program is found and started in it."""

import posixpath
import random
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from simulator.clock import Clock
from simulator.kinds import Object
from simulator.shell.contents import root_directory
from simulator.shell.filesystem import File, FileError, FileSystem, Program
from simulator.shell.images import Image, image_of
from simulator.shell.processes import (
    MOST_PROCESSES,
    NOT_EXECUTABLE,
    NOT_FOUND,
    SIGKILL,
    Body,
    NoMoreProcesses,
    NotRunnable,
    Process,
    pids,
)
from simulator.shell.programs.arguments import run_program
from simulator.shell.streams import Null, Stream
from simulator.shell.table import PROGRAMS
from simulator.shell.terminals import Terminal

Website = Callable[[int, str, str], tuple[int, bytes] | None]
"""From port, method and path to a status and a body; None where nothing listens."""

_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


class Container:
    """One instance of a container: a restart makes a new one. `website` answers what is asked of localhost."""

    def __init__(self, pod: Object, spec: Object, clock: Clock, *, website: Website, started: datetime) -> None:
        self.clock = clock
        self.website = website
        self.image: Image = image_of(spec.get("image", ""))
        self.pod = pod["metadata"]
        self.hostname: str = (pod["spec"].get("hostname") or self.pod["name"])[:63]
        self.node: str = pod["spec"].get("nodeName", "")
        self.address: str = pod.get("status", {}).get("podIP", "10.244.0.2")
        self.started = started
        self.environ = self._environ(spec)
        self.directory: str = spec.get("workingDir") or self.image.directory
        self._pids = pids()
        self._chance = random.Random(self.pod["uid"])  # noqa: S311 - a game, not a secret
        self.processes: dict[int, Process] = {}
        self._start_first(spec)
        self.files = FileSystem(root_directory(self), clock.now)

    @property
    def is_idle(self) -> bool:
        """Whether only its own processes run, none that was started from outside."""
        return all(process.pid < 7 for process in self.processes.values())

    def new_id(self) -> str:
        """A number as the runtime gives one to each command."""
        return f"{self._chance.getrandbits(256):064x}"

    def new_pid(self) -> int:
        """Raises NoMoreProcesses."""
        if len(self.processes) >= MOST_PROCESSES:
            raise NoMoreProcesses
        return next(self._pids)

    def start(self, argv: Sequence[str], *, streams: dict[int, Stream], terminal: Terminal | None) -> Process:
        """Starts a command as the kubelet does. Raises NotRunnable and NoMoreProcesses."""
        pid = self.new_pid()
        environ = {**self.environ, "TERM": "xterm"} if terminal else self.environ
        process = Process(
            self,
            pid,
            argv=argv,
            environ=environ,
            directory=self.directory,
            streams=streams,
            parent=0,
            group=pid,
            session=pid,
            terminal=terminal,
        )
        if not argv:
            raise NotRunnable("", NOT_FOUND)
        body = self.body_of(process, argv[0], argv[0])
        if terminal:
            terminal.foreground = pid
            terminal.on_signal = self.signal_group
        self.processes[pid] = process
        process.begin(body)
        return process

    def body_of(self, process: Process, name: str, shown: str) -> Body:
        """The program of that name or path. Raises NotRunnable with `shown` in its message."""
        path = self.find_program(process, name)
        if path is None:
            raise NotRunnable(f"{shown}: not found", NOT_FOUND)
        try:
            file = self.files.file(path)
        except FileError as error:
            raise NotRunnable(f"{shown}: {error}", NOT_EXECUTABLE if self.files.exists(path) else NOT_FOUND) from None
        if isinstance(file, Program):
            program = PROGRAMS[file.name]
            return lambda running: run_program(program, running, running.argv)
        if not file.mode & 0o111:
            raise NotRunnable(f"{shown}: Permission denied", NOT_EXECUTABLE)
        return self._script(process, path, file)

    def can_run(self, process: Process, name: str, environ: Mapping[str, str]) -> bool:
        """Whether something stands where the program would be, with the PATH of `environ`."""
        process.environ = {**process.environ, "PATH": environ.get("PATH", _PATH)}
        path = self.find_program(process, name)
        return path is not None and self.files.exists(path)

    def find_program(self, process: Process, name: str) -> str | None:
        """The path of the file that a command's name stands for, looked up in its PATH."""
        if "/" in name:
            return process.path(name)
        for directory in process.environ.get("PATH", _PATH).split(":"):
            path = posixpath.join(directory, name)
            if name and directory and self.files.exists(path) and self.files.find(path).kind == "-":
                return path
        return None

    def signal_group(self, group: int, number: int) -> None:
        """Sends a signal to the processes of a group."""
        for process in [each for each in self.processes.values() if each.group == group]:
            process.signal(number)

    def forget(self, process: Process) -> None:
        """It has ended: its children belong to the first process now."""
        self.processes.pop(process.pid, None)
        for child in self.processes.values():
            if child.parent == process.pid:
                child.parent = 1

    def stop(self) -> None:
        """The container ends, and everything in it."""
        for process in list(self.processes.values()):
            process.signal(SIGKILL)

    def uptime(self) -> float:
        """Seconds since its node was booted."""
        return self.since_boot(self.clock.now())

    def since_boot(self, moment: datetime) -> float:
        """Seconds from the boot of its node to a moment."""
        return max(0.0, (moment - self.started).total_seconds() + 3 * 86400)

    def memory_used_kib(self) -> int:
        """What all of it uses, changing a little with time."""
        return 1_400_000 + int(self.clock.monotonic() * 7919) % 90_000 + len(self.processes) * 3000

    def _start_first(self, spec: Object) -> None:
        command = [*spec.get("command", ()), *spec.get("args", ())] or list(self.image.command)
        workers = () if spec.get("command") else self.image.workers
        for pid, argv in enumerate([command, *([worker] for worker in workers)], start=1):
            self.processes[pid] = Process(
                self,
                pid,
                argv=argv,
                environ=self.environ,
                directory=self.directory,
                streams={0: Null(), 1: Null(), 2: Null()},
                parent=0 if pid == 1 else 1,
                group=1,
                session=1,
            )
            self.processes[pid].started = self.started

    def _environ(self, spec: Object) -> dict[str, str]:
        found = {"PATH": _PATH, "HOSTNAME": self.hostname, **self.image.environment}
        for entry in spec.get("env", ()):
            source = entry.get("valueFrom", {}).get("fieldRef", {}).get("fieldPath", "")
            found[entry["name"]] = entry.get("value") or self._field(source)
        found |= {
            "KUBERNETES_SERVICE_HOST": "10.96.0.1",
            "KUBERNETES_SERVICE_PORT": "443",
            "KUBERNETES_PORT": "tcp://10.96.0.1:443",
        }
        return {**found, "HOME": "/root"}

    def _field(self, path: str) -> str:
        known = {"metadata.name": self.pod["name"], "metadata.namespace": self.pod["namespace"]}
        known |= {"metadata.uid": self.pod["uid"], "spec.nodeName": self.node, "status.podIP": self.address}
        return str(known.get(path, ""))

    def _script(self, process: Process, path: str, file: File) -> Body:
        first = file.read()[:200].partition(b"\n")[0]
        if first.startswith(b"#!") and not first.rstrip().endswith((b"sh", b"bash", b"ash")):
            raise NotRunnable(f"{path}: not found", NOT_FOUND)
        process.argv = ["sh", path, *process.argv[1:]]
        return lambda running: run_program(PROGRAMS["sh"], running, running.argv)
