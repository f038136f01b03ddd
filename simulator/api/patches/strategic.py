"""Strategic merge patches: lists of objects merge by a key that the schema names, and directives delete and order.

Source: https://github.com/kubernetes/community/blob/master/contributors/devel/sig-api-machinery/strategic-merge-patch.md
"""

from collections.abc import Callable
from typing import Any

from simulator.api.patches.golang import go_text
from simulator.api.schema import Field
from simulator.errors import Unexplained
from simulator.kinds import Object

_PATCH, _RETAIN, _ORDER, _DELETE = "$patch", "$retainKeys", "$setElementOrder/", "$deleteFromPrimitiveList/"
Identity = Callable[[Any], Any]


def strategic_merge(original: Object, patch: Object, field: Field) -> Object:
    """`original`, an object of `field`, with `patch` merged into it; neither is changed.

    Raises Unexplained for directives that make no sense.
    """
    directive = patch.get(_PATCH)
    if directive == "replace":
        return {key: _without_directives(value) for key, value in patch.items() if key != _PATCH}
    if directive == "delete":
        return {}
    if _PATCH in patch:
        raise Unexplained(f"unknown patch type: {go_text(directive)} in map: {go_text(patch)}")
    merged = _retained(original, patch)
    for key, value in patch.items():
        if key.startswith(_DELETE):
            _delete_primitives(merged, key.removeprefix(_DELETE), value)
        elif not key.startswith("$"):
            _merge_key(merged, key, value, field.child(key))
    for key, order in patch.items():
        if key.startswith(_ORDER):
            _reorder(merged, original, key.removeprefix(_ORDER), order, field)
    return merged


def _retained(original: Object, patch: Object) -> Object:
    if _RETAIN not in patch:
        return dict(original)
    keep = patch[_RETAIN]
    if any(key not in keep for key in patch if not key.startswith("$") and patch[key] is not None):
        raise Unexplained("invalid patch format of retainKeys")
    return {key: value for key, value in original.items() if key in keep}


def _delete_primitives(merged: Object, key: str, values: list[Any]) -> None:
    if isinstance(merged.get(key), list):
        merged[key] = [item for item in merged[key] if item not in values]


def _merge_key(merged: Object, key: str, value: Any, field: Field) -> None:
    if value is None:
        merged.pop(key, None)
        return
    current = merged.get(key)
    if isinstance(value, dict) and isinstance(current, dict) and "replace" not in field.patch:
        merged[key] = strategic_merge(current, value, field)
    elif isinstance(value, list) and "merge" in field.patch:
        merged[key] = _merge_lists(current if isinstance(current, list) else [], value, field)
    else:
        merged[key] = _without_directives(value)


def _merge_lists(original: list[Any], patch: list[Any], field: Field) -> list[Any]:
    identity = _identity(field)
    if not field.merge_key:
        both = list(dict.fromkeys([*original, *patch]))
        return _ordered(both, [identity(item) for item in patch], original, identity)
    if any(isinstance(item, dict) and item.get(_PATCH) == "replace" for item in patch):
        return [_without_directives(item) for item in patch if _PATCH not in item]
    gone = [identity(item) for item in patch if item.get(_PATCH) == "delete"]
    changes = [item for item in patch if _PATCH not in item]
    merged = {identity(item): item for item in original if identity(item) not in gone}
    for item in changes:
        known = merged.get(identity(item))
        merged[identity(item)] = _without_directives(item) if known is None else _merge_items(known, item, field)
    return _ordered(list(merged.values()), [identity(item) for item in changes], original, identity)


def _merge_items(known: Any, item: Any, field: Field) -> Any:
    return strategic_merge(known, item, field.element)


def _identity(field: Field) -> Identity:
    """What makes two items of a list the same."""
    key = field.merge_key

    def of(item: Any) -> Any:
        if not key:
            return item
        if not isinstance(item, dict) or key not in item:
            raise Unexplained(f"map: {go_text(item)} does not contain declared merge key: {key}")
        return item[key]

    return of


def _reorder(merged: Object, original: Object, key: str, order: list[Any], field: Field) -> None:
    if isinstance(merged.get(key), list):
        identity = _identity(field.child(key))
        before = original.get(key)
        wanted = [identity(item) for item in order]
        merged[key] = _ordered(merged[key], wanted, before if isinstance(before, list) else [], identity)


def _ordered(items: list[Any], wanted: list[Any], original: list[Any], identity: Identity) -> list[Any]:
    """The wanted ones in their order, and the others among them where they stood before."""
    before = {identity(item): place for place, item in enumerate(original)}
    mine = [item for item in items if identity(item) in wanted]
    patched = sorted(mine, key=lambda item: wanted.index(identity(item)))
    others = [item for item in items if identity(item) not in wanted]
    result: list[Any] = []
    while patched and others:
        place, other = before.get(identity(patched[0])), before.get(identity(others[0]))
        follows = place is not None and other is not None and place > other
        result.append((others if follows else patched).pop(0))
    return [*result, *patched, *others]


def _without_directives(value: Any) -> Any:
    """What remains of a patch where nothing was before; its nulls too are gone."""
    if isinstance(value, dict):
        return {
            key: _without_directives(item)
            for key, item in value.items()
            if item is not None and not key.startswith((_PATCH, _RETAIN, _ORDER, _DELETE))
        }
    if isinstance(value, list):
        return [_without_directives(item) for item in value if not _deletes(item)]
    return value


def _deletes(item: Any) -> bool:
    return isinstance(item, dict) and item.get(_PATCH) == "delete"
