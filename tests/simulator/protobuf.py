"""A small encoder of Kubernetes' Protobuf, and objects to encode."""

import base64
import json
import struct
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

from hypothesis import strategies as st

from simulator.api.protobuf.forms import ZEROS
from simulator.api.protobuf.messages import Field, message

Object = dict[str, Any]

_PLAIN = st.text(st.characters(codec="utf-8"), max_size=8)
_JSON = st.recursive(
    st.booleans() | st.integers(-(2**53), 2**53) | _PLAIN, lambda inner: st.dictionaries(_PLAIN, inner, max_size=3)
)
_SCALARS: dict[str, st.SearchStrategy[Any]] = {
    "string": _PLAIN,
    "bytes": st.binary(max_size=8).map(lambda raw: base64.b64encode(raw).decode()),
    "bool": st.booleans(),
    "int32": st.integers(-(2**31), 2**31 - 1),
    "int64": st.integers(-(2**63), 2**63 - 1),
    "double": st.floats(allow_nan=False, allow_infinity=False),
}
_MOMENTS = st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=st.just(UTC))  # noqa: DTZ001
_FORMS: dict[str, st.SearchStrategy[Any]] = {
    "meta.v1.Time": _MOMENTS.map(lambda moment: moment.replace(microsecond=0).isoformat()[:19] + "Z"),
    "meta.v1.MicroTime": _MOMENTS.map(lambda moment: moment.isoformat(timespec="microseconds")[:26] + "Z"),
    "api.resource.Quantity": st.sampled_from(["0", "1500m", "2Gi", "-3", "1e3"]),
    "util.intstr.IntOrString": _SCALARS["int32"] | _PLAIN,
    **dict.fromkeys(("runtime.RawExtension", "meta.v1.FieldsV1", "apiextensions.v1.JSON"), _JSON),
}
_DEEPEST = 4


@st.composite
def objects(draw: st.DrawFn, name: str, depth: int = 0) -> Any:
    """What JSON may have in the place of the message of that name."""
    if name in _FORMS:
        return draw(_FORMS[name])
    if name.endswith("JSONSchemaPropsOrBool"):
        return draw(st.booleans() | objects("apiextensions.v1.JSONSchemaProps", depth + 1))
    if name.endswith("JSONSchemaPropsOrArray"):
        return draw(st.lists(objects("apiextensions.v1.JSONSchemaProps", depth + 1), min_size=1, max_size=2))
    if name.endswith("JSONSchemaPropsOrStringArray"):
        return draw(st.lists(_PLAIN, min_size=1, max_size=2))
    if message(name).is_list:
        return draw(st.lists(_PLAIN, max_size=2))
    fields = [field for field in message(name).fields.values() if depth < _DEEPEST or field.type in _SCALARS]
    chosen = draw(st.lists(st.sampled_from(fields), max_size=5, unique_by=lambda field: field.name)) if fields else []
    found: Object = {}
    for field in chosen:
        value = draw(_values(field, depth))
        found.update(value if field.inline else {field.name: value})
    return found


def _values(field: Field, depth: int) -> st.SearchStrategy[Any]:
    one = _SCALARS[field.type] if field.type in _SCALARS else objects(field.type, depth + 1)
    match field.shape:
        case "list":
            return st.lists(one, min_size=1, max_size=3)
        case "map":
            return st.dictionaries(_PLAIN, one, min_size=1, max_size=3)
    return one.filter(bool) if field.omits_zero else one


class Encoder:
    """Writes messages. `packed` puts whole numbers of a list together; `strange` adds fields that nobody knows."""

    def __init__(self, *, packed: bool = False, strange: bool = False) -> None:
        self._packed = packed
        self._strange = block(4000, b"strange") + number(4001, 7) if strange else b""

    def envelope(self, api_version: str, kind: str, obj: Object, name: str) -> bytes:
        """The whole body of a request."""
        meta = block(1, api_version.encode()) + block(2, kind.encode())
        return b"k8s\x00" + block(1, meta) + block(2, self.message(name, obj)) + block(3, b"") + block(4, b"")

    def message(self, name: str, value: Any) -> bytes:
        """The message for what JSON has in its place."""
        fields = _taken_apart(name, value)
        parts = [part for key, field in message(name).fields.items() for part in self._field(key, field, fields)]
        return b"".join([self._strange, *parts])

    def _field(self, key: int, field: Field, owner: Object) -> Iterator[bytes]:
        if field.inline:
            known = {item.name for item in message(field.type).fields.values()}
            yield block(key, self.message(field.type, {name: item for name, item in owner.items() if name in known}))
            return
        if field.name not in owner:
            return
        value = owner[field.name]
        if field.shape == "map":
            for name, item in value.items():
                yield block(key, block(1, name.encode()) + self._one(2, field.type, item))
        elif field.shape == "list" and self._packed and field.type in ("int32", "int64", "bool"):
            yield block(key, b"".join(varint(int(item)) for item in value))
        else:
            for item in value if field.shape == "list" else [value]:
                yield self._one(key, field.type, item)

    def _one(self, key: int, kind: str, value: Any) -> bytes:
        match kind:
            case "string":
                return block(key, value.encode())
            case "bytes":
                return block(key, base64.b64decode(value))
            case "double":
                return varint(key << 3 | 1) + struct.pack("<d", value)
            case _ if kind in ZEROS:
                return number(key, int(value))
        return block(key, self.message(kind, value))


def _taken_apart(name: str, value: Any) -> Object:
    """The fields of a message that JSON shows in a form of its own."""
    if name in _APART:
        return _APART[name](value)
    if message(name).is_list:
        return {"items": value}
    return value  # type: ignore[no-any-return]


def _seconds(text: str) -> Object:
    moment = datetime.fromisoformat(text)
    whole = int((moment.replace(microsecond=0) - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds())
    return {"seconds": whole, "nanos": moment.microsecond * 1000}


def _json(name: str) -> Callable[[Any], Object]:
    return lambda value: {name: base64.b64encode(json.dumps(value).encode()).decode()}


_APART: dict[str, Callable[[Any], Object]] = {
    "meta.v1.Time": _seconds,
    "meta.v1.MicroTime": _seconds,
    "api.resource.Quantity": lambda text: {"string": text},
    "util.intstr.IntOrString": lambda value: (
        {"type": 1, "intVal": 0, "strVal": value} if isinstance(value, str) else {"intVal": value}
    ),
    "runtime.RawExtension": _json("raw"),
    "meta.v1.FieldsV1": _json("Raw"),
    "apiextensions.v1.JSON": _json("raw"),
    "apiextensions.v1.JSONSchemaPropsOrBool": lambda value: (
        {"allows": value} if isinstance(value, bool) else {"allows": True, "schema": value}
    ),
    "apiextensions.v1.JSONSchemaPropsOrArray": lambda value: {"jSONSchemas": value},
    "apiextensions.v1.JSONSchemaPropsOrStringArray": lambda value: {"property": value},
}


def block(key: int, content: bytes) -> bytes:
    """A field of bytes."""
    return varint(key << 3 | 2) + varint(len(content)) + content


def number(key: int, value: int) -> bytes:
    """A field with a whole number."""
    return varint(key << 3) + varint(value)


def varint(value: int) -> bytes:
    """A whole number; those below zero take ten bytes."""
    value &= 2**64 - 1
    found = bytearray()
    while value > 0x7F:
        found.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*found, value])
