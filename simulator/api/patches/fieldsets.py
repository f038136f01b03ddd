"""Sets of fields, as `managedFields` keeps them, and what of an object differs from another.

Source: https://github.com/kubernetes-sigs/structured-merge-diff
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from simulator.api.schema import Field
from simulator.kinds import Object

Path = tuple[str, ...]
"""Steps as in fieldsV1: `f:name` for a field, `k:{"name":"c"}` and `v:"x"` for an item of a list."""

ABSENT: Any = object()
"""Stands for a value that is not there; null is one."""

_DEFAULTS = {"protocol": "TCP"}
"""Keys of lists that may be left out."""


@dataclass
class Changes:
    """What differs between two objects."""

    added: set[Path] = field(default_factory=set)
    modified: set[Path] = field(default_factory=set)
    removed: set[Path] = field(default_factory=set)

    @property
    def written(self) -> set[Path]:
        """What has a new value."""
        return self.added | self.modified


def members(kind: Field, value: Any) -> set[Path]:
    """The fields that somebody who applies `value` owns: its leaves, the items of its maps and of its lists."""
    return set(_members(kind, value, ()))


def _members(kind: Field, value: Any, path: Path) -> Iterator[Path]:
    if _is_leaf(kind, value):
        if path:
            yield path
        return
    for step, child, item in children(kind, value):
        if kind.shape:
            yield (*path, step)
        yield from _members(child, item, (*path, step))


def changes(kind: Field, old: Any, new: Any) -> Changes:
    """What somebody changed who made `new` of `old`."""
    found = Changes()
    _compare(kind, old, new, (), found)
    return found


def _compare(kind: Field, old: Any, new: Any, path: Path, found: Changes) -> None:
    if old is not ABSENT and new is not ABSENT and old == new and type(old) is type(new):
        return
    if _is_leaf(kind, old) and _is_leaf(kind, new):
        (found.added if old is ABSENT else found.removed if new is ABSENT else found.modified).add(path)
        return
    if (old is ABSENT or new is ABSENT) and _counts(kind, path):
        (found.added if old is ABSENT else found.removed).add(path)
    before, after = (
        {} if _is_leaf(kind, value) else {step: (child, item) for step, child, item in children(kind, value)}
        for value in (old, new)
    )
    for step, (child, _) in (before | after).items():
        was, now = (side.get(step, (child, ABSENT))[1] for side in (before, after))
        _compare(child, was, now, (*path, step), found)


def _counts(kind: Field, path: Path) -> bool:
    """Whether a map or list is a field by itself when it appears. Containers are always there, if only as null."""
    if not path or path[-1] == "f:containers":
        return False
    return bool(kind.shape) or path[-1] == "f:rollingUpdate" or not path[-1].startswith("f:")


def _is_leaf(kind: Field, value: Any) -> bool:
    return not isinstance(value, dict | list) or not value or kind.is_atomic or not _fits(kind, value)


def _fits(kind: Field, value: Any) -> bool:
    """Whether the value is what the schema expects; a list of which nothing is known is one value."""
    return isinstance(value, list) == (kind.shape == "list")


def children(kind: Field, value: Any) -> Iterator[tuple[str, Field, Any]]:
    """The step to each part of a map or list, what it should be, and what it is."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield f"f:{key}", kind.child(key), item
        return
    for item in value:
        yield item_step(kind, item), kind.element, item


def item_step(kind: Field, item: Any) -> str:
    """The step to an item of a list."""
    if kind.list_type != "map" or not isinstance(item, dict):
        return f"v:{_json(item)}"
    keys = {key: item.get(key, _DEFAULTS.get(key)) for key in sorted(kind.keys)}
    return f"k:{_json({key: value for key, value in keys.items() if value is not None})}"


def encoded(paths: Iterable[Path]) -> Object:
    """A set as fieldsV1. What has parts and is a member itself holds "."."""
    root: Object = {}
    for path in sorted(paths):
        node = root
        for step in path:
            node = node.setdefault(step, {})
        node["."] = {}
    return _tidy(root)


def _tidy(node: Object) -> Object:
    """Leaves need no dot."""
    if set(node) == {"."}:
        return {}
    return {step: _tidy(child) if step != "." else {} for step, child in node.items()}


def decoded(fields: Object) -> set[Path]:
    """The set that a fieldsV1 means."""
    return set(_decoded(fields, ()))


def _decoded(node: Object, path: Path) -> Iterator[Path]:
    if path and (not node or "." in node):
        yield path
    for step, child in node.items():
        if step != ".":
            yield from _decoded(child, (*path, step))


def shown(path: Path) -> str:
    """As messages have it: `.spec.containers[name="c"].image`."""
    return "".join(map(_shown, path))


def _shown(step: str) -> str:
    kind, _, text = step.partition(":")
    if kind == "f":
        return f".{text}"
    if kind == "v":
        return f"[={text}]"
    return f"[{','.join(f'{key}={_json(value)}' for key, value in json.loads(text).items())}]"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
