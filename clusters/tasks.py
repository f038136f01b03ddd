"""Every background task is made and ended here, so that none fails unseen or is left behind."""

import asyncio
import logging
from collections.abc import Coroutine, Iterable
from typing import Any, TypeVar

logger = logging.getLogger(__name__)

T = TypeVar("T")
_running: set[asyncio.Task[Any]] = set()


def guarded(name: str, coroutine: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
    """Start the coroutine as a task. Its failure is logged at once, whether anybody awaits it or not."""
    task = asyncio.create_task(coroutine, name=name)
    # The event loop keeps only a weak reference to a task.
    _running.add(task)
    task.add_done_callback(_ended)
    return task


async def stop(tasks: Iterable[asyncio.Task[Any]], *, timeout: float = 5.0) -> None:  # noqa: ASYNC109
    """Cancel the tasks and wait until they have ended, for at most `timeout` seconds."""
    pending = {task for task in tasks if not task.done()}
    for task in pending:
        task.cancel()
    if not pending:
        return
    _, pending = await asyncio.wait(pending, timeout=timeout)
    for task in pending:
        logger.error("Task %s did not stop within %g s.", task.get_name(), timeout)


async def pause(until: asyncio.Event, seconds: float) -> None:
    """Wait until the event is set, for at most `seconds`."""
    try:
        async with asyncio.timeout(seconds):
            await until.wait()
    except TimeoutError:
        pass


async def together(**work: Coroutine[Any, Any, None]) -> None:
    """Run them side by side until all have ended; one that fails is logged and leaves the others alone."""
    running = [guarded(name, coroutine) for name, coroutine in work.items()]
    try:
        await asyncio.wait(running)
    finally:
        await stop(running)


async def first_of(name: str, *coroutines: Coroutine[Any, Any, T]) -> T:
    """What the first of them to end returns or raises; of several that ended together, the earlier one. The others are
    cancelled. Each is a task called `name`.
    """
    works = [guarded(name, coroutine) for coroutine in coroutines]
    try:
        done, _ = await asyncio.wait(works, return_when=asyncio.FIRST_COMPLETED)
    finally:
        await stop(works)
    return next(work for work in works if work in done).result()


def _ended(task: asyncio.Task[Any]) -> None:
    _running.discard(task)
    if not task.cancelled() and (error := task.exception()):
        logger.error("Task %s failed.", task.get_name(), exc_info=error)
