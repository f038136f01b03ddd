"""The way of one reader into a feed: what the ring does not have comes from the API, up to where the ring begins."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from weakref import WeakKeyDictionary, WeakValueDictionary

from clusters.kube.client import Client
from clusters.streams.feeds import Feed, State
from clusters.streams.framing import WholeLines
from clusters.streams.lines import Memory, Place, moment_of
from clusters.streams.logs import Log, Mark, Resumption, Sign
from clusters.streams.requests import LogRequest
from clusters.streams.ring import Anchor, Cursor
from clusters.streams.windows import Stalled

BEHIND_SECONDS = 5.0
"""So long a feed that has not come as far as its reader is waited for."""

LATE_SECONDS = 0.5
"""And so long one that is about there."""

MOST_READINGS = 60
"""Readings for single viewers, of one cluster at once: each is a connection, and feeds, watches and pages need some."""

MOST_OF_ONE = 15
"""Of these, so many of one person."""

TAKING_SECONDS = 120.0
"""So long a reader may take over one piece, paused or not: others wait for his turn."""

Give = Callable[[bytes | Mark], Awaitable[None]]

_ROTATED = "Lines may be missing or shown twice here: the log was rotated while it was read."


class _Turns:
    def __init__(self) -> None:
        self.all = asyncio.Semaphore(MOST_READINGS)
        self._own: WeakValueDictionary[int, asyncio.Semaphore] = WeakValueDictionary()

    def of(self, person: int) -> asyncio.Semaphore:
        return self._own.setdefault(person, asyncio.Semaphore(MOST_OF_ONE))


_turns: WeakKeyDictionary[Client, _Turns] = WeakKeyDictionary()


@asynccontextmanager
async def turn(client: Client, person: int) -> AsyncIterator[None]:
    """To be held while a log is read for one viewer alone; `person` is the id of the user."""
    turns = _turns.setdefault(client, _Turns())
    async with turns.of(person), turns.all:
        yield


class KeptWaiting(Stalled):
    """The reader kept a reading for him alone from its end; the message says so to him."""


_KEPT_WAITING = (
    "The log was still being read, and this browser kept it waiting for {:.0f} s: it was paused and full, or too slow. "
    "Others wait for their turn. Open it again to go on after the last line here."
)


def in_time(give: Give) -> Give:
    """Gives on, and raises KeptWaiting when that takes TAKING_SECONDS."""

    async def give_in_time(step: bytes | Mark) -> None:
        try:
            async with asyncio.timeout(TAKING_SECONDS):
                await give(step)
        except TimeoutError:
            raise KeptWaiting(_KEPT_WAITING.format(TAKING_SECONDS)) from None

    return give_in_time


class _Met(Exception):
    """The ring goes on here."""

    def __init__(self, cursor: Cursor) -> None:
        self.cursor = cursor


class CatchUp:
    """Reads a log once, without following it, and passes on what comes before the ring of `feed`."""

    def __init__(
        self, client: Client, request: LogRequest, feed: Feed, give: Give, resumption: Resumption | None, person: int
    ) -> None:
        self._client = client
        self._request = replace(request, follow=False)
        self._feed = feed
        self._give = in_time(give)
        self._person = person
        self._resumption = resumption
        self._instance = resumption.instance if resumption else ""
        self._place = resumption.place if resumption else None
        self._memory = Memory()
        self._lines = WholeLines()
        self._held = b""
        self._anchor: Anchor | None = None

    async def run(self) -> Cursor:
        """Where to go on in the ring. Raises Stalled, and what `give` raises."""
        try:
            log = Log(
                self._client,
                self._request,
                self._take,
                resumption=self._resumption,
                pod_uid=self._feed.key.pod_uid,
            )
            async with turn(self._client, self._person):
                reason = await log.run()
        except _Met as met:
            return met.cursor
        return await self._after_the_end(reason, has_failed=log.has_failed)

    async def _take(self, step: bytes | Mark) -> None:
        if isinstance(step, bytes):
            await self._look(self._lines.feed(step))
            return
        await self._pass(self._release())
        if step.sign is Sign.INSTANCE:
            self._instance, self._place, self._memory = step.text, None, Memory()
        if step.sign is Sign.REWIND:
            self._memory.rewind()
        if step.sign is not Sign.STATUS:
            await self._give(step)

    async def _look(self, lines: bytes) -> None:
        """Passes on what cannot be where the ring begins. Raises _Met where it does."""
        text, self._held = self._held + lines, b""
        anchor = self._anchor_now()
        if anchor is None:
            await self._pass(text)
            return
        at = 0 if text.startswith(anchor.block) else text.find(b"\n" + anchor.block) + 1
        if at or text.startswith(anchor.block):
            cursor = Cursor(self._feed.ring, anchor.entry, anchor.offset, instance=self._instance)
            await self._pass(text[:at])
            raise _Met(cursor)
        keep = text.rfind(b"\n", 0, max(0, len(text) - len(anchor.block))) + 1
        self._held = text[keep:]
        await self._pass(text[:keep])

    def _anchor_now(self) -> Anchor | None:
        """The ring's beginning moves on while a slow reader is on his way to it, always ahead of him."""
        if self._anchor is None or self._anchor.entry < self._feed.ring.first:
            self._anchor = self._feed.ring.anchor()
        return self._anchor

    def _release(self) -> bytes:
        text, self._held = self._held + self._lines.rest(), b""
        return text

    async def _pass(self, text: bytes) -> None:
        if text:
            self._memory.note(text)
            await self._give(text)

    async def _after_the_end(self, reason: str, *, has_failed: bool) -> Cursor:
        """The API has no more lines and none of them was the first of the ring; `reason` says why, if that is known."""
        await self._pass(self._release())
        if self._memory.rewind():
            await self._give(Mark(Sign.REWIND))
        ring, place = self._feed.ring, self._memory.place() or self._place
        if place is None and not has_failed:
            return Cursor(ring, ring.first, instance=self._instance)
        if place and (found := await found_in_ring(self._feed, self._instance, place)):
            return found
        await self._give(Mark(Sign.GAP, f"Lines may be missing here: {reason}" if reason else _ROTATED))
        return Cursor(ring, ring.first, instance=self._instance)


async def found_in_ring(feed: Feed, instance: str, place: Place) -> Cursor | None:
    """The cursor after the place, once the feed has come as far; None where the ring does not have it."""
    loop = asyncio.get_running_loop()
    began, moment = loop.time(), moment_of(place.line)
    while True:
        if found := feed.ring.after(instance, place):
            return Cursor(feed.ring, *found, instance=instance)
        oldest, newest = feed.ring.oldest_moment(), feed.ring.newest_moment()
        is_gone = oldest and moment and moment < oldest
        is_behind = newest is None or (moment is not None and newest < moment)
        waited = loop.time() - began
        if is_gone or feed.state is State.ENDED or waited > (BEHIND_SECONDS if is_behind else LATE_SECONDS):
            return None
        await feed.changed(LATE_SECONDS)
