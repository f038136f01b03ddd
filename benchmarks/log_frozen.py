"""What viewers cost that read nothing any more, as a browser on a machine that sleeps."""

import asyncio
import time
from collections.abc import Iterator

from benchmarks.figures import Figure, median
from benchmarks.log_viewers import viewers
from benchmarks.stage import Stage
from benchmarks.streams import Stream, cookies_of
from tests.harness.containers import start_pod

FROZEN = 10
LINES, LENGTH = 50_000, 200
BYTES_GOAL, SECONDS_GOAL = 2.0, 30.0
LET_GO_WITHIN = 45.0
SETTLING = 1.0

FLOODS = f"""
while :; do
  if rm /tmp/go 2>/dev/null; then yes $(printf %0{LENGTH - 1}d 0) | head -n {LINES}; fi
  usleep 50000
done
"""
"""Writes many times what a window holds, whenever it is told to."""


def measure(stage: Stage) -> Iterator[Figure]:
    """One viewer keeps up with a flood, first alone, then beside frozen ones."""
    pod = start_pod(stage.kubectl, "flooding", "sh", "-c", FLOODS)
    yield from asyncio.run(_frozen(stage, pod))


class _Quick:
    """One who keeps up: counts the lines that came."""

    def __init__(self) -> None:
        self.lines = 0
        self.stream: Stream

    def take(self, payload: bytes) -> None:
        self.lines += payload.count(b"\n", 2)

    @property
    def passed(self) -> int:
        """Lines that came or were skipped."""
        skipped = (message for message in self.stream.heard if message["type"] == "skipped")
        return self.lines + sum(int(message["lines"]) for message in skipped)


async def _frozen(stage: Stage, pod: str) -> list[Figure]:
    cookies, path, quick = [cookies_of(stage.session)], stage.socket_of(pod, "logs"), _Quick()
    async with viewers(stage, path, cookies, quick.take) as [quick.stream]:
        await _flood(stage, pod, quick)
        before = stage.cost.megabytes()
        async with viewers(stage, path, cookies * FROZEN, lambda _: None) as frozen:
            for each in frozen:
                each.freeze()
            began = time.monotonic()
            took = await _flood(stage, pod, quick)
            megabytes = (stage.cost.megabytes() - before) / FROZEN
            stood = [await _stands_for(each, began) for each in frozen]
    goal = f"at most {BYTES_GOAL:g} MB"
    return [
        Figure("A frozen viewer in a flood: memory", f"{megabytes:.2f} MB", goal, megabytes <= BYTES_GOAL),
        Figure(
            "… until it is let go",
            f"{median(stood):.1f} s after the flood began",
            f"{SECONDS_GOAL:g} s",
            max(stood) <= SECONDS_GOAL,
        ),
        Figure("… one beside it that keeps up", f"{LINES / took:,.0f} lines/s, {LINES * LENGTH / took / 1e6:.0f} MB/s"),
    ]


async def _flood(stage: Stage, pod: str, quick: _Quick) -> float:
    """Has the lines written; the seconds until the last of them came."""
    before, began = quick.passed, time.monotonic()
    await asyncio.to_thread(stage.kubectl, "exec", pod, "--", "touch", "/tmp/go")
    await quick.stream.until(lambda: quick.passed >= before + LINES)
    took = time.monotonic() - began
    await asyncio.sleep(SETTLING)
    return took


async def _stands_for(stream: Stream, began: float) -> float:
    """Seconds since `began` after which the server has cut it."""
    while stream.stands and time.monotonic() - began < LET_GO_WITHIN:  # noqa: ASYNC110 - the kernel tells nobody
        await asyncio.sleep(0.1)
    return time.monotonic() - began
