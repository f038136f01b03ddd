"""What a terminal tells of itself to whoever records it. `clusters.recordings` has the one that writes it down."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Protocol

from clusters.models import TerminalSession


class CannotRecord(Exception):
    """Nothing can be recorded and the cluster's policy allows no shell without; the message says why."""


class Recorder(Protocol):
    """Told of everything in the order in which it happened.

    `is_recording` may become False while the terminal goes on.
    """

    @property
    def is_recording(self) -> bool:
        """Whether what is told now will be found in a recording."""

    @property
    def has_room(self) -> bool:
        """Whether it can be told of more output now; it may be told all the same."""

    async def room(self) -> None:
        """Returns when it has room: while too much is not written down yet it has none."""

    def output(self, data: bytes) -> None:
        """The program has printed `data`."""

    def input(self, data: bytes) -> None:
        """The program has taken `data` as typed."""

    def resized(self, columns: int, rows: int) -> None:
        """The screen has another size, in cells."""

    async def trouble(self) -> str:
        """Returns when nothing more is recorded, with the reason. Raises CannotRecord where the terminal must end."""

    async def close(self, exit_code: int | None) -> None:
        """It is over; None where the exit code is not known. Never raises."""


OpenRecorder = Callable[[TerminalSession, tuple[int, int], str | None], Awaitable[Recorder]]
"""Makes the recorder of a session, for a screen of so many columns and rows, with the address that its user comes from.
Raises CannotRecord."""


class NotRecorded:
    """Records nothing; with a `reason` where it should have."""

    is_recording = False
    has_room = True

    def __init__(self, reason: str = "") -> None:
        self._reason = reason

    async def room(self) -> None:
        pass

    def output(self, data: bytes) -> None:
        pass

    def input(self, data: bytes) -> None:
        pass

    def resized(self, columns: int, rows: int) -> None:
        pass

    async def trouble(self) -> str:
        if not self._reason:
            await asyncio.Event().wait()
        return self._reason

    async def close(self, exit_code: int | None) -> None:
        pass
