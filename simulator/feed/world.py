"""The cluster that is served: its size, its objects, and the changes that it can make to its pods."""

import random
import time
from array import array
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from simulator.feed import pods
from simulator.feed.collection import Collection, Item, Versions
from simulator.feed.others import all_others
from simulator.feed.pods import PER_DEPLOYMENT, Pod
from simulator.feed.shapes import State
from simulator.kinds import PODS, Kind

KEPT_CHANGES = 50_000
"""Pods' changes that a watch may go on from: 500 MB at most. The real server's watch cache holds 100,000."""

KEPT_BIRTHS = 4_000_000
"""Changes whose moments are remembered for the harness: about 100 bytes each."""

_STATES = {
    State.RUNNING: 950,
    State.RESTARTED: 22,
    State.NOT_READY: 7,
    State.CRASH_LOOP: 7,
    State.UNSCHEDULABLE: 4,
    State.CREATING: 4,
    State.PULLING: 3,
    State.TERMINATING: 3,
}
_CHANGES = {"status": 70, "restart": 14, "delete": 8, "create": 8}
"""How many of a hundred changes are of which sort; a creation and a deletion each are one change."""

_NEXT = {
    State.RUNNING: State.NOT_READY,
    State.RESTARTED: State.NOT_READY,
    State.CREATING: State.RUNNING,
    State.NOT_READY: State.RUNNING,
    State.UNSCHEDULABLE: State.CREATING,
    State.PULLING: State.RUNNING,
    State.CRASH_LOOP: State.RESTARTED,
}


@dataclass(frozen=True)
class Size:
    """How large the cluster is."""

    pods: int
    nodes: int
    namespaces: int


class Births:
    """When each change was made: versions, moments in seconds since 1970, and the pods' uids."""

    def __init__(self) -> None:
        self._versions: deque[int] = deque(maxlen=KEPT_BIRTHS)
        self._moments: deque[float] = deque(maxlen=KEPT_BIRTHS)
        self._uids: deque[str] = deque(maxlen=KEPT_BIRTHS)

    def add(self, version: int, moment: float, uid: str) -> None:
        self._versions.append(version)
        self._moments.append(moment)
        self._uids.append(uid)

    def since(self, version: int) -> Iterator[tuple[int, float, str]]:
        """Those after `version`, oldest first."""
        return (birth for birth in zip(self._versions, self._moments, self._uids, strict=True) if birth[0] > version)


class World:
    """All collections. One event loop, no locks."""

    def __init__(self, size: Size, seed: int, *, kept_changes: int = KEPT_CHANGES) -> None:
        self.size = size
        self.versions = Versions()
        self.births = Births()
        self.made = dict.fromkeys(_CHANGES, 0)
        self._chance = random.Random(seed)  # noqa: S311  # a benchmark must be the same each time
        self._kept_changes = kept_changes
        self._living: list[Pod] = []
        self._free_numbers = array("L")
        self.collections: dict[Kind, Collection] = {}
        for kind, made in all_others(size.pods, size.nodes, size.namespaces).items():
            collection = self._collection(kind)
            collection.items.update((key, Item(uid, 1, body)) for key, uid, body in made)
        self.pods = self._collection(PODS)
        self._fill()

    def _collection(self, kind: Kind) -> Collection:
        made = self.collections[kind] = Collection(kind, self.versions, self._kept_changes)
        return made

    def _fill(self) -> None:
        now = time.time()
        states, weights = list(_STATES), list(_STATES.values())
        for number in range(self.size.pods):
            state = self._chance.choices(states, weights)[0]
            restarts = self._chance.randint(1, 40) if state in (State.RESTARTED, State.CRASH_LOOP) else 0
            pod = self._new_pod(number, "", state, restarts)
            self._encode(pod, self.versions.current, now)
            self.pods.items[pod.key] = pod

    def _new_pod(self, number: int, generation: str, state: State, restarts: int = 0) -> Pod:
        namespace = pods.namespace_name(number // PER_DEPLOYMENT % self.size.namespaces)
        seed = f"pod {number}{generation}"
        pod = Pod(
            number, namespace, pods.pod_name(number, self.size.namespaces, generation), pods.uid(seed), state, restarts
        )
        pod.place = len(self._living)
        self._living.append(pod)
        return pod

    def _encode(self, pod: Pod, version: int, now: float) -> None:
        pod.encode(version, now, self.size.nodes, self.size.namespaces)

    def change(self) -> None:
        """Make one change, of a sort and to a pod that chance decides."""
        sort = self._chance.choices(list(_CHANGES), list(_CHANGES.values()))[0]
        if sort == "create" and not self._free_numbers:
            sort = "delete"
        if sort == "delete" and len(self._living) < 2:
            sort = "status"
        self.made[sort] += 1
        now, version = time.time(), self.versions.advance()
        if sort == "create":
            pod = self._new_pod(self._free_numbers.pop(), f" {version}", State.CREATING)
            pod.created = pod.since = pods.timestamp(now)
        else:
            pod = self._chance.choice(self._living)
            pod.since = pods.timestamp(now)
            self._alter(pod, sort)
        self._encode(pod, version, now)
        self.births.add(version, now, pod.uid)
        if sort == "delete":
            self.pods.remove(pod.key)
        else:
            self.pods.put(pod.key, pod, "ADDED" if sort == "create" else "MODIFIED")

    def _alter(self, pod: Pod, sort: str) -> None:
        match sort:
            case "delete":
                pod.state = State.TERMINATING
                self._bury(pod)
            case "restart":
                pod.restarts += 1
                pod.state = State.CRASH_LOOP if pod.state is State.RESTARTED else State.RESTARTED
            case _:
                pod.state = _NEXT.get(pod.state, pod.state)

    def _bury(self, pod: Pod) -> None:
        last = self._living.pop()
        if last is not pod:
            self._living[pod.place], last.place = last, pod.place
        self._free_numbers.append(pod.number)
