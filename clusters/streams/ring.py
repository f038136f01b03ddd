"""The newest part of a log, kept so that many may read it, each at his own pace: bounded in bytes, counted in lines."""

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from clusters.streams.lines import Place, moment_of
from clusters.streams.logs import Mark, Sign

SMALL_ENTRY = 16 * 1024
LARGEST_ENTRY = 64 * 1024
MARK_SIZE = 256
"""What a mark counts for in bytes, so that marks alone cannot fill the memory either."""

_ANCHOR_LINES = 16


@dataclass
class Entry:
    """Some lines, or a mark. `lines_before` counts all lines of the log that came before it, `instance` wrote it."""

    lines_before: int
    instance: str
    text: bytearray
    mark: Mark | None = None

    @property
    def size(self) -> int:
        return len(self.text) if self.mark is None else MARK_SIZE


@dataclass(frozen=True)
class Anchor:
    """Some lines of the ring by which another reading of the same log finds its way into it, and where they are."""

    block: bytes
    entry: int
    offset: int


class Ring:
    """Entries have consecutive numbers; `first` is that of the oldest which is still here.

    `lines` counts all that ever came, `dropped` says whether some are gone.
    """

    def __init__(self, limit: Callable[[], int]) -> None:
        self.first = 0
        self.size = 0
        self.lines = 0
        self.dropped = False
        self._limit = limit
        self._entries: deque[Entry] = deque()
        self._instance = ""

    @property
    def end(self) -> int:
        """The number that the next entry will have."""
        return self.first + len(self._entries)

    def entry(self, number: int) -> Entry | None:
        """None: it has not come yet, or is gone."""
        index = number - self.first
        return self._entries[index] if 0 <= index < len(self._entries) else None

    def add(self, step: bytes | Mark) -> None:
        """Adds whole lines, or one without its end: what follows it is a mark or the rest of it."""
        if isinstance(step, Mark):
            self._entries.append(Entry(self.lines, self._instance, bytearray(), step))
            self.size += MARK_SIZE
            if step.sign is Sign.INSTANCE:
                self._instance = step.text
        else:
            for part in _parts(step):
                self._add_text(part)
        self.shrink()

    def shrink(self) -> None:
        """Holds to a limit that has become smaller."""
        limit = self._limit()
        while self.size > limit and len(self._entries) > 1:
            self._drop()

    def _add_text(self, text: bytes) -> None:
        last = self._entries[-1] if self._entries else None
        goes_on = last is not None and last.mark is None and (len(last.text) < SMALL_ENTRY or _is_unfinished(last))
        if last is not None and goes_on:
            last.text += text
        else:
            self._entries.append(Entry(self.lines, self._instance, bytearray(text)))
        self.lines += text.count(b"\n")
        self.size += len(text)

    def _drop(self) -> None:
        gone = self._entries.popleft()
        self.size -= gone.size
        self.first += 1
        self.dropped = True

    # ---------- Places to read from ----------

    def middle(self) -> int:
        """The number of the entry from which about half of what is here is left, or of the last."""
        left = self.size
        for number, entry in enumerate(self._entries, self.first):
            if left <= self.size // 2:
                return number
            left -= entry.size
        return max(self.first, self.end - 1)

    def begins_an_instance(self) -> bool:
        """Whether the beginning of the newest instance is here, after the end of another."""
        marks = (entry for entry in self._entries if entry.mark is not None and entry.instance)
        return any(entry.mark is not None and entry.mark.sign is Sign.INSTANCE for entry in marks)

    def last_lines(self, count: int) -> tuple[int, int]:
        """Where the last `count` lines begin: the number of an entry and an offset in it."""
        for number in range(self.end - 1, self.first - 1, -1):
            entry = self._entries[number - self.first]
            here = entry.text.count(b"\n")
            if here >= count:
                return number, _nth_last_line(entry.text, count) if count else len(entry.text)
            count -= here
        return self.first, 0

    def since(self, moment: datetime) -> tuple[int, int]:
        """Where the lines begin that were written at or after the moment."""
        for number in range(self.end - 1, self.first - 1, -1):
            entry = self._entries[number - self.first]
            began = moment_of(bytes(entry.text[:64]))
            if began and began < moment:
                late = (offset for offset, line in _lines(entry) if (moment_of(line) or began) >= moment)
                return number, next(late, len(entry.text))
        return self.first, 0

    def after(self, instance: str, place: Place) -> tuple[int, int] | None:
        """Where it goes on after the place; None where that is not here, or cannot be told for sure."""
        missing, is_sure = place.times, False
        for number, entry in enumerate(self._entries, self.first):
            if entry.mark is not None or entry.instance != instance:
                continue
            if place.needle not in entry.text:
                is_sure = is_sure or missing == place.times
                continue
            for offset, line in _lines(entry):
                if not place.is_after(line):
                    # Some that are alike may have gone already, unless another one stands before them.
                    is_sure = is_sure or missing == place.times
                    continue
                missing -= 1
                if not missing:
                    return (number, offset + len(line) + 1) if is_sure else None
        return None

    def newest_moment(self) -> datetime | None:
        """When the last whole line was written."""
        for entry in reversed(self._entries):
            end = entry.text.rfind(b"\n")
            if end >= 0:
                return moment_of(bytes(entry.text[entry.text.rfind(b"\n", 0, end) + 1 : end]))
        return None

    def oldest_moment(self) -> datetime | None:
        """When the first line that is here was written."""
        found = (moment_of(bytes(entry.text[:64])) for entry in self._entries if entry.mark is None)
        return next(found, None)

    def anchor(self) -> Anchor | None:
        """The first lines that are here; where lines share a moment, those of the next moment."""
        for number, entry in enumerate(self._entries, self.first):
            if b"\n" in entry.text:
                return _anchor(number, bytes(entry.text))
        return None


