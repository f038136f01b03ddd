"""How many pages and files of logs each user and each cluster has open, and how many logs are followed and downloaded.

Pages and files are counted in the database, over all web processes. Logs that are followed and downloaded are counted
in this process alone: those limits are on its rings and its connections to API servers.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator, Callable, Hashable, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import timedelta
from typing import ParamSpec
from uuid import UUID, uuid4

from django.contrib.auth.models import User
from django.db import DatabaseError
from django.db.models import Q
from django.db.models.functions import Now

from clusters import leases
from clusters.models import Cluster, OpenLog
from clusters.streams.sessions import HEARTBEAT_SECONDS, LOST_AFTER, OWNER
from clusters.tasks import guarded, pause
from clusters.threads import write

logger = logging.getLogger(__name__)

P = ParamSpec("P")

MOST_LOGS = 20
"""Pages and files of logs that one user has open, in all clusters."""

MOST_LOGS_OF_CLUSTER = 2000
"""Those that all users together have open of one cluster."""

FORGOTTEN_AFTER = timedelta(hours=1)
"""What gave no sign of life for LOST_AFTER does not count; for so long it is kept for a process that only slept."""

MOST_FOLLOWED = 75
"""Logs of one cluster that one user follows here; `clusters.streams.feeds` has room for twice as many."""

MOST_DOWNLOADED = 120
"""Logs of one cluster that are read for files at once: each is a connection to its API server, however slow the reader
is. A file needs all of its logs together, so that none can wait for a turn."""

MOST_DOWNLOADED_BY_ONE = 60
"""Of these, so many for one user."""

_left: set[UUID] = set()
"""Logs that are closed, until their rows are gone."""

_downloaded: Counter[tuple[int, int]] = Counter()
_followed: dict[tuple[int, int], Counter[Hashable]] = {}


class TooManyLogs(Exception):
    """More are open, followed or downloaded than may be; the message says which."""


@asynccontextmanager
async def counted(user: User, cluster: Cluster) -> AsyncIterator[None]:
    """Counts a page or a file of logs while it is open. Raises TooManyLogs."""
    log = uuid4()
    try:
        await write(_enter, log, user, cluster)
        yield
    finally:
        # The writer takes one after the other: this comes after `_enter`, also when that was not waited for.
        await asyncio.shield(guarded("closed log", _tell(_leave, log)))


async def run(stop: asyncio.Event) -> None:
    """Says that the logs of this process are open, until `stop` is set; every process that serves runs this."""
    while not stop.is_set():
        await _tell(keep)
        await pause(stop, HEARTBEAT_SECONDS)
    # All at once: their pages come to another process before each of them is closed here.
    await _tell(OpenLog.objects.filter(owner=OWNER).delete)


def keep() -> None:
    """Says that the logs of this process are open, all at once, and deletes the rows of those that are not any more."""
    if _left:
        OpenLog.objects.filter(pk__in=_left).delete()
        _left.clear()
    OpenLog.objects.filter(owner=OWNER).update(seen=Now())
    others = OpenLog.objects.exclude(owner=OWNER)
    dead = [owner for owner in others.values_list("owner", flat=True).distinct() if leases.is_dead(owner)]
    others.filter(Q(owner__in=dead) | Q(seen__lt=Now() - FORGOTTEN_AFTER)).delete()


def _enter(log: UUID, user: User, cluster: Cluster) -> None:
    OpenLog.objects.create(pk=log, user=user, cluster=cluster, owner=OWNER, seen=Now())
    # Counted with itself: of two that come through two processes in the same moment, one at least sees the other.
    living = OpenLog.objects.filter(seen__gt=Now() - LOST_AFTER)
    if living.filter(user=user).count() > MOST_LOGS:
        raise TooManyLogs(f"You have {MOST_LOGS} logs open; close one first.")
    if living.filter(cluster=cluster).count() > MOST_LOGS_OF_CLUSTER:
        raise TooManyLogs(
            f"{MOST_LOGS_OF_CLUSTER} pages and files of logs are open in {cluster.name}, and no more are allowed; "
            "try again later."
        )


def _leave(log: UUID) -> None:
    _left.add(log)
    OpenLog.objects.filter(pk=log).delete()
    _left.discard(log)


async def _tell(function: Callable[P, object], *args: P.args, **kwargs: P.kwargs) -> None:
    """Runs it on the writer; what fails is made up for by `keep`."""
    try:
        await write(function, *args, **kwargs)
    except DatabaseError as error:
        logger.warning("The database cannot be told which logs are open: %s", error)


@contextmanager
def followed(person: int, cluster: int, log: Hashable) -> Iterator[None]:
    """Counts a log that the user follows in this process, once however often he does. Raises TooManyLogs."""
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
    """Counts the logs of one file while this process reads it. Raises TooManyLogs."""
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
