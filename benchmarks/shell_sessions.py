"""Shells that stay: how soon one is taken up again after a cut, and what an idle one costs the server."""

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack
from typing import Any

from playwright.sync_api import Page

from benchmarks.browser_probes import count_sockets
from benchmarks.cuts import cutting_proxy
from benchmarks.figures import Figure, Spread
from benchmarks.stage import Stage
from benchmarks.streams import Stream, stream
from benchmarks.terminals import Shell
from tests.harness.browsers import DESKTOP, chromium, go_to, take_cookies
from tests.harness.containers import start_pod
from tests.harness.terminals import shows

CUTS = 15
AWAY = 0.3
"""Seconds for which the client is away."""

RESUME_GOAL = 300.0

WARM, IDLE, AT_ONCE = 10, 100, 4
SETTLING = 5.0
MEMORY_GOAL = 200.0


def measure(stage: Stage) -> Iterator[Figure]:
    """All of them in one container."""
    pod = start_pod(stage.kubectl, "staying")
    times = asyncio.run(_resumed(stage, pod))
    yield _figure("A shell taken up again by a client: to what was printed meanwhile", times)
    with (
        chromium() as browser,
        cutting_proxy(stage.server.url) as (url, cut),
        browser.new_context(base_url=url, viewport=DESKTOP) as context,
    ):
        take_cookies(context, stage.session, url)
        times = list(_resumed_by_a_page(context.new_page(), stage.page_of(pod, "shell"), cut))
    yield _figure("… by a browser whose connections are cut: from the cut", times)
    yield from asyncio.run(_idle(stage, pod))


def _figure(what: str, times: list[float]) -> Figure:
    spread = Spread.of(times)
    return Figure(f"{what}, {spread.count} times", str(spread), f"under {RESUME_GOAL:g} ms", spread.worst < RESUME_GOAL)


async def _resumed(stage: Stage, pod: str) -> list[float]:
    """Milliseconds for a ticket, the socket and the output."""
    times = []
    async with AsyncExitStack() as stack:
        shell, session, socket = await _opened(stack, stage, pod)
        for number in range(CUTS):
            socket.type(f"sleep {AWAY / 2}; echo came-$(({number} + 1000))\n".encode())
            await asyncio.sleep(AWAY / 4)
            socket.transport.abort()
            await asyncio.sleep(AWAY)
            began, path = time.perf_counter(), f"/ws/shells/{session}/?from={shell.size}"
            again = stream(stage.server, path, stage.session, shell.take)
            socket = await stack.enter_async_context(again)
            await shell.until(f"came-{number + 1000}")
            times.append((time.perf_counter() - began) * 1000)
        socket.tell(close=True)
    return times


def _resumed_by_a_page(page: Page, address: str, cut: Callable[[], None]) -> Iterator[float]:
    """Milliseconds from the page's hearing of a cut to the server's word that it goes on."""
    count_sockets(page)
    go_to(page, address)
    page.get_by_role("button", name="Open shell").click()
    shows(page, "#")
    for number in range(CUTS):
        cut()
        page.wait_for_function(_RESUMED, arg=number + 1)
        heard: list[dict[str, Any]] = page.evaluate("() => window.counted.texts")
        resumed = max(message["at"] for message in heard if message["type"] == "resumed")
        closed = max(message["at"] for message in heard if message["type"] == "closed" and message["at"] < resumed)
        yield resumed - closed
    page.get_by_role("button", name="Close shell").click()
    shows(page, "was closed")


_RESUMED = "(times) => window.counted.texts.filter(({ type }) => type === 'resumed').length >= times"


# ---------- Idle ones ----------


async def _idle(stage: Stage, pod: str) -> list[Figure]:
    async with AsyncExitStack() as stack:
        await _open_many(stack, stage, pod, WARM)
        await asyncio.sleep(SETTLING)
        before, used, began = stage.cost.megabytes(), 0.0, time.monotonic()
        opened = await _open_many(stack, stage, pod, IDLE)
        await asyncio.sleep(SETTLING)
        shown = stage.cost.megabytes() - before
        used, began = stage.cost.cpu_seconds(), time.monotonic()
        await asyncio.sleep(SETTLING)
        used = (stage.cost.cpu_seconds() - used) / (time.monotonic() - began)
        for socket in opened:
            socket.transport.abort()
        await asyncio.sleep(SETTLING)
        left = stage.cost.megabytes() - before
        printed = sum(socket.size for socket in opened) / IDLE
    each, goal = shown / IDLE * 1000, f"under {MEMORY_GOAL:g} kB"
    return [
        Figure(
            f"An idle shell with its page, of {IDLE}: memory beyond the {printed:.0f} bytes of its screen",
            f"{each:.0f} kB",
            goal,
            each < MEMORY_GOAL,
        ),
        Figure("… once its page has gone", f"{left / IDLE * 1000:.0f} kB", goal, left / IDLE * 1000 < MEMORY_GOAL),
        Figure("… processor time of all of them", f"{used:.1%} of a core"),
    ]


async def _open_many(stack: AsyncExitStack, stage: Stage, pod: str, count: int) -> list[Stream]:
    gate = asyncio.Semaphore(AT_ONCE)

    async def one() -> Stream:
        async with gate:
            return (await _opened(stack, stage, pod))[2]

    return await asyncio.gather(*(one() for _ in range(count)))


async def _opened(stack: AsyncExitStack, stage: Stage, pod: str) -> tuple[Shell, str, Stream]:
    """A shell at its prompt, its session's id and its socket."""
    shell = Shell()
    made = stream(stage.server, stage.socket_of(pod, "shell"), stage.session, shell.take)
    socket = await stack.enter_async_context(made)
    await shell.until("#")
    session = socket.said("session")
    assert session
    return shell, str(session["id"]), socket
