"""How many pods a rolling update may have too many and too few, and which replica set gets how many."""

import math
from dataclasses import dataclass

from simulator.kinds import Object


@dataclass(frozen=True)
class Bounds:
    """`most` pods at any time, at least `fewest` of them available."""

    most: int
    fewest: int


def bounds(deployment: Object) -> Bounds:
    """What the strategy allows. Percentages of surge round up, of unavailability down."""
    replicas = deployment["spec"].get("replicas", 1)
    strategy = deployment["spec"].get("strategy") or {}
    if strategy.get("type") == "Recreate":
        return Bounds(replicas, 0)
    rolling = strategy.get("rollingUpdate") or {}
    surge = _share(rolling.get("maxSurge", "25%"), replicas, up=True)
    unavailable = _share(rolling.get("maxUnavailable", "25%"), replicas, up=False)
    if not surge and not unavailable:
        unavailable = 1
    return Bounds(replicas + (surge if replicas else 0), replicas - min(unavailable, replicas))


def new_size(deployment: Object, new: Object, replica_sets: list[Object]) -> int:
    """How many replicas the new replica set should have now."""
    replicas: int = deployment["spec"].get("replicas", 1)
    size: int = new["spec"].get("replicas", 1)
    if size >= replicas:
        return replicas
    room = bounds(deployment).most - _asked(replica_sets)
    return size + max(0, min(room, replicas - size))


def old_sizes(deployment: Object, new: Object, old: list[Object]) -> dict[str, int]:
    """How many replicas the old replica sets, oldest first, should have now; by name, where that is a change."""
    fewest = bounds(deployment).fewest
    starting = new["spec"].get("replicas", 1) - _available(new)
    spare = _asked([*old, new]) - fewest - starting
    sizes = {each["metadata"]["name"]: each["spec"].get("replicas", 1) for each in old}
    if spare <= 0:
        return {}
    before = dict(sizes)
    for each in old:
        name = each["metadata"]["name"]
        broken = min(spare, max(0, sizes[name] - _available(each)))
        sizes[name] -= broken
        spare -= broken
    surplus = sum(map(_available, [*old, new])) - fewest
    for each in old:
        name = each["metadata"]["name"]
        dropped = max(0, min(surplus, sizes[name]))
        sizes[name] -= dropped
        surplus -= dropped
    return {name: size for name, size in sizes.items() if size != before[name]}


def _share(value: int | str, replicas: int, *, up: bool) -> int:
    if isinstance(value, int):
        return value
    share = replicas * int(value.removesuffix("%")) / 100
    return math.ceil(share) if up else math.floor(share)


def _asked(replica_sets: list[Object]) -> int:
    return sum(each["spec"].get("replicas", 1) for each in replica_sets)


def _available(replica_set: Object) -> int:
    count: int = replica_set.get("status", {}).get("availableReplicas", 0)
    return count
