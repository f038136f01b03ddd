"""Takes recordings away that are older or more than what is to be kept."""

import asyncio
import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import DatabaseError
from django.db.models import QuerySet, Sum
from django.utils import timezone

from clusters.models import Recording
from clusters.recordings import books, storing
from clusters.signals import recording_removed
from clusters.tasks import pause
from clusters.threads import read, write

logger = logging.getLogger(__name__)

ROUND_SECONDS = 600.0
AT_ONCE = 100
MOST_STUCK = 1000
GIGABYTE = 10**9
REMOVE_SECONDS = 120.0
"""A storage that takes longer for the files of one recording is taken for one that hangs."""


async def run(stop: asyncio.Event) -> None:
    """Closes lost recordings and takes old ones away, until `stop` is set; every process that serves runs this."""
    stuck: set[UUID] = set()
    while not stop.is_set():
        try:
            await one_round(stuck)
        except DatabaseError as error:
            logger.warning("Old recordings cannot be taken away now: %s", error)
        # A fault of ours in one round must not be the last one.
        except Exception:
            logger.exception("Taking old recordings away failed.")
        await pause(stop, ROUND_SECONDS)


async def one_round(stuck: set[UUID]) -> None:
    """Closes lost recordings, and takes away what is not to be kept.

    Those whose files cannot be deleted join `stuck`, and are tried again once nothing else is to go.
    """
    await write(books.finish_lost)
    found = await read(too_many, frozenset(stuck))
    if not found or len(stuck) > MOST_STUCK:
        stuck.clear()
    for recording in found:
        try:
            await _remove(recording)
        except DatabaseError:
            raise
        # Every storage has errors of its own.
        except Exception:
            logger.exception("Recording %s cannot be taken away now.", recording.pk)
            stuck.add(recording.pk)


def kept_until(recording: Recording) -> datetime:
    """When its days are over; it may have to go earlier, for its bytes."""
    return recording.started + timedelta(days=settings.PILOTHOUSE_RECORDING_DAYS)


def too_many(stuck: frozenset[UUID] = frozenset()) -> list[Recording]:
    """The oldest recordings that are to go, at most AT_ONCE, without `stuck`; never one that is being written."""
    before = timezone.now() - timedelta(days=settings.PILOTHOUSE_RECORDING_DAYS)
    others = Recording.objects.exclude(pk__in=stuck)
    ended = others.exclude(ended=None).select_related("cluster").order_by("started", "id")
    old = list(ended.filter(started__lt=before)[:AT_ONCE])
    return old or list(_over_the_limit(ended, others))


def _over_the_limit(ended: "QuerySet[Recording]", others: "QuerySet[Recording]") -> Iterator[Recording]:
    # What is stuck counts as gone: nothing newer is to go in its place.
    held = others.aggregate(all=Sum("stored"))["all"] or 0
    over = held - settings.PILOTHOUSE_RECORDING_GIGABYTES * GIGABYTE
    for recording in ended[:AT_ONCE] if over > 0 else ():
        if over <= 0:
            return
        over -= recording.stored
        yield recording


async def _remove(recording: Recording) -> None:
    """The files first: what is left behind by a fault here is found again by its row."""
    names = await read(lambda: list(recording.chunks.values_list("name", flat=True)))
    async with asyncio.timeout(REMOVE_SECONDS):
        await storing.in_storage(storing.delete_all, storing.folder(recording), names)
    await write(_forget, recording)


def _forget(recording: Recording) -> None:
    if Recording.objects.filter(pk=recording.pk).delete()[0]:
        detail = f"{recording.username}, {recording.started:%Y-%m-%d %H:%M} UTC, {recording.pk}"
        recording_removed.send(Recording, user=None, address=None, detail=detail, **books.where(recording))
