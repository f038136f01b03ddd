"""Runs the simulator beside the server, as a process of its own that ends with ours."""

import asyncio
import logging
import sys
import threading
from asyncio.subprocess import PIPE, Process
from contextlib import suppress
from pathlib import Path
from time import monotonic

from django.conf import settings

from clusters import demo, tasks, threads
from clusters.tasks import guarded

logger = logging.getLogger(__name__)

FIRST_WAIT, LONGEST_WAIT = 1.0, 60.0
END_SECONDS = 5.0

_starting = threading.Event()


def is_starting() -> bool:
    """Whether this process is about to show the demo cluster and has not yet. May be asked on any thread."""
    return _starting.is_set()


async def run(stop: asyncio.Event) -> None:
    """Keep the demo cluster running until `stop` is set; one that ends by itself is started again."""
    wait = FIRST_WAIT
    _starting.set()
    while not stop.is_set():
        began = monotonic()
        try:
            await _run_once(settings.DATA_DIR / "demo", stop)
        # Whatever went wrong, the next start may go well.
        except Exception:
            logger.exception("The demo cluster could not be run.")
        _starting.clear()
        if stop.is_set():
            return
        wait = FIRST_WAIT if monotonic() - began > LONGEST_WAIT else min(2 * wait, LONGEST_WAIT)
        logger.error("The demo cluster ended; it is started again in %d s.", wait)
        with suppress(TimeoutError):
            async with asyncio.timeout(wait):
                await stop.wait()


async def _run_once(state: Path, stop: asyncio.Event) -> None:
    # Its standard input is a pipe that we hold: however we end, it closes and the simulator ends too.
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "simulator", "--state", str(state), "--world", "demo", "--with-parent"),
        stdin=PIPE,
        stdout=PIPE,
        cwd=settings.BASE_DIR,
    )
    waits = [guarded("demo cluster", _live(process, state)), guarded("end of the demo", stop.wait())]
    try:
        done, _ = await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        for ended in done:
            ended.result()
    finally:
        await tasks.stop(waits)
        await _end(process)


async def _live(process: Process, state: Path) -> None:
    """Makes the cluster known once it listens, and returns when the process has ended."""
    # The first line comes when it listens and has written its kubeconfig.
    if process.stdout and await process.stdout.readline():
        await threads.write(demo.keep, state / "kubeconfig")
        _starting.clear()
    await process.wait()


async def _end(process: Process) -> None:
    # The end of its input, which is how it would also learn of our death.
    if process.stdin:
        process.stdin.close()
    try:
        async with asyncio.timeout(END_SECONDS):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()
