"""A thousand viewers of one pod: how late a line arrives, and what they cost."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from urllib.parse import urlencode

import aiohttp

from benchmarks.figures import Figure, Spread
from benchmarks.stage import Stage
from benchmarks.streams import Stream, Take, connect
from tests.harness.containers import start_pod

VIEWERS, EACH, AT_ONCE = 1000, 20, 8
"""A person may have EACH open (`clusters.streams.open_logs`)."""

SECONDS, SETTLING = 15.0, 5.0
LATE_GOAL, MEMORY_GOAL = 100.0, 256.0
TICKS = "while :; do echo tick; sleep 1; done"


def measure(stage: Stage) -> Iterator[Figure]:
    """A pod that writes a line a second, looked at by as many people as there are viewers, twenty each."""
    pod = start_pod(stage.kubectl, "ticking", "sh", "-c", TICKS)
    yield from asyncio.run(_watched(stage, stage.socket_of(pod, "logs")))


async def _watched(stage: Stage, path: str) -> list[Figure]:
    came: list[tuple[float, bytes]] = []
    cookies = await asyncio.to_thread(stage.people, VIEWERS // EACH)
    before = stage.cost.megabytes()

    def take(payload: bytes) -> None:
        came.append((time.time(), payload))

    async with viewers(stage, path, cookies * EACH, take) as streams:
        await asyncio.sleep(SETTLING)
        came.clear()
        used = stage.cost.cpu_seconds()
        await asyncio.sleep(SECONDS)
        used = stage.cost.cpu_seconds() - used
        megabytes = stage.cost.megabytes() - before
        alive = sum(stream.stands for stream in streams)
    spread = Spread.of([late for arrived, payload in came for late in _lateness(arrived, payload)])
    is_whole = alive == VIEWERS and spread.count >= VIEWERS * (SECONDS - 2)
    return [
        Figure(
            f"{VIEWERS:,} viewers of one pod, a line a second: from its stamp to its arrival",
            str(spread) if is_whole else f"void: {alive} viewers, {spread.count:,} lines; {spread}",
            f"p99 under {LATE_GOAL:g} ms",
            is_whole and spread.p99 < LATE_GOAL,
        ),
        Figure("… processor time, each viewer", f"{used / SECONDS / VIEWERS * 1000:.2f} ms a second"),
        Figure(
            "… memory of all of them",
            f"{megabytes:.0f} MB, {megabytes / VIEWERS * 1000:.0f} kB each",
            f"under {MEMORY_GOAL:g} MB",
            megabytes < MEMORY_GOAL,
        ),
    ]


def _lateness(arrived: float, payload: bytes) -> Iterator[float]:
    """Milliseconds since the stamps of the lines in a frame."""
    for line in payload[2:].splitlines():
        born = datetime.fromisoformat(f"{line[:26].decode()}+00:00")
        yield (arrived - born.timestamp()) * 1000


@asynccontextmanager
async def viewers(stage: Stage, path: str, cookies: Sequence[str], take: Take) -> AsyncIterator[list[Stream]]:
    """A viewer of the log at `path` for each of the cookies; all have said where they want to start."""
    gate = asyncio.Semaphore(AT_ONCE)
    streams: list[Stream] = []

    async def come(cookie: str, client: aiohttp.ClientSession) -> None:
        async with gate:
            headers = {"Cookie": cookie}
            async with client.get(f"{stage.server.url}/ticket/", params={"for": path}, headers=headers) as answer:
                ticket = urlencode({"ticket": (await answer.json())["ticket"]})
            stream = await connect(stage.server.url, f"{path}&{ticket}", cookie, take)
            streams.append(stream)
            stream.tell(start={"sources": []})
            await stream.until(lambda: stream.said("source"))

    try:
        async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as client, asyncio.TaskGroup() as group:
            for cookie in cookies:
                group.create_task(come(cookie, client))
        yield streams
    finally:
        for stream in streams:
            stream.transport.abort()
