"""One viewer of what a selection selects: containers that come to be selected join, those that end stay and say so."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from time import monotonic
from typing import Any, Protocol

from django.db import DatabaseError

from clusters.kube.client import Client
from clusters.kube.errors import KubeError
from clusters.streams.bounds import OVER
from clusters.streams.catching_up import turn
from clusters.streams.feeds import State, TooManyFeeds, feed_of, known_feed, take_up_feeds
from clusters.streams.followers import Follower
from clusters.streams.logs import NO_PREVIOUS, Mark, Resumption, Sign
from clusters.streams.older import Older, Wish, older_lines
from clusters.streams.once import read_once
from clusters.streams.open_logs import TooManyLogs, followed
from clusters.streams.requests import LogRequest
from clusters.streams.selection import MOST_SOURCES, Source
from clusters.streams.windows import Stalled
from clusters.tasks import guarded, pause, stop

logger = logging.getLogger(__name__)

LOOK_SECONDS = 1.0
"""Between two looks at what is selected. Hints of changed rows would be many more, for each of a thousand viewers."""

PAUSE_PER_COST = 4.0
FULL_SECONDS = 2.0
MOST_NUMBERS = 65_535

REFUSED = "You may no longer read this log."
_GONE = "The pod is gone. Lines that it wrote while the connection was cut are lost."


class NoLongerAllowed(Exception):
    """The viewer may not read this log any more."""


class Out(Protocol):
    """Takes what the viewer is to see; sources have numbers from 1 on, 0 is the selection as a whole.

    All but `refused` and `allows` raise NoLongerAllowed. `refused` says that nothing more of a source is told.
    """

    def allows(self, source: Source) -> bool: ...

    async def source(self, number: int, source: Source, state: State, text: str) -> None: ...
    async def mark(self, number: int, mark: Mark) -> None: ...
    async def lines(self, number: int, text: bytes) -> None: ...
    async def older(self, number: int, lines: Older) -> None: ...
    async def refused(self, number: int) -> None: ...


@dataclass(frozen=True)
class Seen:
    """A container of which the viewer has seen something before, and where he was; with `ended` its log was over."""

    source: Source
    resumption: Resumption
    ended: bool = False


class Viewing:
    """`request` says how much of each log; its names are those of no container in particular.

    `person` and `cluster` are ids, `client` gives the cluster's client as it is then, or raises KubeError.
    """

    def __init__(
        self,
        cluster: int,
        client: Callable[[], Awaitable[Client]],
        request: LogRequest,
        out: Out,
        seen: list[Seen],
        *,
        person: int,
    ) -> None:
        self._person = person
        self._changed = asyncio.Event()
        self._cluster = cluster
        self._client = client
        self._known_client: Client | None = None
        self._request = request
        self._out = out
        self._seen = {(each.source.uid, each.source.container): each for each in seen}
        self._numbers: dict[Source, int] = {}
        self._running: dict[Source, asyncio.Task[str]] = {}
        self._older: dict[int, asyncio.Task[None]] = {}
        self._has_looked = False
        self._cannot_look = False
        self._told = ""
        self._stalled: Stalled | None = None

    async def run(self, select: Callable[[], Awaitable[list[Source]]]) -> str:
        """Follows what `select` gives, asked again and again; returns why nothing more will come.

        While the database does not answer, what is followed stays so. Raises KubeError where the cluster cannot be
        asked at all, and what `out` raises.
        """
        try:
            cost = await self._look(select)
            while (end := self._end()) is None:
                self._changed.clear()
                await pause(self._changed, max(LOOK_SECONDS, PAUSE_PER_COST * cost))
                if not self._changed.is_set():
                    cost = await self._look(select)
            return end
        finally:
            await stop([*self._running.values(), *self._older.values()])

    async def _look(self, select: Callable[[], Awaitable[list[Source]]]) -> float:
        """Takes in what is selected now; how many seconds it took to find out."""
        await self._look_at_the_client()
        began = monotonic()
        selected = await self._selected(select)
        cost = monotonic() - began
        await self._leave_what_is_refused()
        if selected is not None:
            await self._take_in(selected)
            await self._say_what_is_gone()
            self._has_looked = True
        return cost

    async def _selected(self, select: Callable[[], Awaitable[list[Source]]]) -> list[Source] | None:
        """None: the database cannot say."""
        try:
            selected = await select()
        except DatabaseError as error:
            if not self._cannot_look:
                logger.warning("What a viewer of logs selects could not be looked up, trying again: %s", error)
            self._cannot_look = True
            return None
        self._cannot_look = False
        return selected

    async def _leave_what_is_refused(self) -> None:
        for source in self.sources:
            if not self._out.allows(source):
                await stop([self._running.pop(source)])
                await self._out.refused(self._numbers[source])

    async def _look_at_the_client(self) -> None:
        """Feeds that stand still since the connection was replaced go on."""
        client = await self._client()
        if client is not self._known_client:
            self._known_client = client
            take_up_feeds(self._cluster, client)

    def fetch_older(self, number: int, wish: Wish) -> None:
        """Give `out` older lines of a source; one wish a source at a time, others are not heard."""
        source = next((source for source, known in self._numbers.items() if known == number), None)
        pending = self._older.get(number)
        if source and self._out.allows(source) and (pending is None or pending.done()):
            self._older[number] = guarded("older lines", self._fetch_older(number, source, wish))

    async def _fetch_older(self, number: int, source: Source, wish: Wish) -> None:
        try:
            client = await self._client()
            async with turn(client, self._person):
                found = await older_lines(client, source, wish, previous=self._request.previous)
        except KubeError as error:
            found = Older(b"", more=True, text=error.reason)
        try:
            await self._out.older(number, found)
        except NoLongerAllowed:
            pass
        except Stalled as stalled:
            self._stalled = stalled
            self._changed.set()

    @property
    def sources(self) -> list[Source]:
        """Those that are being followed."""
        return [source for source, task in self._running.items() if not task.done()]

    def _end(self) -> str | None:
        """Raises what a follower raised, Stalled among that."""
        if self._stalled:
            raise self._stalled
        reasons = [task.result() for task in self._running.values() if task.done() and not task.cancelled()]
        if not self._has_looked:
            return None
        ends = not self._request.follow or self._request.previous or self._request.until
        if not ends or len(reasons) < len(self._running):
            return None
        if not reasons:
            return "No container is selected."
        return reasons[0] if len(set(reasons)) == 1 else ""

    async def _take_in(self, selected: list[Source]) -> None:
        fresh = [source for source in selected if source not in self._numbers]
        room = max(0, min(MOST_SOURCES - len(self.sources), MOST_NUMBERS - len(self._numbers)))
        for source in fresh[:room]:
            await self._begin(source)
        await self._say(_about(len(selected), len(fresh) - room, bool(self._numbers)))

    async def _begin(self, source: Source, seen: Seen | None = None) -> None:
        seen = seen or self._seen.pop((source.uid, source.container), None)
        namesake = any(_name(source) == _name(other) for other in self._numbers)
        number = self._numbers[source] = len(self._numbers) + 1
        try:
            await self._out.source(number, source, State.WAITING, "")
            if namesake:
                await self._out.mark(number, Mark(Sign.DIVIDER, "A new pod of the same name"))
        except NoLongerAllowed:
            await self._out.refused(number)
            return
        task = guarded(f"viewer of {source.pod}/{source.container}", self._follow(source, seen))
        task.add_done_callback(lambda _: self._changed.set())
        self._running[source] = task

    async def _say_what_is_gone(self) -> None:
        """What the viewer saw before and is not selected any more: its feed may still have what he missed."""
        for seen in list(self._seen.values()):
            source = seen.source
            feed = known_feed(self._cluster, source.uid, source.container)
            if feed and feed.source.namespace == source.namespace:
                await self._begin(feed.source, seen)
                continue
            number = self._numbers[source] = len(self._numbers) + 1
            with suppress(NoLongerAllowed):
                await self._out.source(number, source, State.ENDED, "The pod is gone.")
                if not seen.ended:
                    await self._out.mark(number, Mark(Sign.GAP, _GONE))
        self._seen.clear()

    async def _follow(self, source: Source, seen: Seen | None) -> str:
        number = self._numbers[source]

        async def give(step: bytes | Mark) -> None:
            if isinstance(step, bytes):
                await self._out.lines(number, step)
            elif step.sign is not Sign.STATUS:
                await self._out.mark(number, step)

        async def tell(state: State, text: str) -> None:
            await self._out.source(number, source, state, text)

        try:
            try:
                reason = await self._read(source, seen, give, tell)
                state = State.READ if reason in (OVER, NO_PREVIOUS) else State.ENDED
            except KubeError as error:
                state, reason = State.FAILED, error.reason
            await tell(state, reason)
        except NoLongerAllowed:
            await self._out.refused(number)
            return REFUSED
        except Stalled as stalled:
            self._stalled = stalled
            return ""
        return reason

    async def _read(self, source: Source, seen: Seen | None, give: Any, tell: Any) -> str:
        request = replace(self._request, namespace=source.namespace, pod=source.pod, container=source.container)
        resumption = seen.resumption if seen else None
        if not request.follow or request.previous:
            client = await self._client()
            return await read_once(client, source, request, give=give, resumption=resumption, person=self._person)
        while True:
            client = await self._client()
            try:
                with followed(self._person, self._cluster, (source.uid, source.container)):
                    feed = feed_of(self._cluster, client, source)
                    return await Follower(
                        client, feed, request, give=give, tell=tell, resumption=resumption, person=self._person
                    ).run()
            except (TooManyFeeds, TooManyLogs) as full:
                await tell(State.WAITING, str(full))
                await asyncio.sleep(FULL_SECONDS)

    async def _say(self, text: str) -> None:
        if text != self._told:
            self._told = text
            await self._out.mark(0, Mark(Sign.STATUS, text))


def _about(selected: int, left_out: int, was_any: bool) -> str:
    if left_out > 0:
        return (
            f"{selected} containers are selected; {MOST_SOURCES} are followed at once. Select fewer to see the others."
        )
    if not selected and not was_any:
        return "No container is selected at the moment; those that appear will join."
    return ""


def _name(source: Source) -> tuple[str, str, str]:
    return source.namespace, source.pod, source.container
