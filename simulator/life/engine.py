"""What drives the controllers: changes that they watch, work that waits, and work that is due later.

A controller is told a key, looks at what is there and does what is missing, as Kubernetes' own do. It never waits:
it asks to be called again. So one task runs them all, and the same seed gives the same order.
"""

import asyncio
import heapq
import itertools
import logging
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import Any

from simulator.api.preparing import admit, prepare_new
from simulator.cluster import SimulatedCluster
from simulator.errors import ApiError, Conflict, NotFound
from simulator.kinds import Kind, Object
from simulator.life.copies import copied
from simulator.life.index import Index
from simulator.storage import Event, Watch

logger = logging.getLogger(__name__)

Key = tuple[str, str]
"""Namespace and name of an object."""

_BURST = 20
"""Reconciliations in a row before others of the event loop have a turn."""
_RETRY = 5.0


class Controller:
    """Keeps objects as they are asked to be. Registers what it watches when it is made."""

    def __init__(self, life: "Life") -> None:
        self.life = life
        self.storage = life.storage

    def reconcile(self, key: Key) -> None:
        """Do what is missing for the object of that key, which may be gone."""
        raise NotImplementedError

    def enqueue(self, obj: Object, after: float = 0.0) -> None:
        """Have the object reconciled, in so many seconds."""
        self.life.enqueue(self, key_of(obj), after)

    def enqueue_changed(self, event: Event) -> None:
        """A handler for `Life.follow`: whatever changed is reconciled."""
        self.enqueue(event.object)


