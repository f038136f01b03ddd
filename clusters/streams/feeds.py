"""One reading of each container's log in this process, however many look at it, and for a while after they left."""

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from clusters.kube.client import Client
from clusters.streams.cluster_rights import ClusterRight
from clusters.streams.framing import WholeLines
from clusters.streams.logs import Log, Mark, Sign
from clusters.streams.requests import DEFAULT_LINES, LogRequest
from clusters.streams.ring import Ring
from clusters.streams.selection import Source
from clusters.tasks import guarded, stop

RING_BYTES = 4 * 1024 * 1024
ALL_BYTES = 256 * 1024 * 1024
"""What the rings of a process hold together; with many feeds each gets its share."""

MOST_FEEDS = 150
"""Of one cluster: each is a connection to its API server, which watches, shells and pages need too."""

LINGER_SECONDS = 30.0
PAUSE_SECONDS = 0.3
"""So long the end of a line is waited for before the line is shown without it."""

QUIET_SECONDS = 0.1
SETTLE_SECONDS = 1.0
FEED_LINES = DEFAULT_LINES
"""Lines from before it began that a feed starts with."""


class TooManyFeeds(Exception):
    """No further log of this cluster can be followed; the message says so."""


class State(StrEnum):
    """What a followed log does now."""

    WAITING = "waiting"
    RUNNING = "running"
    ENDED = "ended"
    READ = "read"
    """All that the viewer asked for was given; the log itself may go on."""

    FAILED = "failed"
    """Ended with an error; of a feed that can be taken up it is only what its viewers are told."""


@dataclass(frozen=True)
class Key:
    """What is read once; `cluster` is the row's id."""

    cluster: int
    pod_uid: str
    container: str


class Feed:
    """Reads a log into its ring as fast as it comes. `text` says why it waits or ended.

    `has_failed`: it ended with an error and `take_up` may help.
    """

    def __init__(self, key: Key, client: Client, source: Source) -> None:
        self.key = key
        self.source = source
        self.state = State.WAITING
        self.text = ""
        self.has_failed = False
        self.ring = Ring(_share)
        request = LogRequest(source.namespace, source.pod, source.container, tail=FEED_LINES)
        self._log = Log(client, request, self._take, stands=self._stands, pod_uid=key.pod_uid)
        self._wakes: list[Callable[[], None]] = []
        self._lines = WholeLines()
        self._loop = asyncio.get_running_loop()
        self._pausing: asyncio.TimerHandle | None = None
        self._leaving: asyncio.TimerHandle | None = None
        self._came_at: float | None = None
        self._stood_at: float | None = None
        self._task = self._begin()

    @property
    def loop(self) -> asyncio.AbstractEventLoop:
        return self._loop

    @property
    def has_viewers(self) -> bool:
        return bool(self._wakes)

    @property
    def is_whole(self) -> bool:
        """Whether the ring has all that there is, since that is less than was asked for."""
        return not self.ring.dropped and self.ring.lines < FEED_LINES

    @property
    def is_pending(self) -> bool:
        """Whether it is yet to be seen where in the log the ring will begin: nothing has been read of it so far."""
        return self.state is not State.RUNNING and not self.ring.lines and self._log.leaves_out

    def take_up(self, client: Client) -> None:
        """Goes on where it was, when the cluster has another client by now or when it has failed."""
        is_over = self.state is State.ENDED and not self.has_failed
        if is_over or (client is self._log.client and not self.has_failed):
            return
        self.has_failed = False
        self._say(State.WAITING, "")
        self._task.cancel()
        self._task = self._begin(client, after=self._task)

    def join(self, wake: Callable[[], None]) -> None:
        """`wake` is called whenever something came."""
        if self._leaving:
            self._leaving.cancel()
        self._wakes.append(wake)

    def leave(self, wake: Callable[[], None]) -> None:
        """The last one to leave is waited for a while: a page that is loaded anew comes back at once."""
        self._wakes.remove(wake)
        if not self._wakes:
            self._leaving = self._loop.call_later(LINGER_SECONDS, _forget, self)

    def settles_in(self) -> float:
        """Seconds after which to ask again; 0 once what was there before the feed began has probably come."""
        if self.state is not State.RUNNING or self._stood_at is None:
            return QUIET_SECONDS if self.state is State.WAITING and not self.text else 0.0
        now = self._loop.time()
        if self._came_at is None:
            return max(0.0, QUIET_SECONDS + self._stood_at - now)
        return max(0.0, min(self._came_at + QUIET_SECONDS, self._stood_at + SETTLE_SECONDS) - now)

    async def changed(self, seconds: float) -> None:
        """Returns when something came, or after so many seconds."""
        came = asyncio.Event()
        self.join(came.set)
        try:
            async with asyncio.timeout(seconds):
                await came.wait()
        except TimeoutError:
            pass
        finally:
            self.leave(came.set)

    async def close(self) -> None:
        for timer in (self._pausing, self._leaving):
            if timer:
                timer.cancel()
        await stop([self._task])

    def _begin(self, client: Client | None = None, after: asyncio.Task[None] | None = None) -> asyncio.Task[None]:
        source = self.source
        return guarded(f"log of {source.namespace}/{source.pod}/{source.container}", self._read(client, after))

    async def _read(self, client: Client | None, after: asyncio.Task[None] | None) -> None:
        if after:
            await asyncio.wait([after])
        self._log.client = client or self._log.client
        right = guarded("cluster's right to a log", self._watch_right(asyncio.current_task()))
        try:
            reason = await self._log.run()
        except Exception:
            self._end("Pilothouse made an error here; its log says which.", failed=True)
            raise
        else:
            self._end(reason, failed=self._log.has_failed)
        finally:
            await stop([right])

    async def _watch_right(self, reading: "asyncio.Task[None] | None") -> None:
        """Ends the reading once the cluster has taken from us what it began with."""
        place = self.source
        right = ClusterRight(self._log.client, "log", namespace=place.namespace, pod=place.pod)
        reason = await right.until_lost()
        if reading:
            reading.cancel()
        self._end(reason, failed=True)

    def _end(self, reason: str, *, failed: bool) -> None:
        self.has_failed = failed
        self._show_the_rest()
        self._say(State.ENDED, reason)

    async def _stands(self) -> None:
        if self._came_at is None:
            self._stood_at = self._loop.time()
        self._say(State.RUNNING, "")

    async def _take(self, step: bytes | Mark) -> None:
        if isinstance(step, Mark):
            self._show_the_rest()
            if step.sign is Sign.STATUS:
                self._say(State.WAITING if step.text else self.state, step.text)
            else:
                self._add(step)
            return
        self._came_at = self._loop.time()
        if lines := self._lines.feed(step):
            self._add(lines)
        if self._pausing:
            self._pausing.cancel()
        self._pausing = self._loop.call_later(PAUSE_SECONDS, self._show_the_rest) if self._lines.waits else None
        # A flood is always ready to be read; others want their turn.
        await asyncio.sleep(0)

    def _show_the_rest(self) -> None:
        if self._pausing:
            self._pausing.cancel()
            self._pausing = None
        if rest := self._lines.rest():
            self._add(rest)

    def _say(self, state: State, text: str) -> None:
        self.state, self.text = state, text
        self._wake()

    def _add(self, step: bytes | Mark) -> None:
        self.ring.add(step)
        self._wake()

    def _wake(self) -> None:
        for wake in self._wakes:
            wake()


