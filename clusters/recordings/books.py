"""The rows of recordings. Runs on the threads of `clusters.threads`."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet, Sum
from django.db.models.functions import Now
from django.utils import timezone

from clusters.models import Recording, RecordingChunk, TerminalSession
from clusters.recordings import sealed
from clusters.signals import recording_failed

LOST = "The server that held it was lost."
LOST_AFTER = timedelta(minutes=2)
"""So long after its shell ended, a recording that nobody closed is closed by whoever finds it."""


def begin(session: TerminalSession, columns: int, rows: int) -> Recording:
    """A row for a recording about to be written."""
    cluster, user = session.cluster, session.user
    return Recording.objects.create(
        pk=session.pk,
        user=user,
        username=user.get_username() if user else "",
        cluster=cluster,
        cluster_name=cluster.name,
        namespace=session.namespace,
        pod=session.pod,
        container=session.container,
        command=session.runs,
        policy=cluster.recording,
        with_input=cluster.records_input,
        columns=columns,
        rows=rows,
        started=timezone.now(),
    )


def note_written(chunk: RecordingChunk, before: RecordingChunk | None) -> None:
    """The chunk's file is in the storage; `before` is the row of an earlier file of the same chunk."""
    if before is None:
        chunk.save(force_insert=True)
    else:
        chunk.pk = before.pk
        chunk.save(force_update=True)


def finish(recording: UUID, *, exit_code: int | None, broken_off: str) -> None:
    """Nothing follows in this recording: sealed as it is. One that has nothing in it is taken away."""
    with transaction.atomic():
        row = Recording.objects.select_for_update().filter(pk=recording, ended=None).first()
        if row is None:
            return
        last = row.chunks.last()
        if last is None:
            row.delete()
            return
        totals = row.chunks.aggregate(printed=Sum("printed"), stored=Sum("stored"))
        row.printed, row.stored, row.length = totals["printed"], totals["stored"], last.ended
        row.ended, row.exit_code, row.broken_off = timezone.now(), exit_code, broken_off[:300]
        row.seal = sealed.final_seal(row, last)
        row.save()


def finish_lost() -> None:
    """Closes the recordings of shells that have ended long ago."""
    for row in unfinished().filter(started__lt=Now() - LOST_AFTER):
        session = TerminalSession.objects.filter(pk=row.pk).first()
        if session is None or (session.ended and session.ended < timezone.now() - LOST_AFTER):
            finish(row.pk, exit_code=session.exit_code if session else None, broken_off=LOST)


def unfinished() -> QuerySet[Recording]:
    """Recordings to which more may come."""
    return Recording.objects.filter(ended=None)


def note_failed(session: TerminalSession, user: User | None, address: str | None, reason: str) -> None:
    """Writes down that a shell is not recorded as the policy asks."""
    recording_failed.send(Recording, user=user, address=address, detail=reason, **where(session))


def where(row: TerminalSession | Recording) -> dict[str, Any]:
    """Where a shell is, for the activity."""
    return {"cluster": row.cluster, "namespace": row.namespace, "pod": row.pod, "container": row.container}
