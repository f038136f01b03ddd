"""The lines of a log: cut where they are too long, and remembered well enough to go on after a break.

The API server is always asked for timestamps, so that each line begins with its moment.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

LINE_LIMIT = 64 * 1024
"""Bytes of a line that are passed on; more is counted and left out."""

KNOWN = 200
"""Bytes of a line by which it is known again; its beginning is its moment, to the nanosecond. A page tells so much of a
line of each source in one message."""

YEARS = range(1970, 9999)
"""Of moments that are believed: from one at either end of the calendar no time can be taken off or added."""

_UNREADABLE = "\N{REPLACEMENT CHARACTER}".encode()
_KEPT = LINE_LIMIT * 3
# RFC 3339 with nanoseconds, as the kubelet writes it.
_STAMP = re.compile(rb"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d{1,9})?(Z|[+-]\d\d:\d\d) ")
_SLACK = timedelta(seconds=2)
"""Lines of stdout and stderr may be written a moment out of order."""


class LineCutter:
    """Cuts lines longer than `limit`. Works in whole pieces: a flood has no time for each line."""

    def __init__(self, limit: int = LINE_LIMIT, where: str = "are only in the download") -> None:
        """`where` says what became of the rest."""
        self._limit = limit
        self._where = where
        self._length = 0
        self._left_out = 0

    def feed(self, piece: bytes) -> bytes:
        """The piece without what is too long; where a long line ends, it says how many bytes are missing."""
        if self._length + len(piece) <= self._limit:
            last = piece.rfind(b"\n")
            self._length = self._length + len(piece) if last < 0 else len(piece) - last - 1
            return piece
        return b"".join(self._parts(piece))

    def finish(self) -> bytes:
        """What to add when the log ends inside a line that is too long."""
        left_out, self._left_out, self._length = self._left_out, 0, 0
        return f" … {left_out:,} more bytes of this line {self._where}".encode() if left_out else b""

    def _parts(self, piece: bytes) -> list[bytes]:
        parts, at = [], 0
        while at < len(piece):
            room = self._limit - self._length
            newline = piece.rfind(b"\n", at, at + room + 1) if not self._left_out else -1
            if newline >= 0:
                parts.append(piece[at : newline + 1])
                at, self._length = newline + 1, 0
                continue
            newline = piece.find(b"\n", at)
            end = newline if newline >= 0 else len(piece)
            taken = min(room, end - at)
            parts.append(piece[at : at + taken])
            self._length += taken
            self._left_out += end - at - taken
            at = end
            if newline >= 0:
                parts.append(self.finish() + b"\n")
                at += 1
        return parts


@dataclass(frozen=True)
class Place:
    """A place in a log: after the `times`th line that begins like `line` (at most KNOWN bytes of it)."""

    line: bytes
    times: int = 1

    def is_after(self, line: bytes) -> bool:
        """Whether this is the place after a line like this one. A browser that went by it has only seen text."""
        if line[:KNOWN] == self.line:
            return True
        return _UNREADABLE in self.line and line.decode(errors="replace").encode()[:KNOWN] == self.line

    @property
    def needle(self) -> bytes:
        """Bytes that are in every line that this can be the place after."""
        return self.line.partition(_UNREADABLE)[0]

    @property
    def moment(self) -> datetime | None:
        """When the line was written; None when it does not say."""
        found = _STAMP.match(self.line)
        return _second(found) if found else None

    @property
    def since(self) -> str:
        """The `sinceTime` from which to ask again: whole seconds, which is all that a kubelet understands."""
        moment = self.moment
        return (moment - _SLACK).isoformat() if moment else ""


def moment_of(line: bytes) -> datetime | None:
    """When the line was written, to the microsecond; None when it does not say."""
    found = _STAMP.match(line)
    second = _second(found) if found else None
    if not found or not second:
        return None
    return second + timedelta(microseconds=int(found[2][1:7].ljust(6, b"0"))) if found[2] else second


def without_moment(line: bytes) -> tuple[bytes, bytes]:
    """When the line was written, as it says, and its text; the moment is empty where it does not say."""
    found = _STAMP.match(line)
    return (line[: found.end() - 1], line[found.end() :]) if found else (b"", line)


def nanoseconds(line: bytes) -> int | None:
    """When the line was written, in nanoseconds since 1970; None when it does not say."""
    found = _STAMP.match(line)
    second = _second(found) if found else None
    if not found or not second:
        return None
    return int(second.timestamp()) * 1_000_000_000 + int((found[2] or b".")[1:].ljust(9, b"0"))


def _second(found: re.Match[bytes]) -> datetime | None:
    try:
        second = datetime.fromisoformat((found[1] + found[3]).decode())
    except ValueError:
        return None
    return second if second.year in YEARS else None


def place_of(line: bytes, times: int = 1) -> Place:
    """The place after a line."""
    return Place(line[:KNOWN], times)


class Memory:
    """Remembers the last lines that were passed on."""

    def __init__(self) -> None:
        self._recent = bytearray()

    def note(self, piece: bytes) -> None:
        self._recent += piece[-_KEPT:]
        if len(self._recent) > 2 * _KEPT:
            del self._recent[:-_KEPT]

    def rewind(self) -> bool:
        """Forgets the last line if it has no end yet; whether there was one."""
        end = self._recent.rfind(b"\n") + 1
        unfinished = end < len(self._recent)
        del self._recent[end:]
        return unfinished

    def place(self) -> Place | None:
        """The place after the last complete line that has a moment; None when there was none yet."""
        lines = [line[:KNOWN] for line in bytes(self._recent).split(b"\n")[:-1]]
        for line in reversed(lines):
            if _STAMP.match(line):
                return Place(line, lines.count(line))
        return None


class Lost(Exception):
    """The place is not in the log any more."""


class Finder:
    """Drops what comes before a place. stern's rule, made exact: the line itself is looked for, not only its second."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._missing = place.times
        self._head = b""
        moment = place.moment
        self._limit = moment + _SLACK if moment else None

    def feed(self, piece: bytes) -> bytes:
        """What comes after the place, if it is in this piece. Raises Lost when it was passed without being seen."""
        lines = (self._head + piece).split(b"\n")
        self._head = lines.pop()
        for number, line in enumerate(lines):
            if self._place.is_after(line):
                self._missing -= 1
                if not self._missing:
                    return b"\n".join([*lines[number + 1 :], self._head])
            elif self._is_past(line):
                raise Lost
        return b""

    @property
    def found(self) -> bool:
        return self._missing == 0

    def _is_past(self, line: bytes) -> bool:
        moment = Place(line[:64]).moment
        return moment is not None and self._limit is not None and moment > self._limit
