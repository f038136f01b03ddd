"""How many pages and files of logs each user has open in this process, and how many logs they follow."""

from collections import Counter
from collections.abc import Hashable, Iterator
from contextlib import contextmanager

from django.contrib.auth.models import User

MOST_LOGS = 20
MOST_FOLLOWED = 75
"""Logs of one cluster that one user follows; `clusters.streams.feeds` has room for twice as many."""

MOST_DOWNLOADED = 120
"""Logs of one cluster that are read for files at once: each is a connection to its API server, however slow the reader
is. A file needs all of its logs together, so that none can wait for a turn."""

MOST_DOWNLOADED_BY_ONE = 60
"""Of these, so many for one user."""

_open: Counter[int] = Counter()
_downloaded: Counter[tuple[int, int]] = Counter()
_followed: dict[tuple[int, int], Counter[Hashable]] = {}


class TooManyLogs(Exception):
    """The user has MOST_LOGS open, follows MOST_FOLLOWED or downloads as many as may be; the message says so."""


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


@contextmanager
def downloaded(person: int, cluster: int, logs: int) -> Iterator[None]:
    """Counts the logs of one file while it is read. Raises TooManyLogs."""
    mine = _downloaded[person, cluster]
    if mine + logs > MOST_DOWNLOADED_BY_ONE:
        raise TooManyLogs(
            f"You are downloading logs of this cluster already, and {MOST_DOWNLOADED_BY_ONE} at once are the most: "
            "wait until a file is complete."
        )
    everyone = sum(count for (_, other), count in _downloaded.items() if other == cluster)
    if everyone + logs > MOST_DOWNLOADED:
        raise TooManyLogs("Others are downloading many logs of this cluster; try again when they have them.")
    _downloaded[person, cluster] += logs
    try:
        yield
    finally:
        _downloaded[person, cluster] -= logs
        if not _downloaded[person, cluster]:
            del _downloaded[person, cluster]
