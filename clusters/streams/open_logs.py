"""How many pages and files of logs each user has open in this process, and how many logs they follow."""

from collections import Counter
from collections.abc import Hashable, Iterator
from contextlib import contextmanager

from django.contrib.auth.models import User

MOST_LOGS = 20
MOST_FOLLOWED = 75
"""Logs of one cluster that one user follows; `clusters.streams.feeds` has room for twice as many."""

_open: Counter[int] = Counter()
_followed: dict[tuple[int, int], Counter[Hashable]] = {}


class TooManyLogs(Exception):
    """The user has MOST_LOGS open or follows MOST_FOLLOWED; the message says so."""


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


@contextmanager
def followed(person: int, cluster: int, log: Hashable) -> Iterator[None]:
    """Counts a log that the user follows, once however often he does. Raises TooManyLogs."""
    mine = _followed.setdefault((person, cluster), Counter())
    if log not in mine and len(mine) >= MOST_FOLLOWED:
        raise TooManyLogs(
            f"You follow {MOST_FOLLOWED} logs of this cluster already; this one waits for you to close one."
        )
    mine[log] += 1
    try:
        yield
    finally:
        mine[log] -= 1
        if not mine[log]:
            del mine[log]
        if not mine:
            del _followed[person, cluster]
