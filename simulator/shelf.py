"""The objects of one kind, in order, with the changes that led to them."""

import asyncio
from bisect import bisect_left, bisect_right, insort
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable, Iterator

import msgspec

from simulator.errors import Expired
from simulator.kinds import Object


class Stored:
    """A version of an object, as a value, as JSON, or both: what is missing is made when it is first asked for."""

    __slots__ = ("_encoded", "_object", "name", "namespace", "version")

    def __init__(
        self, namespace: str, name: str, version: int, *, obj: Object | None = None, encoded: bytes | None = None
    ) -> None:
        self.namespace = namespace
        self.name = name
        self.version = version
        self._object = obj
        self._encoded = encoded

    @property
    def object(self) -> Object:
        """The value. One that came as JSON is not kept: 150,000 of them would fill the memory."""
        if self._object is None:
            decoded: Object = msgspec.json.decode(self._encoded or b"{}")
            return decoded
        return self._object

    @property
    def encoded(self) -> bytes:
        """Its JSON, made once."""
        if self._encoded is None:
            self._encoded = msgspec.json.encode(self._object)
        return self._encoded


class Event:
    """A change: `type` is ADDED, MODIFIED or DELETED."""

    __slots__ = ("before", "stored", "type")

    def __init__(self, change: str, stored: Stored, before: Stored | None) -> None:
        self.type = change
        self.stored = stored
        self.before = before

    @property
    def object(self) -> Object:
        """The object afterwards; of one that was deleted the last state, with the version of its deletion."""
        return self.stored.object

    @property
    def previous(self) -> Object | None:
        """The object before."""
        return self.before.object if self.before else None

    @property
    def resource_version(self) -> str:
        """The version of the change."""
        return str(self.stored.version)


class Watch(AsyncIterator[Event]):
    """Changes as they come. Close it, best with `contextlib.aclosing`."""

    def __init__(self, shelf: "Shelf", namespace: str, missed: Iterable[Event], limit: int) -> None:
        self.namespace = namespace
        self.closed = False
        self.when_cut: Callable[[], None] | None = None
        """Called when the reader has fallen too far behind, for it may not be reading at all."""
        self._shelf = shelf
        self._limit = limit
        self._queue = deque(missed)
        self._news = asyncio.Event()

    def offer(self, event: Event) -> None:
        """Queue a change; one too many ends the watch, and what waited is dropped."""
        if len(self._queue) >= self._limit:
            self.close()
            if self.when_cut:
                self.when_cut()
            return
        self._queue.append(event)
        self._news.set()

    async def __anext__(self) -> Event:
        while not self._queue:
            if self.closed:
                raise StopAsyncIteration
            self._news.clear()
            await self._news.wait()
        return self._queue.popleft()

    def waiting(self) -> list[Event]:
        """What can be had without waiting, and takes it."""
        events = list(self._queue)
        self._queue.clear()
        return events

    def close(self) -> None:
        """Ends it at once."""
        self.closed = True
        self._queue.clear()
        self._news.set()
        self._shelf.leave(self)

    async def aclose(self) -> None:
        """The same, for `aclosing`."""
        self.close()


