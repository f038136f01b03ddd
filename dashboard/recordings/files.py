"""A whole recording as a file: asciicast v3 or v2, or text, some of it in memory at a time."""

from collections.abc import AsyncIterator, Iterator

from clusters.models import Recording
from clusters.recordings import asciicast, reading
from clusters.recordings.transcript import Transcript
from clusters.threads import read_long
from dashboard.file_rights import FileRight

PIECE = 256 * 1024
KINDS = ("v3", "v2", "text")


def lines_of(recording: Recording, kind: str) -> Iterator[bytes]:
    """The lines of the file, of one of KINDS. Raises CannotRead."""
    cast = reading.cast(recording)
    if kind == "v2":
        return asciicast.version_2(cast)
    return _text(cast) if kind == "text" else cast


async def pieces(first: bytes, lines: Iterator[bytes], right: FileRight) -> AsyncIterator[bytes]:
    """All lines in pieces, read where it may take a while. Raises CutOff when the right to them is gone."""
    yield first
    async with right.watched():
        while piece := await read_long(_some, lines):
            right.check()
            yield piece


def _some(lines: Iterator[bytes]) -> bytes:
    piece = bytearray()
    while len(piece) < PIECE and (line := next(lines, b"")):
        piece += line
    return bytes(piece)


def _text(cast: Iterator[bytes]) -> Iterator[bytes]:
    transcript, at = Transcript(), 0
    for event in asciicast.events(cast, 0):
        at = event.at
        if event.code == asciicast.OUTPUT:
            for line in transcript.feed(at, event.data):
                yield f"{line.text}\n".encode(errors="replace")
    for line in transcript.end(at):
        yield f"{line.text}\n".encode(errors="replace")
