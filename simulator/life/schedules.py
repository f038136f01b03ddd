"""Schedules of cron jobs: five fields, and words such as @hourly.

Source: https://en.wikipedia.org/wiki/Cron
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

_WORDS = {
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
}
_RANGES = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))
_NAMES = {
    **{name: number for number, name in enumerate(("sun", "mon", "tue", "wed", "thu", "fri", "sat"))},
    **{
        name: number
        for number, name in enumerate(
            ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), start=1
        )
    },
}
_YEARS = 5


@dataclass(frozen=True)
class Schedule:
    """The values that each field allows."""

    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]
    either_day: bool
    """Whether a day of the month or a day of the week is enough, as when both are given."""

    def after(self, moment: datetime) -> datetime | None:
        """The first time after `moment`, None when there is none in five years."""
        time = moment.replace(second=0, microsecond=0) + timedelta(minutes=1)
        end = moment + timedelta(days=366 * _YEARS)
        while time < end:
            if not self._has_day(time):
                time = time.replace(hour=0, minute=0) + timedelta(days=1)
            elif time.hour not in self.hours:
                time = time.replace(minute=0) + timedelta(hours=1)
            elif time.minute not in self.minutes:
                time += timedelta(minutes=1)
            else:
                return time
        return None

    def _has_day(self, time: datetime) -> bool:
        if time.month not in self.months:
            return False
        of_month, of_week = time.day in self.days, time.isoweekday() % 7 in self.weekdays
        return (of_month or of_week) if self.either_day else (of_month and of_week)


def parse(text: str) -> Schedule:
    """Reads a schedule. Raises ValueError."""
    fields = _WORDS.get(text, text).split()
    if len(fields) != len(_RANGES):
        raise ValueError(f"expected exactly 5 fields, found {len(fields)}: [{text}]")
    values = [_field(field, low, high) for field, (low, high) in zip(fields, _RANGES, strict=True)]
    weekdays = frozenset(day % 7 for day in values[4])
    either = not fields[2].startswith("*") and not fields[4].startswith("*")
    return Schedule(values[0], values[1], values[2], values[3], weekdays, either)


def _field(field: str, low: int, high: int) -> frozenset[int]:
    allowed: set[int] = set()
    for part in field.lower().split(","):
        match = re.fullmatch(r"(\*|\w+)(?:-(\w+))?(?:/(\d+))?", part)
        if match is None or match[3] == "0":
            raise ValueError(f"failed to parse: {field}")
        first = low if match[1] == "*" else _number(match[1])
        last = _number(match[2]) if match[2] else (high if match[1] == "*" or match[3] else first)
        if not low <= first <= last <= high:
            raise ValueError(f"out of range: {field}")
        allowed.update(range(first, last + 1, int(match[3] or 1)))
    return frozenset(allowed)


def _number(text: str) -> int:
    return _NAMES[text] if text in _NAMES else int(text)
