"""Opens the logs of containers of a cluster."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator
from datetime import datetime, timedelta

from simulator.cluster import SimulatedCluster
from simulator.errors import BadRequest
from simulator.kinds import PODS, Object
from simulator.logs.instances import run_of
from simulator.logs.timeline import Line, Run, Timeline

_LOOK_SECONDS = 1.0
_INSTANT = timedelta(microseconds=1)


class Logs:
    """The logs of a cluster. Nothing is kept between two readings."""

    def __init__(self, cluster: SimulatedCluster) -> None:
        self._cluster = cluster

    def open(
        self,
        pod: Object,
        container: str,
        *,
        previous: bool = False,
        since: datetime | None = None,
        tail: int | None = None,
        follow: bool = False,
        timestamps: bool = False,
        limit_bytes: int | None = None,
    ) -> AsyncIterator[bytes]:
        """The log in pieces; followed, it ends with the run of the container. Raises BadRequest in its own words."""
        reader = _Reader(self._cluster, pod, container, run_of(pod, container, previous=previous))
        lines = reader.follow(since, tail) if follow else _in_turn(reader.written(since, tail))
        return _limited(_pieces(lines, timestamps), limit_bytes)


class _Reader:
    def __init__(self, cluster: SimulatedCluster, pod: Object, container: str, run: Run) -> None:
        self._cluster = cluster
        self._pod = pod["metadata"]
        self._container = container
        self._run = run
        self._timeline = Timeline(run, cluster.seed)

    def written(self, since: datetime | None, tail: int | None) -> Iterator[Line]:
        """What is there now."""
        now = self._until()
        oldest = self._timeline.oldest(now)
        start = max(since, oldest) if since else oldest
        if tail is not None:
            yield from self._timeline.last(tail, start, now)
            return
        for begin, lines in self._timeline.slots(start):
            if begin > now:
                return
            yield from (line for line in lines if start <= line.moment <= now)

    async def follow(self, since: datetime | None, tail: int | None) -> AsyncIterator[list[Line]]:
        """What is there now, then each line as it becomes due, until the run has ended."""
        now = self._until()
        async for batch in _in_turn(self.written(since, tail)):
            yield batch
        place = max(now, since - _INSTANT) if since else now
        if self._run.finished is None:
            async for line in self._coming(place):
                yield [line]
                place = line.moment
            if finished := self._as_it_is_now():
                async for batch in _in_turn(_rest(Timeline(finished, self._cluster.seed), place)):
                    yield batch

    async def _coming(self, place: datetime) -> AsyncIterator[Line]:
        """Lines after `place` when they are due; ends with the run."""
        for begin, lines in self._timeline.slots(place):
            if not await self._until_due(begin):
                return
            for line in lines:
                if line.moment > place:
                    if not await self._until_due(line.moment):
                        return
                    yield line

    async def _until_due(self, moment: datetime) -> bool:
        """Waits; whether the run still goes on then."""
        clock = self._cluster.clock
        while self._runs():
            left = (moment - clock.now()).total_seconds()
            if left <= 0:
                return True
            await clock.sleep(min(left, _LOOK_SECONDS))
        return False

    def _until(self) -> datetime:
        """Now, or when the last word of a run that is over was said."""
        now = self._cluster.clock.now()
        return max(now, self._run.finished + timedelta(seconds=2)) if self._run.finished else now

    def _runs(self) -> bool:
        found = self._as_it_is_now()
        return found is not None and found.finished is None

    def _as_it_is_now(self) -> Run | None:
        """The run as the cluster knows it now, which has an end once it is over; None when the pod is gone."""
        pod = self._cluster.storage.find(PODS, self._pod["name"], self._pod["namespace"])
        if pod is None or pod["metadata"]["uid"] != self._pod["uid"]:
            return None
        for previous in (False, True):
            try:
                found = run_of(pod, self._container, previous=previous)
            except BadRequest:
                continue
            if found.key == self._run.key:
                return found
        return None


def _rest(timeline: Timeline, place: datetime) -> Iterator[Line]:
    """What an ended run said after `place`."""
    for _, lines in timeline.slots(place):
        yield from (line for line in lines if line.moment > place)


async def _in_turn(lines: Iterable[Line]) -> AsyncIterator[list[Line]]:
    """Some lines at a time, so that a long log holds nobody up."""
    batch: list[Line] = []
    for line in lines:
        batch.append(line)
        if len(batch) == 100:
            yield batch
            batch = []
            await asyncio.sleep(0)
    if batch:
        yield batch


async def _pieces(lines: AsyncIterator[list[Line]], timestamps: bool) -> AsyncIterator[bytes]:
    async for batch in lines:
        yield "".join(f"{line.stamped() if timestamps else line.text}\n" for line in batch).encode()


async def _limited(pieces: AsyncIterator[bytes], limit: int | None) -> AsyncIterator[bytes]:
    left = limit
    async for piece in pieces:
        if left is None:
            yield piece
            continue
        yield piece[:left]
        left -= len(piece)
        if left <= 0:
            return
