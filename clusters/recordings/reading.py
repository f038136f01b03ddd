"""Reads recordings back. Waits for the storage, so call it on threads that may wait."""

from collections.abc import Iterator

from django.db.models import QuerySet

from clusters.models import Recording, RecordingChunk
from clusters.recordings import sealed, storing
from clusters.recordings.sealed import Tampered


class CannotRead(Exception):
    """A part of a recording is not there or not what was written; the message says which and why."""


def chunk_lines(chunk: RecordingChunk, before: RecordingChunk | None) -> list[bytes]:
    """The lines of a chunk in version 3; `before` is the one before it. Raises CannotRead."""
    link = before.link if before else sealed.first_link(chunk.recording)
    try:
        file = storing.load(chunk.name)
        if sealed.next_link(chunk.recording_id, link, chunk.number, file) != chunk.link:
            raise Tampered("It is not what was written.")
        return sealed.open_chunk(chunk.recording_id, link, chunk.number, file).splitlines(keepends=True)
    except Tampered as error:
        raise CannotRead(f"Part {chunk.number} cannot be read: {error}") from None
    # Every storage has errors of its own.
    except Exception as error:
        reason = "it is not in the storage" if isinstance(error, FileNotFoundError) else type(error).__name__
        raise CannotRead(f"Part {chunk.number} cannot be read: {reason}.") from error


def cast(recording: Recording) -> Iterator[bytes]:
    """The whole asciicast in version 3, line by line, one chunk in memory at a time. Raises CannotRead."""
    before: RecordingChunk | None = None
    # One query a chunk: no cursor stays open, and whoever reads on may do so on another thread.
    while chunk := chunks(recording).filter(number__gt=before.number if before else 0).first():
        yield from chunk_lines(chunk, before)
        before = chunk


def chunks(recording: Recording) -> "QuerySet[RecordingChunk]":
    """Its parts in order, without their search filters."""
    return recording.chunks.select_related("recording").defer("words", "activity")
