"""Changes at a steady rate, whoever may be too slow to read them."""

import asyncio
import time
from collections.abc import Callable

_TICK = 0.002
"""Seconds between looks at what is due; at 5,000 changes a second ten are made at once."""

MOST = 20_000
"""Changes a second that may be asked for."""


class Churn:
    """Calls `change` so many times a second. What is late is made up for and never dropped; how late is noted."""

    def __init__(self, change: Callable[[], None]) -> None:
        self.rate = 0.0
        self.latest = 0.0
        """How many seconds the latest change came after it was due, since the rate was set."""
        self._change = change
        self._began = 0.0
        self._made = 0
        self._is_set = asyncio.Event()

    def set_rate(self, rate: float) -> None:
        """From now on so many changes a second; 0 for none. Raises ValueError for one out of range."""
        if not 0 <= rate <= MOST:
            raise ValueError(f"The rate must be from 0 to {MOST} changes a second.")
        self.rate, self.latest, self._made, self._began = rate, 0.0, 0, time.monotonic()
        if rate:
            self._is_set.set()
        else:
            self._is_set.clear()

    async def run(self, tell: Callable[[], None]) -> None:
        """Until cancelled; `tell` is called after each few changes."""
        while True:
            await self._is_set.wait()
            if self._catch_up():
                tell()
            await asyncio.sleep(_TICK)

    def _catch_up(self) -> int:
        passed = time.monotonic() - self._began
        due = int(passed * self.rate) - self._made
        if due:
            self.latest = max(self.latest, passed - (self._made + 1) / self.rate)
        for _ in range(due):
            self._change()
        self._made += due
        return due
