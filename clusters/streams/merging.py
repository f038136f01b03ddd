"""Many logs as they are now, as one: merged by the moments of their lines, in bounded memory whatever their size."""

import heapq
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack

from clusters.kube.client import Client
from clusters.kube.errors import BadRequest, NotFound
from clusters.kube.paths import object_path
from clusters.streams.bounds import Until
from clusters.streams.framing import WholeLines
from clusters.streams.lines import LineCutter, nanoseconds
from clusters.streams.requests import LogRequest
from clusters.streams.selection import Source

SILENCE_SECONDS = 60.0
LONGEST_LINE = 1024 * 1024
"""Bytes; of a longer line the rest is counted and left out, since lines are kept whole while they are merged."""

Run = tuple[Source, list[bytes]]


async def merged(client: Client, sources: Sequence[Source], request: LogRequest) -> AsyncIterator[Run]:
    """Runs of lines of one source, without their ends; all runs together are in the order of their moments.

    `request` says how much of each log. A log that is not there has one line that says why. Raises KubeError when a log
    breaks off.
    """
    async with AsyncExitStack() as stack:
        parts = [await _opened(stack, client, source, request) for source in sources]
        for part in parts:
            await part.fill()
        waiting = [(part.moment, number) for number, part in enumerate(parts) if part.has_lines]
        heapq.heapify(waiting)
        while waiting:
            _, number = heapq.heappop(waiting)
            part = parts[number]
            yield part.source, list(part.take(waiting[0][0] if waiting else None))
            if not part.has_lines:
                await part.fill()
            if part.has_lines:
                heapq.heappush(waiting, (part.moment, number))


class _Part:
    """One log. `moment` is that of its next line, in nanoseconds; a line that has none belongs to the one before."""

    def __init__(self, source: Source, pieces: AsyncIterator[bytes], until: Until) -> None:
        self.source = source
        self.moment = 0
        self._pieces: AsyncIterator[bytes] | None = pieces
        self._until = until
        self._whole = WholeLines()
        self._cutter = LineCutter(LONGEST_LINE, "were left out")
        self._lines: list[bytes] = []
        self._at = 0

    @property
    def has_lines(self) -> bool:
        return self._at < len(self._lines)

    async def fill(self) -> None:
        """Reads on until there are lines, or no more will come."""
        self._lines, self._at = [], 0
        while self._pieces and not self._lines:
            piece = await anext(self._pieces, None)
            if piece is None:
                rest = self._whole.rest() + self._cutter.finish()
                self._add(rest + b"\n" if rest else b"")
                self._pieces = None
            else:
                self._add(self._whole.feed(self._cutter.feed(piece)))
        self._look()

    def take(self, limit: int | None) -> Iterator[bytes]:
        """The lines up to the moment `limit` (None: all that are here)."""
        while self.has_lines and (limit is None or self.moment <= limit):
            yield self._lines[self._at]
            self._at += 1
            self._look()

    def _add(self, lines: bytes) -> None:
        self._lines = self._until.cut(lines).split(b"\n")[:-1]
        if self._until.is_over:
            self._pieces = None

    def _look(self) -> None:
        if self.has_lines:
            self.moment = max(self.moment, nanoseconds(self._lines[self._at]) or 0)


async def _opened(stack: AsyncExitStack, client: Client, source: Source, request: LogRequest) -> _Part:
    path = object_path("", "v1", "pods", source.namespace, source.pod, "log")
    params = request.params() | {"container": source.container}
    try:
        pieces = await stack.enter_async_context(client.stream(path, params, SILENCE_SECONDS))
    except (BadRequest, NotFound) as error:
        pieces = _said(f"There is no log: {error.reason}\n".encode())
    return _Part(source, pieces, Until(request.until))


async def _said(text: bytes) -> AsyncIterator[bytes]:
    yield text