class Cursor:
    """One reader's place. Whoever the ring overtakes is told how many lines he missed, and goes on in its middle."""

    def __init__(self, ring: Ring, entry: int, offset: int = 0, *, instance: str = "") -> None:
        self._ring = ring
        self._entry = entry
        self._offset = offset
        self._instance = instance
        self._pending: deque[Mark] = deque()
        self._unfinished = False
        here = ring.entry(entry)
        self._lines = here.lines_before + here.text[:offset].count(b"\n") if here else ring.lines
        self._note_instance(here)

    def next(self, most: int) -> bytes | Mark | None:
        """What comes next, at most so many bytes cut where lines end if that can be; None: nothing yet."""
        if self._pending:
            return self._pending.popleft()
        if self._entry < self._ring.first:
            self._skip()
            return self.next(most)
        while entry := self._ring.entry(self._entry):
            if entry.mark is not None:
                self._go_to(self._entry + 1)
                return self._passed(entry.mark)
            if text := self._text(entry, most):
                return text
            if self._entry == self._ring.end - 1:
                return None
            self._go_to(self._entry + 1)
        return None

    def _text(self, entry: Entry, most: int) -> bytes:
        text = bytes(entry.text[self._offset : self._offset + most])
        if self._offset + len(text) < len(entry.text):
            text = text[: text.rfind(b"\n") + 1] or text
        self._offset += len(text)
        self._lines += text.count(b"\n")
        self._unfinished = not text.endswith(b"\n") if text else self._unfinished
        return text

    def _skip(self) -> None:
        if self._unfinished:
            self._pending.append(Mark(Sign.REWIND))
        target = self._ring.middle()
        entry = self._ring.entry(target)
        reached = entry.lines_before if entry else self._ring.lines
        if reached > self._lines:
            self._pending.append(Mark(Sign.SKIPPED, lines=reached - self._lines))
        self._lines, self._unfinished = reached, False
        self._go_to(target)
        self._note_instance(entry)

    def _note_instance(self, entry: Entry | None) -> None:
        if entry and entry.instance != self._instance:
            self._instance = entry.instance
            self._pending.append(Mark(Sign.INSTANCE, entry.instance))

    def _passed(self, mark: Mark) -> Mark:
        if mark.sign is Sign.INSTANCE:
            self._instance = mark.text
        self._unfinished = False
        return mark

    def _go_to(self, entry: int) -> None:
        self._entry, self._offset = entry, 0


def _parts(text: bytes) -> Iterator[bytes]:
    """The text in parts of at most LARGEST_ENTRY bytes, cut where lines end if that can be."""
    at = 0
    while len(text) - at > LARGEST_ENTRY:
        end = text.rfind(b"\n", at, at + LARGEST_ENTRY) + 1 or text.find(b"\n", at) + 1 or len(text)
        yield text[at:end]
        at = end
    if at < len(text):
        yield text[at:]


def _lines(entry: Entry) -> Iterator[tuple[int, bytes]]:
    """Every whole line without its end, and its offset."""
    offset = 0
    for line in bytes(entry.text).split(b"\n")[:-1]:
        yield offset, line
        offset += len(line) + 1


def _is_unfinished(entry: Entry) -> bool:
    return bool(entry.text) and not entry.text.endswith(b"\n")


def _nth_last_line(text: bytearray, count: int) -> int:
    """The offset at which the last `count` whole lines begin."""
    at = text.rfind(b"\n")
    for _ in range(count):
        at = text.rfind(b"\n", 0, at)
    return at + 1


def _anchor(number: int, text: bytes) -> Anchor:
    lines = text.split(b"\n")[:-1]
    skipped = next((index for index in range(1, len(lines)) if _stamp(lines[index]) != _stamp(lines[index - 1])), 0)
    offset = sum(len(line) + 1 for line in lines[:skipped])
    block = b"".join(line + b"\n" for line in lines[skipped : skipped + _ANCHOR_LINES])
    return Anchor(block, number, offset)


def _stamp(line: bytes) -> bytes:
    return line.partition(b" ")[0]