class Shelf:
    """All objects of a kind."""

    def __init__(self, history: int, version: int) -> None:
        self._objects: dict[str, dict[str, Stored]] = {}
        self._names: dict[str, list[str]] = {}
        self._namespaces: list[str] = []
        self._history: deque[Event] = deque(maxlen=history)
        self._oldest = version
        self._watches: set[Watch] = set()

    def find(self, namespace: str, name: str) -> Stored | None:
        """The object, if there is one."""
        return self._objects.get(namespace, {}).get(name)

    def count(self, namespace: str) -> int:
        """How many there are, in a namespace or in all."""
        if namespace:
            return len(self._objects.get(namespace, {}))
        return sum(map(len, self._objects.values()))

    def walk(self, namespace: str, after: tuple[str, str] = ("", "")) -> Iterator[Stored]:
        """By namespace and name, beginning after that one."""
        namespaces = [namespace] if namespace else self._namespaces[bisect_left(self._namespaces, after[0]) :]
        for place in namespaces:
            names = self._names.get(place, [])
            objects = self._objects.get(place, {})
            first = bisect_right(names, after[1]) if place == after[0] else 0
            for index in range(first, len(names)):
                yield objects[names[index]]

    def walk_at(self, namespace: str, version: int, after: tuple[str, str]) -> Iterator[Stored]:
        """The same as it was at `version`: changes since then are taken back. Raises Expired."""
        past = self._past(version)
        gone = (stored for stored in past.values() if stored and not self.find(stored.namespace, stored.name))
        returned = sorted(gone, key=_place)
        return _merged(self.walk(namespace, after), returned, past, namespace, after)

    def count_at(self, namespace: str, version: int, after: tuple[str, str]) -> int:
        """How many `walk_at` would give; without walking. Raises Expired."""
        places = [namespace] if namespace else self._namespaces[bisect_left(self._namespaces, after[0]) :]
        now = 0
        for place in places:
            names = self._names.get(place, [])
            now += len(names) - (bisect_right(names, after[1]) if place == after[0] else 0)
        changed = [place for place in self._past(version).items() if place[0] > after]
        return now + sum(
            (was is not None) - (self.find(*place) is not None) for place, was in changed if namespace in ("", place[0])
        )

    def _past(self, version: int) -> dict[tuple[str, str], Stored | None]:
        """What was in the place of everything that changed since. Raises Expired."""
        self._check(version)
        past: dict[tuple[str, str], Stored | None] = {}
        for event in reversed(self._history):
            if event.stored.version <= version:
                break
            past[event.stored.namespace, event.stored.name] = event.before
        return past

    def store(self, stored: Stored) -> None:
        """Add the object, or put it in the place of the one of its name, and tell whoever watches."""
        objects = self._objects.get(stored.namespace)
        if objects is None:
            objects = self._objects[stored.namespace] = {}
            self._names[stored.namespace] = []
            insort(self._namespaces, stored.namespace)
        before = objects.get(stored.name)
        if before is None:
            insort(self._names[stored.namespace], stored.name)
        objects[stored.name] = stored
        self._tell(Event("MODIFIED" if before else "ADDED", stored, before))

    def remove(self, gone: Stored) -> None:
        """Take away the object of that name; `gone` is its last state, with the version of the deletion."""
        before = self._objects[gone.namespace].pop(gone.name)
        names = self._names[gone.namespace]
        del names[bisect_right(names, gone.name) - 1]
        if not names:
            del self._objects[gone.namespace], self._names[gone.namespace]
            self._namespaces.remove(gone.namespace)
        self._tell(Event("DELETED", gone, before))

    def watch(self, namespace: str, since: int, limit: int) -> Watch:
        """Changes after `since`. Raises Expired."""
        self._check(since)
        missed: deque[Event] = deque()
        for event in reversed(self._history):
            if event.stored.version <= since:
                break
            if namespace in ("", event.stored.namespace):
                missed.appendleft(event)
        watch = Watch(self, namespace, missed, limit)
        self._watches.add(watch)
        return watch

    def watchers(self) -> int:
        """How many watches are open."""
        return len(self._watches)

    def leave(self, watch: Watch) -> None:
        """Stop telling it."""
        self._watches.discard(watch)

    def forget(self, version: int) -> None:
        """Forget every change up to `version`."""
        self._history.clear()
        self._oldest = version

    def _check(self, version: int) -> None:
        if version < self._oldest:
            raise Expired.version(version, self._oldest)

    def _tell(self, event: Event) -> None:
        if len(self._history) == self._history.maxlen:
            self._oldest = self._history[0].stored.version
        self._history.append(event)
        for watch in tuple(self._watches):
            if watch.namespace in ("", event.stored.namespace):
                watch.offer(event)


def _place(stored: Stored) -> tuple[str, str]:
    return stored.namespace, stored.name


def _merged(
    now: Iterator[Stored],
    returned: list[Stored],
    past: dict[tuple[str, str], Stored | None],
    namespace: str,
    after: tuple[str, str],
) -> Iterator[Stored]:
    """What is there now, with the objects of the past in place of their later selves."""
    waiting = deque(item for item in returned if _place(item) > after and namespace in ("", item.namespace))
    for stored in now:
        while waiting and _place(waiting[0]) < _place(stored):
            yield waiting.popleft()
        was = past.get(_place(stored), stored)
        if was is not None:
            yield was
    yield from waiting
