"""How long a key takes to the container and back: through our server and through kubectl, on the same pod."""

import asyncio
from collections.abc import Iterator

from benchmarks.figures import Figure, Spread, ratio
from benchmarks.stage import Stage
from benchmarks.terminals import Shell, kubectls, ours
from tests.harness.containers import start_pod

ROUNDS, KEYS = 60, 40
"""Keys of one line, and how many lines each shell is given, in turns."""

BETWEEN = 0.01
"""Seconds between two keys."""

GOAL = 1.1


def measure(stage: Stage) -> Iterator[Figure]:
    """The container's terminal echoes what `cat` reads, so that no shell has a part in it."""
    pod = start_pod(stage.kubectl, "echoing")
    ours_, kubectls_ = asyncio.run(_in_turns(stage, pod))
    for name, our, their in (
        ("median", ours_.p50, kubectls_.p50),
        ("p99", ours_.p99, kubectls_.p99),
    ):
        told = f"{our:.2f} ms; kubectl exec {their:.2f} ms: {ratio(our, their)}"
        yield Figure(f"A key and its echo, {ours_.count} times, {name}", told, f"{GOAL:g} times", our <= GOAL * their)


async def _in_turns(stage: Stage, pod: str) -> tuple[Spread, Spread]:
    async with ours(stage, pod) as our, kubectls(stage, pod) as their:
        for shell in (our, their):
            shell.send(b"cat\n")
            await asyncio.sleep(0.5)
            await typed(shell)
        times: tuple[list[float], list[float]] = ([], [])
        for _ in range(ROUNDS):
            for shell, taken in zip((our, their), times, strict=True):
                taken.extend(await typed(shell))
        for shell in (our, their):
            shell.send(b"\x03")
        return Spread.of(times[0]), Spread.of(times[1])


async def typed(shell: Shell) -> list[float]:
    """Types one line to `cat`; the milliseconds that the echo of each key took."""
    times = []
    for _ in range(KEYS):
        times.append(await shell.echo(b"x"))
        await asyncio.sleep(BETWEEN)
    await shell.run("", "x\r\n")
    return times
