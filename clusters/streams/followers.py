"""One viewer of one log: where he begins, and what he is given at his own pace."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

from clusters.kube.client import Client
from clusters.streams.bounds import OVER, Until
from clusters.streams.catching_up import CatchUp, Give, found_in_ring
from clusters.streams.feeds import FEED_LINES, Feed, State
from clusters.streams.logs import Mark, Resumption
from clusters.streams.requests import LogRequest
from clusters.streams.ring import Cursor

PIECE = 32 * 1024
GATHER_SECONDS = 0.02
"""For which what comes after some lines is left to come together."""
Tell = Callable[[State, str], Awaitable[None]]


class Follower:
    """Gives `give` what a feed has and gets, from where the request or the resumption says; `tell` its state.

    Other viewers of the feed never wait for this one.
    """

    def __init__(
        self,
        client: Client,
        feed: Feed,
        request: LogRequest,
        *,
        give: Give,
        tell: Tell,
        resumption: Resumption | None = None,
        person: int = 0,
    ) -> None:
        """`person` is the id of the viewer's user, 0 for none in particular."""
        self._person = person
        self._client = client
        self._feed = feed
        self._request = request
        self._until = Until(request.until)
        self._give_on = give
        self._tell = tell
        self._resumption = resumption
        self._told: tuple[State, str] | None = None
        self._changed = asyncio.Event()

    async def run(self) -> str:
        """Returns why nothing more will come. Raises Stalled, and what `give` raises."""
        self._feed.join(self._changed.set)
        try:
            cursor = await self._start()
            while not self._until.is_over:
                self._changed.clear()
                given = await self._drain(cursor)
                if self._has_ended:
                    return self._feed.text
                await self._tell_state()
                await asyncio.sleep(GATHER_SECONDS if given else 0)
                await self._wait()
            return OVER
        finally:
            self._feed.leave(self._changed.set)

    @property
    def _has_ended(self) -> bool:
        return self._feed.state is State.ENDED and bool(self._request.until or not self._feed.has_failed)

    async def _wait(self) -> None:
        """Returns when something came, or the time that was asked for is over."""
        try:
            async with asyncio.timeout(self._until.seconds_left):
                await self._changed.wait()
        except TimeoutError:
            self._until.is_over = True

    async def _drain(self, cursor: Cursor) -> bool:
        """Gives all that is there; whether there was anything."""
        given = False
        while not self._until.is_over and (step := cursor.next(PIECE)) is not None:
            given = True
            await self._give(step)
        return given

    async def _give(self, step: bytes | Mark) -> None:
        if isinstance(step, bytes):
            step = self._until.cut(step)
        if step:
            await self._give_on(step)

    async def _tell_state(self) -> None:
        state = (State.FAILED if self._feed.has_failed else self._feed.state, self._feed.text)
        if state != self._told:
            self._told = state
            await self._tell(*state)

    async def _start(self) -> Cursor:
        ring = self._feed.ring
        if self._resumption is None and not ring.end and self._request.tail == FEED_LINES and not self._request.since:
            return Cursor(ring, 0)
        await self._wait_for_an_answer()
        while pause := self._feed.settles_in():
            await self._tell_state()
            await asyncio.sleep(pause)
        if self._resumption:
            instance, place = self._resumption.instance, self._resumption.place
            found = await found_in_ring(self._feed, instance, place) if place else None
            return found or await self._catch_up()
        return await self._catch_up() if self._wants_more() else self._place_in_ring()

    async def _wait_for_an_answer(self) -> None:
        while self._feed.is_pending and not (self._has_ended or self._until.is_over):
            self._changed.clear()
            await self._tell_state()
            await self._wait()

    async def _catch_up(self) -> Cursor:
        return await CatchUp(self._client, self._request, self._feed, self._give, self._resumption, self._person).run()

    def _wants_more(self) -> bool:
        """Whether the ring begins later than what is asked for."""
        ring, since, tail = self._feed.ring, self._since(), self._request.tail
        if self._feed.is_whole or ring.begins_an_instance() or not ring.lines:
            return False
        if tail is not None and ring.last_lines(tail) != ring.last_lines(tail + 1):
            return False
        oldest = ring.oldest_moment()
        return not (since and oldest and oldest < since)

    def _place_in_ring(self) -> Cursor:
        ring, since, tail = self._feed.ring, self._since(), self._request.tail
        places = [(ring.first, 0)]
        if tail is not None:
            places.append(ring.last_lines(tail))
        if since:
            places.append(ring.since(since))
        return Cursor(ring, *max(places))

    def _since(self) -> datetime | None:
        since = self._request.since
        return datetime.now(UTC) - timedelta(seconds=since) if isinstance(since, int) else since
