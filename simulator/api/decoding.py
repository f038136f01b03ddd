"""Objects that clients send, held against the fields that their kind has.

Checked are the names and the JSON types of fields. Not checked here: formats of times, and the parts of what the
schema calls free.
"""

import base64
import re
from collections.abc import Iterator
from typing import Any

from simulator.api.patches.golang import quoted
from simulator.api.schema import ANY, Field, field_of
from simulator.errors import BadRequest
from simulator.kinds import Kind, Object

_QUANTITY = re.compile(r"[+-]?[0-9.]+[eEinumkKMGTP]*[-+]?[0-9]*")
_QUANTITY_WORDS = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"
_NEVER_OMITTED = ("containers", "endpoints", "rules")
"""Lists that stand in an object even when they are empty; other empty lists and maps are left out."""
_GO_TYPES = {"byte": "[]uint8", "boolean": "bool", "double": "float64", "integer": "int64", "number": "float64"}
_RANGES = {"int32": 2**31, "int64": 2**63}


class WrongType(Exception):
    """A value that its field cannot hold; the text is the decoder's."""


def decoded(kind: Kind, obj: Object) -> tuple[Object, list[str]]:
    """What of the object the kind knows, and the paths of fields that it does not know. Raises WrongType."""
    unknown: list[str] = []
    known: Object = _known(field_of(kind), obj, (), unknown, "")
    return known, unknown


def strictly(kind: Kind, obj: Object, validation: str) -> tuple[Object, list[str]]:
    """The known part of an object that was sent whole, and warnings.

    `validation`: "Strict", "Warn" or "Ignore". Raises BadRequest.
    """
    cannot = f'{kind.kind} in version "{kind.version}" cannot be handled as a {kind.kind}: '
    try:
        known, unknown = decoded(kind, obj)
    except WrongType as error:
        raise BadRequest(f"{cannot}{error}") from None
    if unknown and validation == "Strict":
        raise BadRequest(cannot + strict_words(unknown))
    return known, warnings_of(unknown) if validation == "Warn" else []


def strict_words(unknown: list[str]) -> str:
    """What a strict decoder says of unknown fields."""
    return f"strict decoding error: {', '.join(warnings_of(unknown))}"


def warnings_of(unknown: list[str]) -> list[str]:
    """What a lenient one says."""
    return [f'unknown field "{path}"' for path in unknown]


def _known(field: Field, value: Any, path: tuple[str, ...], unknown: list[str], owner: str) -> Any:
    if value is None or (field.type == "any" and not field.shape):
        return value
    if field.shape == "list":
        _expect(isinstance(value, list), value, path, owner, _go_list(field))
        place = path[-1] if path else ""
        return [
            _known(field.element, item, (*path[:-1], f"{place}[{index}]"), unknown, owner)
            for index, item in enumerate(value)
        ]
    if field.shape == "map":
        _expect(isinstance(value, dict), value, path, owner, f"map[string]{_go_type(field.element)}")
        empty = "" if field.type == "string" else None
        return {
            key: empty if item is None else _known(field.element, item, (*path, _Key(key)), unknown, owner)
            for key, item in value.items()
        }
    struct = field.struct
    if struct is None:
        _expect_scalar(field.type, value, path, owner)
        return value
    _expect(isinstance(value, dict), value, path, owner, _go_type(field))
    known = _known_fields(struct.fields, value, path, unknown, field.type.rpartition(".")[2])
    return {key: item for key, item in known if item or not struct.fields[key].shape or key in _NEVER_OMITTED}


class _Key(str):
    """A key of a map, which the decoder leaves out of its complaints."""

    __slots__ = ()


def _known_fields(
    fields: dict[str, Field], value: Object, path: tuple[str, ...], unknown: list[str], owner: str
) -> Iterator[tuple[str, Any]]:
    for key, item in value.items():
        inner = fields.get(key)
        if inner is None:
            unknown.append(".".join((*path, key)))
            continue
        known = _known(inner, item, (*path, key), unknown, owner)
        if known is not None or inner is ANY:
            yield key, known


def _expect_scalar(kind: str, value: Any, path: tuple[str, ...], owner: str) -> None:
    match kind:
        case "string":
            _expect(isinstance(value, str), value, path, owner, kind)
        case "boolean":
            _expect(isinstance(value, bool), value, path, owner, "bool")
        case "int32" | "int64" | "integer":
            whole = isinstance(value, int) and not isinstance(value, bool) and abs(value) < _RANGES.get(kind, 2**63)
            _expect(whole, value, path, owner, _GO_TYPES.get(kind, kind), exact=True)
        case "byte":
            _expect(isinstance(value, str), value, path, owner, "[]uint8")
            _check_base64(value)
        case "quantity":
            if isinstance(value, str) and not _QUANTITY.fullmatch(value):
                raise WrongType(_QUANTITY_WORDS)


def _check_base64(text: str) -> None:
    """Raises WrongType; the place that it names is that of the first character that cannot be."""
    try:
        base64.b64decode(text, validate=True)
    except ValueError:
        bad = re.search(r"[^A-Za-z0-9+/=]", text)
        raise WrongType(f"illegal base64 data at input byte {bad.start() if bad else len(text)}") from None


def _expect(fits: bool, value: Any, path: tuple[str, ...], owner: str, kind: str, *, exact: bool = False) -> None:
    if fits:
        return
    found = _found(value) + (f" {quoted(value)}" if exact and _found(value) == "number" else "")
    names = ".".join(re.sub(r"\[\d+\]$", "", part) for part in path if not isinstance(part, _Key))
    raise WrongType(f"json: cannot unmarshal {found} into Go struct field {owner}.{names} of type {kind}")


def _found(value: Any) -> str:
    """What Go's JSON decoder calls it."""
    match value:
        case bool():
            return "bool"
        case str():
            return "string"
        case list():
            return "array"
        case dict():
            return "object"
    return "number"


def _go_list(field: Field) -> str:
    return f"[]{_go_type(field.element)}"


def _go_type(field: Field) -> str:
    if field.struct is None:
        return _GO_TYPES.get(field.type, field.type)
    version, _, name = field.type.rpartition(".")
    return f"{version.rpartition('.')[2]}.{name}"
