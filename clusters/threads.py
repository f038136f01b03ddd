"""The threads on which async code talks to the database.

All writes of a process go through one thread: SQLite lets one writer in at a time, and writers that queue here never
wait for its lock. Reads have a small pool. Both keep their connections open between calls; a connection that raised or
lay idle is closed, and the next call opens a new one.
"""

import asyncio
import contextvars
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import ParamSpec, TypeVar

from django.db import DatabaseError, connections

P = ParamSpec("P")
R = TypeVar("R")

READERS = 4
IDLE_SECONDS = 60.0
"""A proxy or the database server may have dropped a connection that was idle for longer."""

_last_use = threading.local()


class Pool:
    """Threads that keep database connections. `waiting` is the number of calls that have not ended yet."""

    def __init__(self, name: str, threads: int) -> None:
        self.waiting = 0
        self._counting = threading.Lock()
        self._is_used = False
        self._name = name
        self._threads = threads
        self._executor = self._new_executor()

    async def run(self, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """What the function returns or raises. Cancelling does not stop it: it ends on its thread."""
        context = contextvars.copy_context()
        self._is_used = True
        self._count(1)
        call = partial(_with_connections, function, *args, **kwargs)
        future = self._executor.submit(context.run, call)
        future.add_done_callback(lambda _: self._count(-1))
        return await asyncio.wrap_future(future)

    def close(self) -> None:
        """Wait for the calls under way and close every connection. The pool can be used again."""
        if not self._is_used:
            return
        everyone = threading.Barrier(self._threads)
        for _ in range(self._threads):
            self._executor.submit(_close_connections, everyone)
        self._executor.shutdown()
        self._executor = self._new_executor()
        self._is_used = False

    def _count(self, calls: int) -> None:
        # Calls begin on the event loop's thread and end on the pool's.
        with self._counting:
            self.waiting += calls

    def _new_executor(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(self._threads, thread_name_prefix=self._name)


def _with_connections(function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    now = time.monotonic()
    if now - getattr(_last_use, "at", now) > IDLE_SECONDS:
        connections.close_all()
    _last_use.at = now
    try:
        return function(*args, **kwargs)
    except DatabaseError:
        connections.close_all()
        raise


def _close_connections(everyone: threading.Barrier) -> None:
    connections.close_all()
    # No thread takes a second turn before each has had its first.
    everyone.wait()


writer = Pool("write", 1)
readers = Pool("read", READERS)
long_readers = Pool("read long", READERS)


async def write(function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Run the function on the one writer thread."""
    return await writer.run(function, *args, **kwargs)


async def read(function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Run the function on one of the reader threads; querysets must be evaluated in it."""
    return await readers.run(function, *args, **kwargs)


async def read_long(function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """As `read`, for what may also wait for a storage: on threads of its own, so that no check of a right waits."""
    return await long_readers.run(function, *args, **kwargs)


def close() -> None:
    """Wait for what is under way and drop the threads with their connections, at the end of a process or a test."""
    writer.close()
    readers.close()
    long_readers.close()
