"""Values as JSON has them: scalars, and the messages to which Kubernetes gives a form of their own there.

Source: the functions MarshalJSON and Unmarshal of k8s.io/apimachinery
"""

import base64
import math
import struct
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from simulator.api.protobuf.wire import BYTES, FIXED64, VARINT, Broken
from simulator.kinds import Object

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
ZEROS: dict[str, Any] = {"string": "", "bytes": "", "bool": False, "int32": 0, "int64": 0, "double": 0.0}
"""What a scalar is when nobody says."""

WIRE_TYPES = {"string": BYTES, "bytes": BYTES, "bool": VARINT, "int32": VARINT, "int64": VARINT, "double": FIXED64}
"""How scalars travel."""


def scalar(kind: str, value: int | memoryview) -> Any:
    """A value of one of `messages.SCALARS`. Raises Broken."""
    if isinstance(value, int):
        return bool(value) if kind == "bool" else _signed(value, 32 if kind == "int32" else 64)
    match kind:
        case "bytes":
            return base64.b64encode(value).decode()
        case "double":
            return _finite(struct.unpack("<d", value)[0])
    try:
        return str(value, "utf-8")
    except UnicodeDecodeError:
        raise Broken("proto: a string holds invalid UTF-8") from None


def _signed(value: int, bits: int) -> int:
    value &= (1 << bits) - 1
    return value - (1 << bits) if value >> (bits - 1) else value


def _finite(value: float) -> float:
    if not math.isfinite(value):
        raise Broken("proto: a number is not finite")
    return value


def _time(fields: Object) -> str | None:
    return _moment(fields, "seconds") if fields else None


def _micro_time(fields: Object) -> str | None:
    return _moment(fields, "microseconds", fields.get("nanos", 0) // 1000) if fields else None


def _moment(fields: Object, precision: str, microseconds: int = 0) -> str:
    try:
        moment = _EPOCH + timedelta(seconds=fields.get("seconds", 0), microseconds=microseconds)
    except OverflowError:
        raise Broken("proto: a time is out of range") from None
    return moment.isoformat(timespec=precision).replace("+00:00", "Z")


def _quantity(fields: Object) -> str:
    return str(fields.get("string", "") or "0")


def _int_or_string(fields: Object) -> int | str:
    match fields.get("type", 0):
        case 0:
            return int(fields.get("intVal", 0))
        case 1:
            return str(fields.get("strVal", ""))
    raise Broken("impossible IntOrString.Type")


def _raw(fields: Object) -> Any:
    """JSON within Protobuf; `fields` has it as base64, under whichever name."""
    raw = base64.b64decode(next(iter(fields.values()), ""))
    try:
        return msgspec.json.decode(raw) if raw else None
    except (ValueError, RecursionError):
        raise Broken("proto: what should be JSON is none") from None


def _schema_or_bool(fields: Object) -> Any:
    return fields["schema"] if "schema" in fields else fields.get("allows", False)


def _schema_or_list(fields: Object) -> Any:
    return fields["schema"] if "schema" in fields else next(iter(fields.values()), None)


FORMS: dict[str, Callable[[Object], Any]] = {
    "meta.v1.Time": _time,
    "meta.v1.MicroTime": _micro_time,
    "api.resource.Quantity": _quantity,
    "util.intstr.IntOrString": _int_or_string,
    "runtime.RawExtension": _raw,
    "meta.v1.FieldsV1": _raw,
    "apiextensions.v1.JSON": _raw,
    "apiextensions.v1.JSONSchemaPropsOrBool": _schema_or_bool,
    "apiextensions.v1.JSONSchemaPropsOrArray": _schema_or_list,
    "apiextensions.v1.JSONSchemaPropsOrStringArray": _schema_or_list,
}
"""By message: what JSON has in its place, made of its fields. None stands for nothing. They raise Broken."""
