"""How long to wait before a watch is tried again."""

import asyncio
import secrets
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from clusters.kube.errors import Forbidden, KubeError, NotFound, TooManyRequests, Unauthorized

FIRST_WAIT = 0.8
LONGEST_WAIT = 30.0
HEALTHY_AFTER = 120.0
"""Seconds; client-go's figures, so that our load on an API server is what it is built for."""

_RETRY_AFTER_LIMIT = 300.0
_WAITS: dict[type[KubeError], float] = {Unauthorized: 30.0, Forbidden: 60.0, NotFound: 60.0}


@dataclass(frozen=True)
class Pace:
    """The clock, the dice and the patience of a watch, in seconds. Tests bring their own."""

    clock: Callable[[], float] = time.monotonic
    uniform: Callable[[float, float], float] = secrets.SystemRandom().uniform
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    silence: float = 70.0
    """Servers send a bookmark each minute; without one for this long the connection is taken for dead."""
    list_silence: float = 15.0
    """How long a streaming list may pause before it is asked for in pages instead."""


class Backoff:
    """Counts failures in a row and says how long to wait; forgets them after two minutes without one."""

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self._failures = 0
        self._quiet_until = 0.0

    def after(self, error: KubeError) -> float:
        """Seconds to wait after this failure, never less than the server asked for."""
        now = self._pace.clock()
        if now - self._quiet_until > HEALTHY_AFTER:
            self._failures = 0
        self._failures += 1
        wait = self._wait(error)
        self._quiet_until = now + wait
        return wait

    def _wait(self, error: KubeError) -> float:
        if fixed := _WAITS.get(type(error)):
            return fixed + self._pace.uniform(0, fixed / 10)
        longest = min(FIRST_WAIT * 2 ** min(self._failures - 1, 10), LONGEST_WAIT)
        # Full jitter spreads the first retries of many watches. At the ceiling half of it is kept as a floor: a dead
        # server then gets one request in 20 s from each watch, and is noticed within 30 s when it is back.
        floor = LONGEST_WAIT / 2 if longest == LONGEST_WAIT else 0.0
        if isinstance(error, TooManyRequests) and error.retry_after:
            floor += min(error.retry_after, _RETRY_AFTER_LIMIT)
            longest += floor
        return self._pace.uniform(floor, longest)
