"""Finds words in what was printed, in one recording and in all of them."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from time import monotonic

from django.db.models import QuerySet

from clusters.models import Recording, RecordingChunk
from clusters.recordings import asciicast, reading, sealed, words
from clusters.recordings.asciicast import OUTPUT
from clusters.recordings.reading import CannotRead
from clusters.recordings.sealed import Tampered
from clusters.recordings.transcript import Line, Transcript

SEARCH_SECONDS = 4.0
"""How long one search may take; what was not searched by then is said."""

FIRST_SECONDS = 20.0
"""How long the first recording of a search may take: the next search goes on after it, so it should be whole."""


class OutOfTime(Exception):
    """The search has taken as long as it may."""


@dataclass(frozen=True)
class Found:
    """A recording, and the first printed line in it with the words; None where its name has them, or it is too long."""

    recording: Recording
    line: Line | None


@dataclass(frozen=True)
class Search:
    """What was found, in order. `last` None: everything was searched; else the search ended after that recording."""

    found: list[Found]
    last: Recording | None


def search(recordings: QuerySet[Recording], text: str, most: int) -> Search:
    """The first `most` recordings that have `text`, in whatever case, in a printed line, or in who, where and what.

    What was printed is searched for `words.SHORTEST` letters or more.
    """
    began = monotonic()
    found: list[Found] = []
    last: Recording | None = None
    for recording in recordings.iterator(chunk_size=50):
        if len(found) == most:
            return Search(found, last)
        try:
            line = _first_line(recording, text, began + (SEARCH_SECONDS if last else FIRST_SECONDS))
        except OutOfTime:
            if last:
                return Search(found, last)
            # It may have the words: whoever opens it can search on in it.
            return Search([Found(recording, None)], recording)
        if line or _is_named(recording, text):
            found.append(Found(recording, line))
        last = recording
    return Search(found, None)


def _first_line(recording: Recording, text: str, until: float) -> Line | None:
    return next(moments(recording, text, until), None) if len(text) >= words.SHORTEST else None


def _is_named(recording: Recording, text: str) -> bool:
    known = (recording.username, recording.namespace, recording.pod, recording.container, recording.command)
    return any(text.casefold() in part.casefold() for part in known)


def moments(recording: Recording, text: str, until: float | None = None) -> Iterator[Line]:
    """Every printed line with the text; what cannot be read is skipped.

    Raises OutOfTime after the moment `until` of the monotonic clock.
    """
    wanted = text.casefold()
    for line in _candidates(recording, text, until):
        if wanted in line.text.casefold():
            yield line


def _candidates(recording: Recording, text: str, until: float | None) -> Iterator[Line]:
    """The lines of the chunks that may have the text; a line is in the chunk in which it ends."""
    earlier: RecordingChunk | None = None
    before: RecordingChunk | None = None
    transcript: Transcript | None = None
    for chunk in recording.chunks.select_related("recording").defer("activity").iterator(chunk_size=20):
        if until and monotonic() > until:
            raise OutOfTime
        if not _may_have(chunk, text):
            transcript = None
        else:
            if transcript is None:
                transcript = Transcript()
                # The first line may have begun there.
                deque(_lines(before, earlier, transcript), maxlen=0)
            yield from _lines(chunk, before, transcript)
        earlier, before = before, chunk
    if transcript and before:
        yield from transcript.end(before.ended)


def _lines(chunk: RecordingChunk | None, before: RecordingChunk | None, transcript: Transcript) -> Iterator[Line]:
    if chunk is None:
        return
    try:
        events = list(asciicast.events(reading.chunk_lines(chunk, before), chunk.began))
    except CannotRead:
        return
    for event in events:
        if event.code == OUTPUT:
            yield from transcript.feed(event.at, event.data)


def _may_have(chunk: RecordingChunk, text: str) -> bool:
    if not chunk.words:
        return True
    try:
        filter_ = sealed.open_words(chunk.recording_id, chunk.number, bytes(chunk.words))
    except Tampered:
        return True
    return words.may_have(filter_, text)
