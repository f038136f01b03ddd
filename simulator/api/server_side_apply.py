"""What a server-side apply does to the cluster: it creates the object, or changes the fields of its manager.

Source: https://kubernetes.io/docs/reference/using-api/server-side-apply/
"""

from typing import Any

import msgspec

from simulator.api.bodies import check_place
from simulator.api.patches.applying import BEFORE, applied
from simulator.api.patches.fieldsets import Path, item_step, members, shown
from simulator.api.patches.managers import STRIPPED, Manager, Owned, Owners, owners
from simulator.api.routing import Call
from simulator.api.schema import Field, field_of
from simulator.api.storing import Writing, create_object, replace_object
from simulator.clock import timestamp
from simulator.cluster import SimulatedCluster
from simulator.errors import BadRequest, Conflict, NotFound, Unexplained
from simulator.kinds import Kind, Object

_LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
_NUMBERS = ("int32", "int64", "integer", "double", "number")


def apply(cluster: SimulatedCluster, call: Call, config: Any, writing: Writing, *, force: bool) -> tuple[Object, bool]:
    """The applied object, and whether it is new. Raises BadRequest, Conflict, Invalid and Unexplained."""
    kind = call.kind
    config = _checked(call, config)
    now = timestamp(cluster.clock.now())
    manager = writing.by(kind, "Apply")
    old = cluster.storage.find(kind, call.info.name, call.namespace)
    if old is None:
        return _create(cluster, kind, config, writing, now), True
    wanted_version = config["metadata"].get("resourceVersion")
    if wanted_version and wanted_version != old["metadata"]["resourceVersion"]:
        raise Conflict.modified(kind, call.info.name)
    found = owners(old) or _before(kind, old, now)
    granted = _last_applied(kind, old) if manager.name == "kubectl" else frozenset()
    new, owned = applied(field_of(kind), old, config, found, manager, force=force, now=now, granted=granted)
    return replace_object(cluster, kind, new, old, writing, owned=owned), False


def _last_applied(kind: Kind, old: Object) -> frozenset[Path]:
    """The fields that kubectl has applied itself, from the annotation that tells so: it may take them over."""
    annotation = (old["metadata"].get("annotations") or {}).get(_LAST_APPLIED)
    try:
        config = msgspec.json.decode(annotation or "")
    except msgspec.DecodeError:
        return frozenset()
    return frozenset(members(field_of(kind), config) if isinstance(config, dict) else ())


def _checked(call: Call, config: Any) -> Object:
    """The configuration with its place filled in. Raises BadRequest and Unexplained."""
    kind = call.kind
    if not isinstance(config, dict):
        raise BadRequest("error decoding YAML: the configuration is no object")
    if (config.get("apiVersion"), config.get("kind")) != (kind.api_version, kind.kind):
        raise BadRequest(f"invalid object type: {_type_of(config)}")
    metadata = config.get("metadata") or {}
    if metadata.get("managedFields"):
        raise BadRequest("metadata.managedFields must be nil")
    checked = {**config, "metadata": dict(metadata)}
    _check_fields(kind, checked)
    checked["metadata"].setdefault("name", call.info.name)
    check_place(call.info, checked, named=True)
    if checked["metadata"].get("namespace", "") not in ("", call.namespace):
        raise BadRequest("the namespace of the provided object does not match the namespace sent on the request")
    if call.namespace:
        checked["metadata"]["namespace"] = call.namespace
    return checked


def _type_of(config: Object) -> str:
    version = str(config.get("apiVersion") or "/")
    return f"{version if '/' in version else '/' + version}, Kind={config.get('kind') or ''}"


def _create(cluster: SimulatedCluster, kind: Kind, config: Object, writing: Writing, now: str) -> Object:
    """Raises NotFound for a subresource of what is not there."""
    if writing.subresource:
        raise NotFound.of(kind, config["metadata"]["name"])
    mine = frozenset(path for path in members(field_of(kind), config) - STRIPPED if path[0] != "f:status")
    return create_object(cluster, kind, config, writing, owned={writing.by(kind, "Apply"): Owned(mine, now)})


def _before(kind: Kind, old: Object, now: str) -> Owners:
    """Whose the fields are of an object that nobody kept account of."""
    return {Manager(BEFORE, "Update", kind.api_version): Owned(frozenset(members(field_of(kind), old) - STRIPPED), now)}


def _check_fields(kind: Kind, config: Object) -> None:
    """Raises Unexplained where the schema does not know a field or a list names an item twice, as the server does."""
    field = field_of(kind)
    if field.struct is None:
        return
    metadata = config["metadata"]
    name = f"{metadata.get('namespace', '')}/{metadata.get('name', '')}"
    try:
        _check(field, config, ())
    except ValueError as error:
        raise Unexplained(f"failed to create typed patch object ({name}; {_type_of(config)}): {error}") from None


def _check(field: Field, value: Any, path: tuple[str, ...]) -> None:
    """Raises ValueError."""
    if value is None:
        return
    if field.shape == "list":
        _check_list(field, value, path)
    elif isinstance(value, dict):
        struct = field.struct
        for key, item in value.items():
            if struct and key not in struct.fields:
                raise ValueError(f"{shown((*path, f'f:{key}'))}: field not declared in schema")
            _check(field.child(key), item, (*path, f"f:{key}"))
    elif field.struct or field.shape == "map":
        raise ValueError(f"{shown(path)}: expected map, got {_go(value)}")
    else:
        _check_scalar(field, value, path)


def _check_list(field: Field, value: Any, path: tuple[str, ...]) -> None:
    if not isinstance(value, list):
        raise ValueError(f"{shown(path)}: expected list, got {_go(value)}")
    seen: set[str] = set()
    for item in value:
        step = item_step(field, item)
        if step in seen and not field.is_atomic:
            raise ValueError(f"{shown(path)}: duplicate entries for key {shown((step,))}")
        seen.add(step)
        _check(field.element, item, (*path, step))


def _check_scalar(field: Field, value: Any, path: tuple[str, ...]) -> None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if field.type in _NUMBERS and not is_number:
        raise ValueError(f"{shown(path)}: expected numeric (int or float), got {_go(value)}")
    if field.type == "string" and not isinstance(value, str):
        raise ValueError(f"{shown(path)}: expected string, got {_go(value)}")
    if field.type == "boolean" and not isinstance(value, bool):
        raise ValueError(f"{shown(path)}: expected boolean, got {_go(value)}")


def _go(value: Any) -> str:
    """What the server calls a value of the wrong type; for numbers it shows its own internals."""
    if isinstance(value, str):
        return "string"
    if isinstance(value, bool):
        return "boolean"
    return f"&value.valueUnstructured{{Value:{value}}}" if isinstance(value, int | float) else "list"
