"""Is every recording what was written? Finds parts that were changed, left out, added or put elsewhere."""

from collections.abc import Iterator
from dataclasses import dataclass

from clusters.models import Recording, RecordingChunk
from clusters.recordings import reading, sealed
from clusters.recordings.reading import CannotRead


@dataclass(frozen=True)
class Verdict:
    """What was found of one recording; no faults: it is as it was written. An open one has no seal yet."""

    recording: Recording
    chunks: int
    faults: list[str]


def verify(recording: Recording) -> Verdict:
    """Reads every file of the recording. Changes nothing."""
    last: RecordingChunk | None = None
    faults: list[str] = []
    for chunk in reading.chunks(recording).iterator(chunk_size=100):
        expected = last.number + 1 if last else 1
        if chunk.number != expected:
            faults.append(f"Part {expected} is missing.")
        try:
            reading.chunk_lines(chunk, last)
        except CannotRead as error:
            faults.append(str(error))
        last = chunk
    faults.extend(_of_the_end(recording, last))
    return Verdict(recording, last.number if last else 0, faults)


def _of_the_end(recording: Recording, last: RecordingChunk | None) -> Iterator[str]:
    if recording.ended and recording.seal != sealed.final_seal(recording, last):
        yield "What is said of it, or its end, is not what was written."
