"""Moves what SQLite's write-ahead log holds into the database file, beside the writer and not on its way.

By itself SQLite does so in the commit that makes the log long, which keeps the changes of a cluster waiting for some
tens of milliseconds. A passive checkpoint needs no lock of the writer's: https://www.sqlite.org/wal.html#ckpt
"""

import asyncio
import logging
from pathlib import Path

from django.db import DatabaseError, connection

from clusters import tasks, threads

logger = logging.getLogger(__name__)

LOOK_SECONDS = 0.25
LONG = 16_000_000
"""Bytes of a log that is moved. The settings let SQLite cut the file to this when it begins it anew, and move by itself
what is ten times as long."""

_TRIES = 8
"""What is committed during a checkpoint is left to the next; the log begins anew once one has met it all."""


async def run(stop: asyncio.Event) -> None:
    """Keep the log of this process's database short until `stop` is set; for SQLite."""
    log = Path(f"{connection.settings_dict['NAME']}-wal")
    while not stop.is_set():
        if _size(log) > LONG:
            await _moved()
        await tasks.pause(stop, LOOK_SECONDS)


async def _moved() -> None:
    try:
        await threads.read_long(move)
    except DatabaseError as error:
        logger.warning("The database's log cannot be moved into its file now: %s", error)


def move() -> bool:
    """Move what the log holds into the file; True when that was all of it."""
    with connection.cursor() as cursor:
        for _ in range(_TRIES):
            cursor.execute("PRAGMA wal_checkpoint(PASSIVE)")
            _, held, moved = cursor.fetchone()
            if held == moved:
                return True
    return False


def _size(log: Path) -> int:
    try:
        return log.stat().st_size
    except FileNotFoundError:
        return 0
