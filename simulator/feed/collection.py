"""The objects of one kind: what there is, and the changes that led to it."""

from bisect import bisect_right
from dataclasses import dataclass
from itertools import count
from operator import itemgetter
from typing import Protocol

from simulator.errors import Expired, Timeout
from simulator.kinds import Kind


class Entry(Protocol):
    """One object. `body` lacks the opening brace, kind and apiVersion."""

    @property
    def uid(self) -> str: ...
    @property
    def version(self) -> int: ...
    @property
    def body(self) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Item:
    """An object that never changes."""

    uid: str
    version: int
    body: bytes


@dataclass(frozen=True, slots=True)
class Change:
    """One event of a watch."""

    version: int
    type: str
    namespace: str
    body: bytes


class History:
    """The last `kept` changes of one kind, numbered from 0 in the order in which they came."""

    def __init__(self, kept: int, version: int) -> None:
        self._kept = kept
        self._slots: list[Change | None] = []
        self._forgotten_version = version
        self.end = 0
        """The number that the next change gets."""

    @property
    def start(self) -> int:
        """The number of the oldest change that is still known."""
        return self.end - len(self._slots)

    def append(self, change: Change) -> None:
        """Take in a change; the oldest is forgotten when there are too many."""
        if len(self._slots) < self._kept:
            self._slots.append(change)
        else:
            position = self.end % self._kept
            forgotten = self._slots[position]
            self._forgotten_version = forgotten.version if forgotten else self._forgotten_version
            self._slots[position] = change
        self.end += 1

    def since(self, number: int, most: int) -> list[Change]:
        """At most `most` changes from that number on, which must not be before `start`."""
        numbers = range(number, min(number + most, self.end))
        return [change for each in numbers if (change := self._slots[each % self._kept])]

    def after(self, version: int) -> int:
        """The number of the first change after `version`. Raises Expired when some of them are forgotten."""
        if version < self._forgotten_version:
            raise Expired.version(version, self._forgotten_version)
        return bisect_right(range(self.start, self.end), version, key=self._version) + self.start

    def _version(self, number: int) -> int:
        change = self._slots[number % self._kept]
        return change.version if change else 0


class Versions:
    """The resource versions of the cluster, one for each change of whatever kind."""

    def __init__(self) -> None:
        self._next = count(1)
        self.current = next(self._next)

    def advance(self) -> int:
        """A new version."""
        self.current = next(self._next)
        return self.current


class Collection:
    """All objects of one kind, by key: namespace/name, or name where the kind has no namespaces."""

    def __init__(self, kind: Kind, versions: Versions, kept_changes: int) -> None:
        self.kind = kind
        self.versions = versions
        self.items: dict[str, Entry] = {}
        self.history = History(kept_changes, versions.current)

    def put(self, key: str, item: Entry, type_of_change: str) -> None:
        """Add or replace an object and tell the watches."""
        self.items[key] = item
        self.history.append(Change(item.version, type_of_change, key.partition("/")[0], item.body))

    def remove(self, key: str) -> None:
        """Take an object away, as it is last, and tell the watches."""
        gone = self.items.pop(key)
        self.history.append(Change(gone.version, "DELETED", key.partition("/")[0], gone.body))

    def bodies(self, namespace: str = "") -> list[bytes]:
        """What a list holds, in its order."""
        prefix = f"{namespace}/" if namespace else ""
        found = ((key, item) for key, item in self.items.items() if key.startswith(prefix))
        return [item.body for _, item in sorted(found, key=itemgetter(0))]

    def number_after(self, version: str) -> int:
        """Where in the history a watch from `version` begins. Raises Expired and Timeout as the API server does."""
        asked = int(version)
        if asked > self.versions.current:
            raise Timeout.too_large_version(asked, self.versions.current)
        return self.history.after(asked)
