"""What the API server cannot leave out: lines after a moment, and all but the last lines before it."""

from collections import deque
from datetime import UTC, datetime, timedelta

from clusters.streams.lines import moment_of

MOST_KEPT = 4 * 1024 * 1024
"""Bytes of lines that are kept to find the last of them."""

OVER = "That was the last line of the time that was asked for."

LATE = timedelta(seconds=3)
"""After its moment, a line may still be on its way."""


class Until:
    """Lets lines through up to the moment; `is_over` once a later one came."""

    def __init__(self, moment: datetime | None) -> None:
        self._moment = moment
        self.is_over = False

    @property
    def seconds_left(self) -> float | None:
        """Until no line can come any more, however late; None: lines may always come."""
        if self._moment is None:
            return None
        return max(0.0, (self._moment + LATE - datetime.now(UTC)).total_seconds())

    def cut(self, lines: bytes) -> bytes:
        """Whole lines, those that were written after the moment left out."""
        if self._moment is None or not self._is_late(lines.rstrip(b"\n").rpartition(b"\n")[2]):
            return lines
        at = 0
        while at < len(lines):
            end = lines.find(b"\n", at) + 1 or len(lines)
            if self._is_late(lines[at:end]):
                self.is_over = True
                return lines[:at]
            at = end
        return lines

    def _is_late(self, line: bytes) -> bool:
        written = moment_of(line)
        return written is not None and self._moment is not None and written > self._moment


class LastLines:
    """Keeps the last `most` lines, and no more than so many bytes of them; `passed` counts those before."""

    def __init__(self, most: int, most_bytes: int = MOST_KEPT) -> None:
        self._most = most
        self._most_bytes = most_bytes
        self._lines: deque[bytes] = deque()
        self._size = 0
        self.passed = 0

    @property
    def count(self) -> int:
        """How many are kept now."""
        return len(self._lines)

    @property
    def left_out(self) -> int:
        """How many of the last `most` lines were let go because they are too many bytes."""
        return min(self.passed, self._most - self.count)

    @property
    def between(self) -> tuple[int, ...]:
        """How many lines were left out after each that is kept: none anywhere."""
        return ()

    def add(self, lines: bytes) -> None:
        """Whole lines; the last may lack its end."""
        for line in _split(lines):
            self._keep(line)

    def take(self) -> bytes:
        """All that were kept; they are forgotten here."""
        text = b"".join(self._lines)
        self._lines.clear()
        self._size = 0
        return text

    def _keep(self, line: bytes) -> None:
        self._lines.append(line)
        self._size += len(line)
        while len(self._lines) > self._most or (self._size > self._most_bytes and len(self._lines) > 1):
            self._size -= len(self._lines.popleft())
            self.passed += 1


def _split(lines: bytes) -> list[bytes]:
    """At newlines only: a carriage return and the like are part of a line."""
    parts = lines.split(b"\n")
    last = parts.pop()
    return [*(part + b"\n" for part in parts), *([last] if last else [])]
