"""The lines of logs as a file: plain text or JSON, compressed where asked for."""

import asyncio
import zlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

import msgspec

from clusters.streams.lines import without_moment
from clusters.streams.merging import Run
from clusters.streams.selection import Source

PIECE = 64 * 1024
GZIP = 31
"""zlib's name for a gzip header with the largest window. https://docs.python.org/3/library/zlib.html#zlib.compressobj"""

Write = Callable[[Source, bytes], bytes]


@dataclass(frozen=True)
class Layout:
    """How each line is written. `names`: plain text says whose line it is; `times`: and when it was written."""

    as_json: bool = False
    times: bool = False
    names: bool = False

    @property
    def is_as_given(self) -> bool:
        """Whether the file of one log is what the API gives."""
        return not (self.as_json or self.names)

    @property
    def ending(self) -> str:
        return "jsonl" if self.as_json else "log"

    def line(self, source: Source, line: bytes) -> bytes:
        """A line as the API gave it, with its moment, as it stands in the file."""
        moment, text = without_moment(line)
        if self.as_json:
            return _as_json(source, moment, text)
        names = [source.pod.encode(), source.container.encode()] if self.names else []
        times = [moment] if self.times and moment else []
        return b" ".join((*names, *times, text)) + b"\n"


async def written(runs: AsyncIterator[Run], layout: Layout) -> AsyncIterator[bytes]:
    """The file in pieces of some size."""
    waiting: list[bytes] = []
    size = 0
    async for source, lines in runs:
        text = b"".join(layout.line(source, line) for line in lines)
        waiting.append(text)
        size += len(text)
        if size >= PIECE:
            yield b"".join(waiting)
            waiting, size = [], 0
    yield b"".join(waiting)


async def packed(pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """The same as gzip. Compressing is done on a thread: it would hold up everybody else."""
    compressor = zlib.compressobj(6, zlib.DEFLATED, GZIP)
    async for piece in pieces:
        if compressed := await asyncio.to_thread(compressor.compress, piece):
            yield compressed
    yield compressor.flush()


def _as_json(source: Source, moment: bytes, text: bytes) -> bytes:
    known = {"time": moment.decode(errors="replace")} if moment else {}
    names = {"namespace": source.namespace, "pod": source.pod, "container": source.container}
    return msgspec.json.encode({**known, **names, "text": text.decode(errors="replace")}) + b"\n"
