"""Objects, their versions, and what changed: the simulator's etcd and watch cache in one.

Belongs to one event loop and never waits. Objects that it hands out are the stored ones: never change them.
"""

import random
import uuid
from collections.abc import Callable, Iterable

import msgspec

from simulator.clock import Clock, timestamp
from simulator.errors import AlreadyExists, BadRequest, Conflict, NotFound
from simulator.kinds import NAMESPACES, Kind, Object
from simulator.shelf import Event, Shelf, Stored, Watch

HISTORY = 20_000
"""Changes of one kind that are remembered for watches and continue tokens."""

QUEUE = 10_000
"""Changes that may wait for a watcher."""

_LETTERS = "bcdfghjklmnpqrstvwxz2456789"


class Storage:
    """All objects of a cluster."""

    def __init__(self, clock: Clock, chance: random.Random, *, first_version: int = 1, history: int = HISTORY) -> None:
        """`chance` makes uids and generated names: the same generator makes the same ones.

        `first_version` lets a restarted server count on; `history` is how many changes of each kind are remembered.
        """
        self.queue = QUEUE
        """Changes that may wait for a watcher before it is cut off."""
        self._history = history
        self._clock = clock
        self._chance = chance
        self._first = self._version = first_version
        self._shelves: dict[str, Shelf] = {}

    @property
    def resource_version(self) -> str:
        """The version of the latest change to anything."""
        return str(self._version)

    def create(self, kind: Kind, obj: Object) -> Object:
        """Stores a copy, with uid, time, version, generation and, from `generateName`, a name.

        Raises AlreadyExists, and NotFound where the namespace does not exist.
        """
        created = _typed(kind, _copy(obj))
        metadata = created.setdefault("metadata", {})
        if not metadata.get("name") and metadata.get("generateName"):
            metadata["name"] = self._generated_name(kind, metadata)
        name, namespace = metadata.get("name", ""), metadata.get("namespace", "")
        if not name:
            raise BadRequest("name or generateName is required")
        if kind.namespaced and self.find(NAMESPACES, namespace) is None:
            raise NotFound.of(NAMESPACES, namespace)
        if self._shelf(kind).find(namespace, name):
            raise AlreadyExists.of(kind, name)
        metadata["uid"] = str(uuid.UUID(int=self._chance.getrandbits(128), version=4))
        metadata["creationTimestamp"] = timestamp(self._clock.now())
        metadata.pop("generation", None)
        if kind.has_generation:
            metadata["generation"] = 1
        return self._store(kind, created, "ADDED")

    def get(self, kind: Kind, name: str, namespace: str = "") -> Object:
        """The object. Raises NotFound."""
        return self.stored(kind, name, namespace).object

    def find(self, kind: Kind, name: str, namespace: str = "") -> Object | None:
        """The object, if there is one."""
        stored = self._shelf(kind).find(namespace, name)
        return stored.object if stored else None

    def list(self, kind: Kind, namespace: str = "") -> list[Object]:
        """All objects, or those of a namespace, by namespace and name."""
        return [stored.object for stored in self._shelf(kind).walk(namespace)]

    def stored(self, kind: Kind, name: str, namespace: str = "") -> Stored:
        """The object with its JSON. Raises NotFound."""
        stored = self._shelf(kind).find(namespace, name)
        if stored is None:
            raise NotFound.of(kind, name)
        return stored

    def walk(self, kind: Kind, namespace: str = "", *, after: tuple[str, str] = ("", "")) -> Iterable[Stored]:
        """Objects with their JSON by namespace and name, beginning after that one. Do not change the kind meanwhile."""
        return self._shelf(kind).walk(namespace, after)

    def count(self, kind: Kind, namespace: str = "") -> int:
        """How many objects there are."""
        return self._shelf(kind).count(namespace)

    def walk_at(self, kind: Kind, namespace: str, version: int, *, after: tuple[str, str]) -> Iterable[Stored]:
        """As `walk`, but as things were at `version`. Raises Expired when that is no longer remembered."""
        return self._shelf(kind).walk_at(namespace, version, after)

    def count_at(self, kind: Kind, namespace: str, version: int, *, after: tuple[str, str]) -> int:
        """How many `walk_at` would give. Raises Expired."""
        return self._shelf(kind).count_at(namespace, version, after)

    def update(
        self,
        kind: Kind,
        name: str,
        namespace: str = "",
        *,
        change: Callable[[Object], None],
        uid: str = "",
        resource_version: str = "",
        counts: bool = True,
    ) -> Object:
        """Lets `change` alter a copy and stores it. Where nothing changed, nothing gets a new version.

        `generation` grows when the spec changes, unless that does not count as a change, as when a pod is given a node.
        Raises NotFound; Conflict when the object has another uid or version.
        """
        current = self._checked(kind, name, namespace, uid, resource_version)
        changed = _copy(current)
        change(changed)
        changed = _typed(kind, changed)
        metadata = changed["metadata"]
        metadata["resourceVersion"] = current["metadata"]["resourceVersion"]
        if changed == current:
            return current
        if counts and kind.has_generation and _spec(changed) != _spec(current):
            metadata["generation"] = current["metadata"].get("generation", 0) + 1
        return self._store(kind, changed, "MODIFIED")

    def remove(self, kind: Kind, name: str, namespace: str = "", *, uid: str = "") -> Object:
        """Removes the object at once, whatever its finalizers. Raises NotFound, and Conflict for another uid."""
        current = self._checked(kind, name, namespace, uid, "")
        gone = {**current, "metadata": {**current["metadata"]}}
        return self._store(kind, gone, "DELETED")

    def watch(self, kind: Kind, namespace: str = "", *, since: str) -> Watch:
        """Changes after version `since`. Raises Expired when it is no longer remembered.

        Ends when its reader falls `queue` changes behind; see `Watch.when_cut`.
        """
        return self._shelf(kind).watch(namespace, int(since), self.queue)

    def watchers(self, kind: Kind) -> int:
        """How many watches of the kind are open."""
        return self._shelf(kind).watchers()

    def put(self, kind: Kind, namespace: str, name: str, encoded: bytes, *, version: int) -> None:
        """Stores JSON as it is in place of whatever has the name; it carries `version`, made by `next_version`.

        It begins with `{"kind":"Pod","apiVersion":"v1",`, whatever the kind is.
        """
        self._shelf(kind).store(Stored(namespace, name, version, encoded=encoded))

    def next_version(self) -> int:
        """Counts a change; for `put`."""
        self._version += 1
        return self._version

    def forget(self, kind: Kind) -> None:
        """Forgets the changes of a kind so far, as a server does in time: older versions and tokens expire."""
        self._shelf(kind).forget(self._version)

    def _checked(self, kind: Kind, name: str, namespace: str, uid: str, version: str) -> Object:
        current = self.get(kind, name, namespace)
        found = current["metadata"].get("uid", "")
        if uid and uid != found:
            why = f"Precondition failed: UID in precondition: {uid}, UID in object meta: {found}"
            raise Conflict.of(kind, name, why)
        if version and version != current["metadata"]["resourceVersion"]:
            raise Conflict.modified(kind, name)
        return current

    def _store(self, kind: Kind, obj: Object, change: str) -> Object:
        version = self.next_version()
        metadata = obj["metadata"]
        metadata["resourceVersion"] = str(version)
        stored = Stored(metadata.get("namespace", ""), metadata["name"], version, obj=obj)
        if change == "DELETED":
            self._shelf(kind).remove(stored)
        else:
            self._shelf(kind).store(stored)
        return obj

    def _shelf(self, kind: Kind) -> Shelf:
        # By name: a custom kind is made anew when its definition changes.
        shelf = self._shelves.get(kind.resource)
        if shelf is None:
            shelf = self._shelves[kind.resource] = Shelf(self._history, self._first)
        return shelf

    def _generated_name(self, kind: Kind, metadata: Object) -> str:
        """The prefix and five letters. Raises AlreadyExists in the unlikely case that eight tries are all taken."""
        for _ in range(8):
            name: str = metadata["generateName"][:58] + "".join(self._chance.choices(_LETTERS, k=5))
            if self._shelf(kind).find(metadata.get("namespace", ""), name) is None:
                return name
        raise AlreadyExists.of(kind, metadata["generateName"])


def _copy(obj: Object) -> Object:
    """A deep copy; through JSON, which takes a tenth of the time of copy.deepcopy."""
    copy: Object = msgspec.json.decode(msgspec.json.encode(obj))
    return copy


def _typed(kind: Kind, obj: Object) -> Object:
    """With kind and version, and those first: lists leave them out by their length."""
    rest = {key: value for key, value in obj.items() if key not in ("kind", "apiVersion")}
    return {"kind": kind.kind, "apiVersion": kind.api_version, **rest}


def _spec(obj: Object) -> Object:
    """What a generation counts: everything but metadata and status."""
    return {key: value for key, value in obj.items() if key not in ("metadata", "status")}


__all__ = ["Event", "Storage", "Stored", "Watch"]
