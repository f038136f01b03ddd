"""A simulated pod and what runs in it, for tests."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from simulator.cluster import SimulatedCluster
from simulator.kinds import NAMESPACES, PODS
from simulator.shell.sources import Shells, Started

SECONDS = 20.0
"""How long a test waits for anything; far more than it takes."""

SPEC: dict[str, Any] = {
    "nodeName": "node-1",
    "containers": [{"name": "main", "image": "node:22", "workingDir": "/app"}],
}


@dataclass(frozen=True)
class Result:
    """How a command ended."""

    output: str
    errors: str
    code: int


class Bench:
    """A cluster with one running pod."""

    def __init__(self) -> None:
        self.cluster = SimulatedCluster()
        self.shells = Shells(self.cluster)
        self.cluster.storage.create(NAMESPACES, {"metadata": {"name": "shop"}})
        running = {"name": "main", "restartCount": 0, "state": {"running": {"startedAt": "2026-11-25T11:00:00Z"}}}
        self.pod = self.cluster.storage.create(
            PODS,
            {
                "metadata": {"name": "web-1", "namespace": "shop"},
                "spec": SPEC,
                "status": {"podIP": "10.0.0.7", "phase": "Running", "containerStatuses": [running]},
            },
        )

    def start(self, command: Sequence[str], *, tty: bool = False, stdin: bool = True) -> Started:
        """Starts a command in the pod."""
        return self.shells.start(self.pod, "main", command, tty=tty, stdin=stdin)

    async def run(self, script: str, given: bytes = b"") -> Result:
        """Runs a script to its end."""
        return await self.result(self.start(["sh", "-c", script]), given)

    async def result(self, process: Started, given: bytes = b"") -> Result:
        """Gives a process its input and waits for its end."""
        outputs = {1: b"", 2: b""}
        async with asyncio.timeout(SECONDS):
            feeding = asyncio.create_task(_feed(process, given))
            async for channel, data in process.output():
                outputs[channel] += data
            code = await process.wait()
            feeding.cancel()
        return Result(outputs[1].decode(errors="replace"), outputs[2].decode(errors="replace"), code)

    def kill_everything(self) -> None:
        """Ends all that was started in the pod, at once."""
        for place in self.shells.containers():
            place.stop()

    def remove_pod(self) -> None:
        """The pod is gone."""
        self.cluster.storage.remove(PODS, "web-1", "shop")

    async def processes(self) -> list[str]:
        """The command lines in the container, apart from those of the question."""
        found = await self.run("ps -eo args")
        return [line for line in found.output.splitlines()[1:] if line != "ps -eo args"]


async def _feed(process: Started, given: bytes) -> None:
    if given:
        await process.feed(given)
    await process.feed(b"")


class Screen:
    """A person at a terminal."""

    def __init__(self, process: Started) -> None:
        self.process = process
        self.seen = ""
        self._output = process.output()

    async def type(self, text: str) -> None:
        """Presses keys."""
        await self.process.feed(text.encode())

    async def until(self, text: str) -> str:
        """Reads until `text` is on the screen; gives all since the last time."""
        async with asyncio.timeout(SECONDS):
            while text not in self.seen:
                try:
                    _, data = await anext(self._output)
                except StopAsyncIteration:
                    raise AssertionError(f"It ended without {text!r}: {self.seen!r}") from None
                self.seen += data.decode(errors="replace")
        place = self.seen.index(text) + len(text)
        before, self.seen = self.seen[:place], self.seen[place:]
        return before

    async def leave(self) -> None:
        """Closes the window, without a word to the shell."""
        await self._output.aclose()

    async def ended(self) -> int:
        """The exit code, once the process has ended."""
        async with asyncio.timeout(SECONDS):
            async for _, data in self._output:
                self.seen += data.decode(errors="replace")
            return await self.process.wait()
