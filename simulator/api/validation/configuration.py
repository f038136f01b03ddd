"""What config maps and secrets must be like."""

from collections.abc import Iterator
from typing import Any

from simulator.api.validation.faults import forbidden, invalid
from simulator.api.validation.names import CONFIG_KEY
from simulator.errors import Cause
from simulator.kinds import Object

_IMMUTABLE = "field is immutable when `immutable` is set"


def keyed_data_faults(obj: Object) -> Iterator[Cause]:
    """Faults of the keys."""
    for group in ("data", "binaryData"):
        for key in obj.get(group) or ():
            yield from CONFIG_KEY.faults(f"{group}[{key}]", key)


def keyed_data_update_faults(new: Object, old: Object) -> Iterator[Cause]:
    """What was declared immutable stays as it is, and the type of a secret does anyway."""
    if old["kind"] == "Secret" and new.get("type") != old.get("type"):
        yield invalid("type", new.get("type"), "field is immutable")
    if not old.get("immutable"):
        return
    if not new.get("immutable"):
        yield forbidden("immutable", _IMMUTABLE)
    for group in ("data", "binaryData"):
        if _given(new, group) != _given(old, group):
            yield forbidden(group, _IMMUTABLE)


def _given(obj: Object, group: str) -> Any:
    return obj.get(group) or {}
