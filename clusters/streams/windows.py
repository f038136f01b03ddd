"""Credit: how much may be on its way to somebody who has not yet said that he took it.

Daphne takes whatever it is given and keeps it in memory, so whoever sends must know when to stop.
"""

import asyncio


class Stalled(Exception):
    """The other side took nothing for too long."""


class Window:
    """Counts bytes that were sent and bytes that were acknowledged; at most `size` may lie between, plus one piece."""

    def __init__(self, size: int, *, patience: float) -> None:
        """`patience`: seconds without an acknowledgement after which a full window is given up, unless `paused`."""
        self.paused = False
        self._size = size
        self._patience = patience
        self._sent = 0
        self._acknowledged = 0
        self._progress = asyncio.Event()

    @property
    def waiting(self) -> int:
        """Bytes that were sent and not acknowledged yet."""
        return self._sent - self._acknowledged

    @property
    def open(self) -> bool:
        """Whether another piece may be sent."""
        return self.waiting < self._size

    def note_sent(self, size: int) -> None:
        self._sent += size

    def acknowledge(self, total: int) -> None:
        """The other side has taken `total` bytes since the beginning; a number that cannot be is not believed."""
        if self._acknowledged < total <= self._sent:
            self._acknowledged = total
            self._progress.set()

    def pause(self, paused: bool) -> None:
        """While paused, a full window is no reason to give up."""
        self.paused = paused
        self._progress.set()

    async def wait_for_room(self) -> None:
        """Returns when another piece may be sent. Raises Stalled."""
        while not self.open:
            self._progress.clear()
            try:
                async with asyncio.timeout(None if self.paused else self._patience):
                    await self._progress.wait()
            except TimeoutError:
                raise Stalled from None