_feeds: dict[Key, Feed] = {}


def feed_of(cluster: int, client: Client, source: Source) -> Feed:
    """The feed of the container, begun or taken up if need be; `join` it at once. `cluster` is the row's id, `client`
    its present one.

    Raises TooManyFeeds.
    """
    known = known_feed(cluster, source.uid, source.container)
    if known:
        known.take_up(client)
        return known
    _make_room(cluster)
    key = Key(cluster, source.uid, source.container)
    _feeds[key] = Feed(key, client, source)
    _share_out()
    return _feeds[key]


def known_feed(cluster: int, pod_uid: str, container: str) -> Feed | None:
    """The feed of a container whose pod may be gone by now, if it is still kept."""
    known = _feeds.get(Key(cluster, pod_uid, container))
    return known if known and known.loop is asyncio.get_running_loop() else None


def take_up_feeds(cluster: int, client: Client) -> None:
    """The cluster has this client now: feeds that read with another one go on with it."""
    for key, feed in _feeds.items():
        if key.cluster == cluster and feed.loop is asyncio.get_running_loop():
            feed.take_up(client)


async def close_feeds() -> None:
    """Ends every feed of this event loop, at the end of the process."""
    mine = [feed for feed in _feeds.values() if feed.loop is asyncio.get_running_loop()]
    for feed in mine:
        del _feeds[feed.key]
    for feed in mine:
        await feed.close()


def _make_room(cluster: int) -> None:
    if Counter(key.cluster for key in _feeds)[cluster] < MOST_FEEDS:
        return
    idle = next((feed for key, feed in _feeds.items() if key.cluster == cluster and not feed.has_viewers), None)
    if idle is None:
        raise TooManyFeeds(
            f"Pilothouse follows {MOST_FEEDS} logs of this cluster already; it waits for one to be closed."
        )
    _forget(idle)


def _forget(feed: Feed) -> None:
    if not feed.has_viewers and _feeds.get(feed.key) is feed:
        del _feeds[feed.key]
        guarded("end of a log feed", feed.close())


def _share() -> int:
    return min(RING_BYTES, ALL_BYTES // max(1, len(_feeds)))


def _share_out() -> None:
    for feed in _feeds.values():
        feed.ring.shrink()
