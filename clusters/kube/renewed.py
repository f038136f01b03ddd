"""Files that kubelet renews while we run: the token and the CA of our pod's service account.

Each request wants what they hold now, and must not wait for a thread: asyncio's own may all be busy with old logs.
"""

import asyncio
import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

AGAIN_SECONDS = 30.0
"""A file is read again after so long even though it looks the same: its time of change may be too coarse to tell."""

_threads = ThreadPoolExecutor(2, thread_name_prefix="credentials")


async def aside(function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """What the function returns or raises, run on threads that are there for credentials only."""
    return await asyncio.get_running_loop().run_in_executor(_threads, partial(function, *args, **kwargs))


class RenewedFile:
    """The file at `path`: read when it looks different from when it was read last, and now and then."""

    def __init__(self, path: str) -> None:
        self._path = Path(path)
        self._content = b""
        self._looks: tuple[int, ...] = ()
        self._read_at = 0.0

    async def content(self) -> bytes:
        """What it holds. Raises OSError."""
        # On the event loop: it takes microseconds, as the file is in memory (kubelet mounts a tmpfs).
        looks = _looks_of(self._path.stat())
        if looks != self._looks or time.monotonic() - self._read_at > AGAIN_SECONDS:
            read_at = time.monotonic()
            self._content = await aside(self._path.read_bytes)
            # As it looked before it was read: what was changed meanwhile is read next time.
            self._looks, self._read_at = looks, read_at
        return self._content


def _looks_of(status: os.stat_result) -> tuple[int, ...]:
    """Another one for a file that was changed, or that a link leads to in place of the one before."""
    return (status.st_mtime_ns, status.st_dev, status.st_ino, status.st_size)
