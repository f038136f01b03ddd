"""The time of the simulated world."""

import asyncio
import heapq
import itertools
import time
from datetime import UTC, datetime, timedelta


class Clock:
    """Wall-clock time that may run faster than the machine's, and jump."""

    def __init__(self, speed: float = 1.0) -> None:
        """`speed`: simulated seconds in a real one."""
        self._speed = speed
        self._started = time.monotonic()
        self._epoch = datetime.now(UTC)
        self._jumped = 0.0

    def now(self) -> datetime:
        """The simulated date and time, in UTC."""
        return self._epoch + timedelta(seconds=self.monotonic() + self._jumped)

    def monotonic(self) -> float:
        """Simulated seconds since the start; never jumps."""
        return (time.monotonic() - self._started) * self._speed

    async def sleep(self, seconds: float) -> None:
        """Wait for so many simulated seconds."""
        await asyncio.sleep(seconds / self._speed)

    def jump(self, seconds: float) -> None:
        """Set the wall clock forward or back, as an administrator does; `monotonic` and sleepers do not notice."""
        self._jumped += seconds


class VirtualClock(Clock):
    """Time that stands still while anything runs and then jumps to whoever wakes first: hours pass in a moment.

    Sleepers wake in the order of their time, each alone: the same program sees the same order every time.
    """

    def __init__(self, start: datetime = datetime(2026, 1, 5, 8, tzinfo=UTC)) -> None:
        super().__init__()
        self._epoch = start
        self._elapsed = 0.0
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._order = itertools.count()
        self._turning: asyncio.Handle | None = None

    def monotonic(self) -> float:
        """Virtual seconds since the start."""
        return self._elapsed

    async def sleep(self, seconds: float) -> None:
        """Wait until virtual time has come so far."""
        future = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self._elapsed + max(seconds, 0.0), next(self._order), future))
        self._turn_when_idle()
        await future

    def _turn_when_idle(self) -> None:
        if self._turning is None:
            self._turning = asyncio.get_running_loop().call_soon(self._wake_next, _PATIENCE)

    def _wake_next(self, rounds: int) -> None:
        """Wake the first sleeper once the loop had `rounds` more rounds for whatever is ready to run."""
        if rounds:
            self._turning = asyncio.get_running_loop().call_soon(self._wake_next, rounds - 1)
            return
        self._turning = None
        while self._sleepers:
            moment, _, future = heapq.heappop(self._sleepers)
            if not future.done():
                self._elapsed = max(self._elapsed, moment)
                future.set_result(None)
                break
        if self._sleepers:
            self._turn_when_idle()


_PATIENCE = 20
"""Rounds of the event loop: a chain of tasks that wake each other takes one each, before time may pass."""


def timestamp(moment: datetime) -> str:
    """As objects carry it: "2026-11-25T11:00:00Z"."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def micro_timestamp(moment: datetime) -> str:
    """With microseconds, as leases and new events carry it: "2026-11-25T11:00:00.000000Z"."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def moment_of(text: str) -> datetime:
    """The moment of a timestamp of either form. Raises ValueError."""
    return datetime.fromisoformat(text).astimezone(UTC)
