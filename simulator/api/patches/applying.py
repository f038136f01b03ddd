"""Server-side apply.

Source: https://kubernetes.io/docs/reference/using-api/server-side-apply/
"""

from collections.abc import Iterable, Iterator
from typing import Any

from simulator.api.patches.fieldsets import ABSENT, Path, changes, children, item_step, members, shown
from simulator.api.patches.managers import STRIPPED, Manager, Owned, Owners
from simulator.api.schema import Field
from simulator.errors import Conflict
from simulator.kinds import Object

BEFORE = "before-first-apply"
"""Owns what an object held before anybody's fields were counted."""


def applied(
    kind: Field,
    live: Object,
    config: Object,
    found: Owners,
    manager: Manager,
    *,
    force: bool,
    now: str,
    granted: frozenset[Path] = frozenset(),
) -> tuple[Object, Owners]:
    """`live` with `config` applied by `manager`, and who owns what afterwards.

    What he applied before and no longer does goes away, unless it is another's too. Raises Conflict
    where others own what would get another value, unless `force` takes it from them or it is among the `granted`.
    """
    wanted = frozenset(path for path in members(kind, config) - STRIPPED if _is_his(path, manager))
    others = {other: owned for other, owned in found.items() if other != manager}
    last = found.get(manager)
    merged: Object = merge_applied(kind, live, config)
    if last:
        kept = {path for owned in others.values() for path in owned.paths} | wanted
        merged = _pruned(kind, merged, last.paths - wanted, kept)
    change = changes(kind, live, merged)
    disputed = change.written - granted
    conflicts = {other: owned.paths & disputed for other, owned in others.items() if owned.paths & disputed}
    if conflicts and not force:
        raise _conflict(conflicts)
    taken = change.written | change.removed
    after = {other: Owned(owned.paths - taken, owned.time) for other, owned in others.items()}
    unchanged = last is not None and last.paths == wanted and not change.written
    after[manager] = last if last and unchanged else Owned(wanted, now)
    return merged, after


def _is_his(path: Path, manager: Manager) -> bool:
    """Status belongs to its subresource, and nothing else does."""
    return (path[0] == "f:status") == (manager.subresource == "status")


def merge_applied(kind: Field, live: Any, config: Any) -> Any:
    """The applied values over the live ones; lists and maps merge where the schema says so."""
    if live is ABSENT or kind.is_atomic or type(live) is not type(config):
        return config
    if isinstance(config, dict):
        merged = dict(live)
        for key, value in config.items():
            merged[key] = merge_applied(kind.child(key), live.get(key, ABSENT), value)
        return merged
    if not isinstance(config, list) or kind.shape != "list":
        return config
    items = {item_step(kind, item): item for item in live}
    for item in config:
        step = item_step(kind, item)
        items[step] = merge_applied(kind.element, items.get(step, ABSENT), item)
    return list(items.values())


def _pruned(kind: Field, value: Any, gone: Iterable[Path], kept: set[Path]) -> Any:
    """`value` without the fields that are `gone`, but with those that are `kept`, and what holds them."""
    holders = {path[:depth] for path in kept for depth in range(1, len(path) + 1)}
    return _prune(kind, value, (), frozenset(gone), holders)


def _prune(kind: Field, value: Any, path: Path, gone: frozenset[Path], holders: set[Path]) -> Any:
    if path in gone and path not in holders:
        return ABSENT
    if not isinstance(value, dict | list) or kind.is_atomic or isinstance(value, list) != (kind.shape == "list"):
        return value
    if not any(item[: len(path)] == path for item in gone):
        return value
    parts = [(step, _prune(child, item, (*path, step), gone, holders)) for step, child, item in children(kind, value)]
    left = [(step, item) for step, item in parts if item is not ABSENT]
    if value and not left and path and path not in holders:
        return ABSENT
    return [item for _, item in left] if isinstance(value, list) else {step[2:]: item for step, item in left}


def _conflict(conflicts: dict[Manager, frozenset[Path]]) -> Conflict:
    pairs = sorted((path, manager.shown()) for manager, paths in conflicts.items() for path in paths)
    causes = [
        {"reason": "FieldManagerConflict", "message": f"conflict with {manager}", "field": shown(path)}
        for path, manager in pairs
    ]
    if len(causes) == 1:
        words = f"1 conflict: {causes[0]['message']}: {causes[0]['field']}"
    else:
        words = f"{len(causes)} conflicts: " + "\n".join(_lines(conflicts))
    return Conflict(f"Apply failed with {words}", details={"causes": causes})


def _lines(conflicts: dict[Manager, frozenset[Path]]) -> Iterator[str]:
    for manager in sorted(conflicts, key=lambda manager: manager.name):
        yield f"conflicts with {manager.shown()}:"
        yield from (f"- {shown(path)}" for path in sorted(conflicts[manager]))
