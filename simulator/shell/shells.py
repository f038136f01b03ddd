"""The state of a shell, and how scripts run in it."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass

from simulator.shell.commands import is_single, run_chain
from simulator.shell.filesystem import Directory, FileError
from simulator.shell.language.expansion import BadExpansion, Expander
from simulator.shell.language.parsing import parse
from simulator.shell.language.syntax import BadSyntax, Chain, Command
from simulator.shell.language.syntax import Sequence as Script
from simulator.shell.leaving import Broken, Interrupted, Leaving, Replace, Return
from simulator.shell.processes import SIGINT, NotRunnable, Process
from simulator.shell.streams import Null, Pipe

MOST_OUTPUT = 1024 * 1024
"""Bytes that `$(...)` takes in."""

MOST_VARIABLES = 4 * 1024 * 1024
"""Characters in all variables of a shell."""

_TICKS = 64


@dataclass(frozen=True)
class Job:
    """A command in the background, as the list of jobs shows it."""

    number: int
    process: Process
    text: str


Builtin = Callable[["Shell", list[str]], Awaitable[int]]


class Shell:
    """One shell in one process. `builtins` are the commands that run within it."""

    def __init__(
        self,
        process: Process,
        *,
        builtins: Mapping[str, Builtin],
        name: str = "sh",
        positional: Sequence[str] = (),
    ) -> None:
        self.process = process
        self.builtins = builtins
        self.name = name
        self.positional = list(positional)
        self.variables: MutableMapping[str, str] = {**process.environ, "IFS": " \t\n", "PWD": process.directory}
        self.exported = set(process.environ) | {"PWD"}
        self.functions: dict[str, Command] = {}
        self.options: set[str] = set()
        self.status = 0
        self.pid = process.pid
        self.interactive = False
        self.jobs: list[Job] = []
        self.history: list[str] = []
        self.last_background: int | None = None
        self.depth = 0
        self.tested = 0
        """Within how many conditions it is, where a failure ends nothing."""
        self.may_replace = False
        """Whether a program may take the place of this shell, which has nothing to do after it."""
        self.expander = Expander(self)
        self._ticks = 0

    def environ(self) -> dict[str, str]:
        """What its programs get."""
        return {name: self.variables[name] for name in sorted(self.exported) if name in self.variables}

    def assign(self, name: str, value: str) -> None:
        """Sets a variable. Raises Broken where there is no more room."""
        self.variables[name] = value
        if len(value) > 1000 and sum(len(each) for each in self.variables.values()) > MOST_VARIABLES:
            self.variables[name] = ""
            raise Broken("out of memory")
        if "a" in self.options:
            self.exported.add(name)

    async def run_text(self, text: str) -> int:
        """Parses and runs. Raises BadSyntax and whatever leaves the shell."""
        return await self.run(parse(text))

    async def run_whole(self, text: str) -> int:
        """Like `run_text`, for a text after which the shell ends: its one program may take the shell's place."""
        script = parse(text)
        self.may_replace = is_single(script)
        return await self.run(script)

    async def run(self, script: Script) -> int:
        """Runs one chain after the other; gives the exit code of the last."""
        for chain in script.chains:
            await self.tick()
            await run_chain(self, chain)
        return self.status

    async def run_alone(self, run: Callable[[], Awaitable[int]]) -> int:
        """Runs as the whole of a process: what leaves the shell ends it. Gives the exit code."""
        while True:
            try:
                return await run()
            except Return as left:
                return left.code
            except Leaving:
                return self.status
            except Interrupted:
                return 128 + SIGINT
            except Replace as wanted:
                run = self._becoming(wanted)
            except NotRunnable as error:
                await self.complain(error)
                return error.code
            except (Broken, BadExpansion, BadSyntax) as error:
                await self.complain(error)
                return 2

    async def complain(self, error: object) -> None:
        """Says what is wrong on standard error."""
        text = f"syntax error: {error}" if isinstance(error, BadSyntax) else str(error)
        await self.process.err(f"{self.name}: {text}\n")

    def fork(self, *, group: int = 0) -> "Shell":
        """A copy in a process of its own that has not begun. `group` as in `Process.child`. Raises NoMoreProcesses."""
        found = Shell(
            self.process.child(self.process.argv, group=group),
            builtins=self.builtins,
            name=self.name,
            positional=self.positional,
        )
        found.variables = dict(self.variables)
        found.exported = set(self.exported)
        found.functions = dict(self.functions)
        found.options = set(self.options)
        found.status, found.pid, found.depth = self.status, self.pid, 0
        found.last_background = self.last_background
        return found

    def begin(self, run: Callable[[], Awaitable[int]], *, may_replace: bool = False) -> Process:
        """Starts a forked shell, of which `run` is all that it does."""
        self.may_replace = may_replace
        self.process.begin(lambda _: self.run_alone(run))
        return self.process

    def special(self, name: str) -> str | None:
        """The value of `$?`, `$1` and their like."""
        if name.isdecimal():
            number = int(name[:6])
            return self.name if number == 0 else next(iter(self.positional[number - 1 : number]), None)
        known = {
            "?": str(self.status),
            "$": str(self.pid),
            "#": str(len(self.positional)),
            "-": "".join(sorted(self.options)) + ("i" if self.interactive else ""),
            "@": " ".join(self.positional),
            "*": " ".join(self.positional),
            "!": None if self.last_background is None else str(self.last_background),
        }
        return known.get(name)

    def files_in(self, path: str) -> list[str]:
        """Names in a directory; none where there is no such directory."""
        try:
            found = self.process.container.files.find(self.process.path(path))
        except FileError:
            return []
        return found.names() if isinstance(found, Directory) else []

    def exists(self, path: str) -> bool:
        """Whether something stands at the path."""
        try:
            return self.process.container.files.exists(self.process.path(path))
        except FileError:
            return False

    async def output_of(self, body: Script) -> str:
        """What commands write, for `$(...)`. Raises Broken where it is too much."""
        pipe = Pipe()
        forked = self.fork()
        child = forked.process
        child.streams.pop(1, Null()).close()
        child.streams[1] = pipe.writer
        forked.begin(lambda: forked.run(body), may_replace=is_single(body))
        found = bytearray()
        try:
            while data := await pipe.reader.read(65536):
                found += data
                if len(found) > MOST_OUTPUT:
                    raise Broken("out of memory")
        finally:
            pipe.reader.close()
        self.status = await child.wait()
        return found.replace(b"\0", b"").decode(errors="surrogateescape")

    async def wait_for(self, process: Process) -> int:
        """Waits for a command in the foreground. Raises Interrupted where Ctrl-C ended it."""
        terminal = self.process.terminal if self.interactive else None
        if terminal:
            terminal.foreground = process.group
        try:
            code = await process.wait()
        finally:
            if terminal:
                terminal.foreground = self.process.group
        if terminal and process.killed_by == SIGINT:
            raise Interrupted
        return code

    def note_background(self, process: Process, chain: Chain) -> Job:
        """Remembers a job that was started in the background."""
        number = max((job.number for job in self.jobs), default=0) + 1
        job = Job(number, process, chain.text)
        self.jobs = [*self.jobs[-50:], job]
        self.last_background = process.pid
        return job

    async def tick(self) -> None:
        """Lets others run: a loop without end must not hold the event loop, nor all of a processor."""
        self._ticks += 1
        if self._ticks % _TICKS == 0:
            self.process.sleeps = False
            await asyncio.sleep(0.002)

    def _becoming(self, wanted: Replace) -> Callable[[], Awaitable[int]]:
        async def run() -> int:
            process = self.process
            process.environ = wanted.environ
            process.argv = wanted.argv
            process.handlers.clear()
            body = process.container.body_of(process, wanted.argv[0], wanted.argv[0])
            await asyncio.sleep(0)
            return await body(process)

        return run
