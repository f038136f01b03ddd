"""A chunk while it grows: the events of up to a minute, written anew as more of them come, then left alone."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from clusters.models import Recording, RecordingChunk
from clusters.recordings import asciicast, sealed, storing, words
from clusters.recordings.asciicast import OUTPUT, Event
from clusters.recordings.transcript import Transcript

SETTLED_BYTES = 64 * 1024
SETTLED_MILLISECONDS = 60_000
"""A chunk that is as large or as long as this is left alone, and what follows goes into the next one."""

INDEXED_BYTES = 512 * 1024
"""What floods the screen is not indexed but read when somebody searches: the index would cost more than the shell."""

QUICK, SMALL = 1, 6


@dataclass
class Growing:
    """What is in the chunk so far. `link` is that of the chunk before, `written` the row of what stands in the storage.
    `pieces` None: it is not indexed."""

    number: int
    began: int
    link: str
    cast: list[bytes] = field(default_factory=list)
    ended: int = 0
    size: int = 0
    printed: int = 0
    activity: dict[int, int] = field(default_factory=dict)
    pieces: set[str] | None = field(default_factory=set)
    version: int = 0
    written: RecordingChunk | None = None

    @property
    def is_settled(self) -> bool:
        return self.size >= SETTLED_BYTES or self.ended - self.began >= SETTLED_MILLISECONDS


def grown(chunk: Growing, events: Sequence[Event], transcript: Transcript) -> None:
    """Adds events to a chunk; `transcript` is that of the whole recording."""
    since = max(chunk.began, chunk.ended)
    chunk.cast.extend(asciicast.lines(events, since))
    chunk.ended = events[-1].at
    printed = 0
    for event in events:
        if event.code == OUTPUT:
            size = len(event.data.encode(errors="replace"))
            chunk.activity[event.at // 1000] = chunk.activity.get(event.at // 1000, 0) + size
            printed += size
    chunk.printed += printed
    chunk.size = sum(map(len, chunk.cast))
    if chunk.pieces is None or printed > INDEXED_BYTES:
        chunk.pieces = None
        # The line that goes on may have begun in what was not read; it is found as far as it is known.
        events = events[-1:]
    _index(chunk, events, transcript)


def _index(chunk: Growing, events: Sequence[Event], transcript: Transcript) -> None:
    for event in events:
        if event.code == OUTPUT:
            for line in transcript.feed(event.at, event.data):
                if chunk.pieces is not None:
                    chunk.pieces |= words.pieces(line.text)


def put_away(recording: Recording, chunk: Growing, transcript: Transcript) -> RecordingChunk:
    """Writes the chunk's file; the row that stands for it, not saved. Raises what the storage raises."""
    level = QUICK if chunk.size > SETTLED_BYTES else SMALL
    file = sealed.seal_chunk(recording.pk, chunk.link, chunk.number, b"".join(chunk.cast), level=level)
    chunk.version += 1
    name = storing.save(f"{storing.folder(recording)}/{chunk.number:06}-{chunk.version}.cast.gz.sealed", file)
    found = b""
    if chunk.pieces is not None:
        packed = words.pack(chunk.pieces | words.pieces(transcript.unfinished))
        found = sealed.seal_words(recording.pk, chunk.number, packed)
    return RecordingChunk(
        recording=recording,
        number=chunk.number,
        name=name,
        began=chunk.began,
        ended=chunk.ended,
        printed=chunk.printed,
        stored=len(file),
        link=sealed.next_link(recording.pk, chunk.link, chunk.number, file),
        activity=sorted(chunk.activity.items()),
        words=found,
    )
