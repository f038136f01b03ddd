"""The lines of one run of a container, each computed from the seed and its place in time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from simulator.logs.images import Habit
from simulator.logs.scripted import DATE, Speech
from simulator.logs.styles import Moment

KEPT_LINES = 20_000
"""About how many entries the runtime keeps before it rotates; older ones cannot be read any more."""

_PER_SLOT = 4
_SHORTEST_SLOT, _LONGEST_SLOT = 1.0, 600.0
_LINE_APART = timedelta(microseconds=15)


@dataclass(frozen=True, slots=True)
class Line:
    """A line without its newline, and when it was written."""

    moment: datetime
    text: str

    def stamped(self) -> str:
        """With its time in front, as the API gives it with `timestamps`."""
        nanoseconds = self.moment.microsecond * 7 % 1000
        return f"{self.moment:%Y-%m-%dT%H:%M:%S}.{self.moment.microsecond:06d}{nanoseconds:03d}Z {self.text}"


@dataclass(frozen=True)
class Run:
    """One run of a container; `finished` None while it runs, `failed` when it went with an error of its own."""

    key: str
    pod: str
    container: str
    habit: Habit
    started: datetime
    finished: datetime | None = None
    failed: bool = False
    speech: Speech | None = None
    """What it says where it only runs a small script; then its habit says nothing."""


class Timeline:
    """Time is cut into slots; the lines of a slot come from a generator of its own."""

    def __init__(self, run: Run, seed: int) -> None:
        self._run = run
        self._seed = seed
        self._length = min(_LONGEST_SLOT, max(_SHORTEST_SLOT, _PER_SLOT / run.habit.rate))
        # Times in objects are cut to seconds: the container ended within the second that they name.
        self._end = run.finished + timedelta(seconds=1) if run.finished else None

    def oldest(self, now: datetime) -> datetime:
        """Where the log begins: what was before has been rotated away."""
        period = KEPT_LINES / self._run.habit.rate
        rotations = int((now - self._run.started).total_seconds() // period) - 1
        return self._run.started + timedelta(seconds=max(0, rotations) * period)

    def slots(self, since: datetime) -> Iterator[tuple[datetime, list[Line]]]:
        """Where each slot begins and its lines, from the slot of `since` on: without end unless the run has ended.

        What the container said last comes as a slot of its own.
        """
        index = max(0, self._index(since))
        while self._end is None or self._start_of(index) < self._end:
            yield self._start_of(index), self._slot(index)
            index += 1
        if self._end is not None:
            yield self._end, self._last_words()

    def last(self, count: int, since: datetime, until: datetime) -> list[Line]:
        """The last lines before `until`, none of which is before `since`."""
        found: list[list[Line]] = []
        if self._end is not None and self._end <= until:
            found.append(self._last_words())
        index = self._index(min(until, self._end) if self._end else until)
        while index >= 0 and sum(map(len, found)) < count and self._start_of(index + 1) >= since:
            found.append([line for line in self._slot(index) if since <= line.moment <= until])
            index -= 1
        lines = [line for slot in reversed(found) for line in slot]
        return lines[max(0, len(lines) - count) :]

    def _index(self, moment: datetime) -> int:
        return int((moment - self._run.started).total_seconds() // self._length)

    def _start_of(self, index: int) -> datetime:
        return self._run.started + timedelta(seconds=index * self._length)

    def _slot(self, index: int) -> list[Line]:
        chance = Random(f"{self._seed} {self._run.key} {index}")  # noqa: S311 - a game, not a secret
        start = self._start_of(index)
        if self._run.speech:
            return self._spoken(self._run.speech, index)
        first = self._first_words() if index == 0 else []
        rate = self._run.habit.rate * self._length
        # Half an entry on average is one every other slot.
        count = int(rate * chance.uniform(0.5, 1.5) + chance.random())
        offsets = sorted(chance.random() for _ in range(count))
        earliest = first[-1].moment if first else start
        lines = list(first)
        for place, offset in enumerate(offsets):
            moment = max(start + timedelta(seconds=offset * self._length), earliest + _LINE_APART)
            entry = self._run.habit.style(self._moment(moment, int(index * rate) + place, chance))
            lines += _spread(moment, entry)
            earliest = lines[-1].moment if lines else earliest
        return self._before_end(lines)

    def _spoken(self, speech: Speech, index: int) -> list[Line]:
        lines = []
        for place, (seconds, text) in enumerate(speech.between(index * self._length, (index + 1) * self._length)):
            moment = self._run.started + timedelta(seconds=seconds) + place * _LINE_APART
            lines.append(Line(moment, text.replace(DATE, f"{moment:%a %b %e %H:%M:%S UTC %Y}")))
        return self._before_end(lines)

    def _before_end(self, lines: list[Line]) -> list[Line]:
        return [line for line in lines if self._end is None or line.moment < self._end]

    def _moment(self, now: datetime, number: int, chance: Random) -> Moment:
        run = self._run
        return Moment(run.pod, run.container, now, number, run.started, chance)

    def _first_words(self) -> list[Line]:
        chance = Random(f"{self._seed} {self._run.key} first")  # noqa: S311 - a game, not a secret
        moment = self._run.started + timedelta(milliseconds=chance.randrange(40, 400))
        return self._said(self._run.habit.first, moment, timedelta(milliseconds=7))

    def _last_words(self) -> list[Line]:
        if not self._run.failed or self._end is None:
            return []
        return self._said(self._run.habit.last, self._end, _LINE_APART)

    def _said(self, lines: Sequence[str], moment: datetime, apart: timedelta) -> list[Line]:
        found = []
        for index, text in enumerate(lines):
            now = moment + index * apart
            found.append(Line(now, text.format(pod=self._run.pod, **_written(now))))
        return found


def _spread(moment: datetime, entry: list[str]) -> list[Line]:
    """The lines of an entry, one shortly after the other."""
    return [Line(moment + index * _LINE_APART, text) for index, text in enumerate(entry)]


def _written(moment: datetime) -> dict[str, str]:
    """The moment as different programs write it."""
    milliseconds = f"{moment.microsecond // 1000:03d}"
    return {
        "time": f"{moment:%Y-%m-%dT%H:%M:%S}.{milliseconds}Z",
        "spaced": f"{moment:%Y-%m-%d %H:%M:%S}.{milliseconds}",
        "comma": f"{moment:%Y-%m-%d %H:%M:%S},{milliseconds}",
        "slashed": f"{moment:%Y/%m/%d %H:%M:%S}",
    }
