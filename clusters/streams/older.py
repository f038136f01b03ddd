"""Lines from before those that are shown, or that are missing between them.

The API reads logs only forwards, so we begin earlier and earlier.
"""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from clusters.kube.client import Client
from clusters.kube.errors import BadRequest, NotFound
from clusters.kube.paths import object_path
from clusters.streams.bounds import LastLines
from clusters.streams.framing import WholeLines
from clusters.streams.instances import Instance, look_at
from clusters.streams.lines import LineCutter, Place, nanoseconds, place_of
from clusters.streams.logs import REST_SECONDS
from clusters.streams.searching import BadPattern, LastMatches, Search
from clusters.streams.selection import Source

MOST_LINES = 5000
MOST_BYTES = 1024 * 1024
SILENCE_SECONDS = 30.0

_SPANS = (timedelta(minutes=1), timedelta(minutes=15), timedelta(hours=4), None)
"""How long before the moment the reading begins, one after the other until there are enough lines; None: all."""


@dataclass(frozen=True)
class Older:
    """Whole lines, and whether there are or may be `more` before them; `text`: why there are none, or whose they are.

    Of a search, `between` says how many lines that do not match stood after each.
    """

    lines: bytes
    more: bool
    text: str = ""
    between: tuple[int, ...] = ()


@dataclass(frozen=True)
class Wish:
    """At most `count` lines that were written before a moment, such as "2026-11-24T10:00:00.5Z".

    Of lines of that very moment, those before `line`; where it is empty, none. With `after`, only lines after that
    place. With `find` or `without`, only lines that match (`clusters.streams.searching`).
    """

    before: str
    count: int
    line: str = ""
    after: Place | None = None
    find: str = ""
    without: tuple[str, ...] = ()

    @property
    def searches(self) -> bool:
        return bool(self.find or self.without)


async def older_lines(client: Client, source: Source, wish: Wish, *, previous: bool = False) -> Older:
    """The lines that are wished for.

    Where the run of the container has no more, those of the run before it. Raises KubeError.
    """
    if _limit(wish) is None:
        return Older(b"", more=False, text="That is not a moment.")
    now = await _as_it_is(client, source)
    if now is None:
        return Older(b"", more=False, text="The pod is gone, and its log with it.")
    try:
        reading = _Reading(client, source, wish)
    except BadPattern as error:
        return Older(b"", more=False, text=str(error))
    if previous:
        return await reading.lines(previous=True)
    found = await reading.lines(previous=False)
    if not now.restarts or found.more:
        return found
    if found.lines:
        return replace(found, more=wish.after is None)
    try:
        return await reading.lines(previous=True)
    except BadRequest:
        return found


async def _as_it_is(client: Client, source: Source) -> Instance | None:
    """The newest instance of the container, None once its pod is gone. Raises KubeError."""
    try:
        now = await look_at(client, namespace=source.namespace, pod=source.pod, container=source.container)
    except NotFound:
        return None
    return now if now and now.pod_uid == source.uid else None


class _Reading:
    def __init__(self, client: Client, source: Source, wish: Wish) -> None:
        self._client = client
        self._source = source
        self._limit = _limit(wish) or 0
        self._count = min(max(wish.count, 1), MOST_LINES)
        self._shown = place_of(wish.line.encode(errors="ignore")) if wish.line else None
        self._after = wish.after
        self._search = Search(wish.find, wish.without) if wish.searches else None
        self._path = object_path("", "v1", "pods", source.namespace, source.pod, "log")

    async def lines(self, *, previous: bool) -> Older:
        last = self._keeper()
        for since in self._beginnings():
            last = self._keeper()
            await self._read(last, since, previous)
            if last.passed or (last.count == self._count and since):
                return Older(last.take(), more=True, between=last.between)
        between = last.between
        return Older(last.take(), more=False, text="From the run before" if previous else "", between=between)

    def _keeper(self) -> LastLines:
        if self._search:
            return LastMatches(self._search, self._count, MOST_BYTES)
        return LastLines(self._count, MOST_BYTES)

    def _beginnings(self) -> Iterator[str]:
        """The moments from which to read, one after the other until there is enough; empty: all."""
        if self._after:
            yield self._after.since
        elif self._search:
            yield ""
        else:
            moment = datetime.fromtimestamp(self._limit // 1_000_000_000, UTC)
            yield from ((moment - span).isoformat(timespec="seconds") if span else "" for span in _SPANS)

    async def _read(self, last: LastLines, since: str, previous: bool) -> None:
        params = {"container": self._source.container, "timestamps": "true"}
        params |= {"previous": "true"} if previous else {}
        params |= {"sinceTime": since} if since else {}
        whole, cutter, skipped = WholeLines(), LineCutter(), _Skipped(self._after)
        async with self._client.stream(self._path, params, SILENCE_SECONDS, rest=REST_SECONDS) as pieces:
            async for piece in pieces:
                if not await self._keep(last, skipped.cut(whole.feed(cutter.feed(piece)))):
                    return
        rest = whole.rest() + cutter.finish()
        await self._keep(last, skipped.cut(rest + b"\n") if rest else b"")

    async def _keep(self, last: LastLines, lines: bytes) -> bool:
        """Keeps what is older; whether there can be more of it."""
        older = self._older_of(lines)
        if self._search:
            await asyncio.to_thread(last.add, older)
        else:
            last.add(older)
        return len(older) == len(lines)

    def _older_of(self, lines: bytes) -> bytes:
        newest = nanoseconds(lines.rstrip(b"\n").rpartition(b"\n")[2])
        if newest is not None and newest < self._limit:
            return lines
        at = 0
        while at < len(lines):
            end = lines.index(b"\n", at) + 1
            if not self._is_older(lines[at : end - 1]):
                return lines[:at]
            at = end
        return lines

    def _is_older(self, line: bytes) -> bool:
        written = nanoseconds(line)
        if written == self._limit and self._shown:
            return not self._shown.is_after(line)
        return written is None or written < self._limit


class _Skipped:
    """Leaves out the lines of a log up to a place; with none, no line."""

    def __init__(self, place: Place | None) -> None:
        self._place = place
        self._missing = place.times if place else 0
        self._moment = nanoseconds(place.line + b" ") if place else None

    def cut(self, lines: bytes) -> bytes:
        """What of whole lines comes after the place. Where it is not there, that is what was written later."""
        at = 0
        while self._place and self._missing and at < len(lines):
            end = lines.index(b"\n", at) + 1
            line = lines[at : end - 1]
            if self._place.is_after(line):
                self._missing -= 1
            elif self._is_later(line):
                self._missing = 0
                break
            at = end
        return lines[at:]

    def _is_later(self, line: bytes) -> bool:
        written = nanoseconds(line)
        return written is not None and self._moment is not None and written > self._moment


def _limit(wish: Wish) -> int | None:
    return nanoseconds(wish.before.encode(errors="ignore") + b" ")