class Life:
    """The controllers' common ground: storage, time, index, and the queue of work."""

    def __init__(self, cluster: SimulatedCluster) -> None:
        self.cluster = cluster
        self.storage = cluster.storage
        self.index = Index(cluster.storage)
        self._clock = cluster.clock
        self._skipped = 0.0
        self.jumped = 0.0
        """Seconds by which the date has been moved, back or forward."""
        self._watches: dict[Kind, Watch] = {}
        self._handlers: dict[Kind, list[Callable[[Event], None]]] = {}
        self._ready: deque[tuple[Controller, Key]] = deque()
        self._queued: set[tuple[Controller, Key]] = set()
        self._later: list[tuple[float, int, Controller, Key]] = []
        self._times: dict[tuple[Controller, Key], float] = {}
        self._order = itertools.count()
        self._news = asyncio.Event()
        self._seen = ""

    def now(self) -> datetime:
        """The cluster's date and time."""
        return self._clock.now()

    def follow(self, kind: Kind, *handlers: Callable[[Event], None]) -> None:
        """Call handlers for each object that there is, as if it were new, and for each change."""
        self._handlers.setdefault(kind, []).extend(handlers)

    def enqueue(self, controller: Controller, key: Key, after: float = 0.0) -> None:
        """Have a key reconciled: once, however often it is asked for; the earliest time counts."""
        item = (controller, key)
        if after <= 0:
            if item not in self._queued:
                self._queued.add(item)
                self._ready.append(item)
            return
        due = self._elapsed() + after
        known = self._times.get(item)
        if known is None or due < known:
            self._times[item] = due
            heapq.heappush(self._later, (due, next(self._order), controller, key))

    def create(self, kind: Kind, obj: Object) -> Object:
        """Store an object of a controller's own making, with the API server's defaults.

        Raises AlreadyExists and NotFound.
        """
        made: Object = copied(obj)
        prepare_new(kind, made)
        admit(self.cluster, kind, made)
        return self.storage.create(kind, made)

    def set_status(self, kind: Kind, obj: Object, status: Object) -> Object:
        """Write the status of an object, where it differs. Raises NotFound."""
        metadata = obj["metadata"]
        return self.storage.update(
            kind,
            metadata["name"],
            metadata.get("namespace", ""),
            change=lambda stored: stored.__setitem__("status", status),
            uid=metadata["uid"],
        )

    async def run(self) -> None:
        """Run the controllers until cancelled."""
        self.catch_up()
        async with asyncio.TaskGroup() as tasks:
            for kind in self._handlers:
                tasks.create_task(self._listen(kind), name=f"watch {kind.resource}")
            while True:
                for count in itertools.count(1):
                    if not self._step():
                        break
                    if count % _BURST == 0:
                        await asyncio.sleep(0)
                await self._wait()

    def pass_time(self, seconds: float) -> None:
        """Let so much time pass at once: whatever falls due is done at its time. For what happened before."""
        end = self._elapsed() + seconds
        self._settle()
        while self._later and self._later[0][0] <= end:
            self._skip(self._later[0][0] - self._elapsed())
            self._settle()
        self._skip(end - self._elapsed())

    def leap(self, seconds: float) -> None:
        """Set the date forward or back without anything happening in between; what fell due is done afterwards."""
        self._clock.jump(seconds)
        self.jumped += seconds
        self._skipped += max(0.0, seconds)

    def close(self) -> None:
        """Stop watching."""
        for watch in self._watches.values():
            watch.close()
        self._watches.clear()

    def catch_up(self) -> None:
        """Hand on every change that has not been seen, so that the index is as the storage is."""
        version = self.storage.resource_version
        if version == self._seen:
            return
        self._seen = version
        for kind in self._handlers:
            watch = self._watches.get(kind)
            if watch is None or watch.closed:
                self._start_over(kind)
                continue
            for event in watch.waiting():
                self._deliver(kind, event)

    def _settle(self) -> None:
        while self._step():
            pass

    def _step(self) -> bool:
        """Reconcile one key, if any is waiting."""
        self.catch_up()
        self._promote()
        if not self._ready:
            return False
        controller, key = item = self._ready.popleft()
        self._queued.discard(item)
        try:
            controller.reconcile(key)
        except (Conflict, NotFound) as error:
            logger.debug("%s %s: %s", type(controller).__name__, key, error)
            self.enqueue(controller, key, _RETRY)
        except ApiError as error:
            logger.warning("%s %s: %s", type(controller).__name__, key, error)
        except Exception:
            # An object that makes no sense to one controller must not stop the others.
            logger.exception("%s cannot make sense of %s", type(controller).__name__, key)
        return True

    def _promote(self) -> None:
        """Queue what has fallen due."""
        now = self._elapsed()
        while self._later and self._later[0][0] <= now:
            due, _, controller, key = heapq.heappop(self._later)
            if self._times.get((controller, key)) == due:
                del self._times[controller, key]
                self.enqueue(controller, key)

    async def _wait(self) -> None:
        """Wait for a change or for the next thing that falls due."""
        self._news.clear()
        waits: list[asyncio.Future[Any]] = [asyncio.ensure_future(self._news.wait())]
        if self._later:
            waits.append(asyncio.ensure_future(self._clock.sleep(self._later[0][0] - self._elapsed())))
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()

    async def _listen(self, kind: Kind) -> None:
        """Wake the controllers for changes of a kind."""
        while True:
            watch = self._watches[kind]
            with suppress(StopAsyncIteration):
                while True:
                    self._deliver(kind, await anext(watch))
                    self._news.set()
            self._start_over(kind)
            self._news.set()

    def _start_over(self, kind: Kind) -> None:
        """List and watch anew: at the start, and after falling behind."""
        self._watches[kind] = self.storage.watch(kind, since=self.storage.resource_version)
        self.index.forget(kind)
        for stored in list(self.storage.walk(kind)):
            self._deliver(kind, Event("ADDED", stored, None))

    def _deliver(self, kind: Kind, event: Event) -> None:
        self.index.note(kind, event)
        for handler in self._handlers[kind]:
            try:
                handler(event)
            except Exception:
                # As above: one odd object must not stop the life of all others.
                logger.exception("A change of %s %s makes no sense", kind.resource, event.object["metadata"]["name"])

    def _elapsed(self) -> float:
        return self._clock.monotonic() + self._skipped

    def _skip(self, seconds: float) -> None:
        if seconds > 0:
            self.leap(seconds)


def key_of(obj: Object) -> Key:
    """Its namespace and name."""
    return obj["metadata"].get("namespace", ""), obj["metadata"]["name"]
