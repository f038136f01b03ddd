"""How many logs each user has open in this process, live and being downloaded."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from django.contrib.auth.models import User

MOST_LOGS = 20

_open: Counter[int] = Counter()


class TooManyLogs(Exception):
    """The user has MOST_LOGS open; the message says so."""


@contextmanager
def counted(user: User) -> Iterator[None]:
    """Counts one log of `user` while it is open. Raises TooManyLogs."""
    if _open[user.pk] >= MOST_LOGS:
        raise TooManyLogs(f"You have {MOST_LOGS} logs open; close one first.")
    _open[user.pk] += 1
    try:
        yield
    finally:
        _open[user.pk] -= 1
