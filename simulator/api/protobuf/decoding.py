"""Messages of Kubernetes' Protobuf, read into the objects that JSON would have brought."""

from typing import Any

from simulator.api.protobuf.forms import FORMS, WIRE_TYPES, ZEROS, scalar
from simulator.api.protobuf.messages import SCALARS, Field, message
from simulator.api.protobuf.wire import BYTES, VARINT, Broken, values, varint
from simulator.kinds import Object

_DEEPEST = 100
_MOST = 100_000
"""Fields of one body: what is small on the wire is not small in memory."""


def read_message(name: str, body: bytes) -> Any:
    """The message of that name as JSON has it. Raises Broken."""
    return _Reader().message(name, memoryview(body), 0)


class _Reader:
    """Reads one body; counts what it reads."""

    def __init__(self) -> None:
        self._left = _MOST

    def message(self, name: str, body: memoryview, depth: int) -> Any:
        found: Object = {}
        self._fill(found, name, body, depth)
        if form := FORMS.get(name):
            return form(found)
        return next(iter(found.values()), []) if message(name).is_list else found

    def _fill(self, found: Object, name: str, body: memoryview, depth: int) -> None:
        if depth > _DEEPEST:
            raise Broken("proto: messages are nested too deeply")
        fields = message(name).fields
        for number, wire_type, value in values(body):
            self._count()
            if field := fields.get(number):
                self._put(found, field, wire_type, value, depth)

    def _put(self, found: Object, field: Field, wire_type: int, value: int | memoryview, depth: int) -> None:
        match field.shape:
            case "list":
                found.setdefault(field.name, []).extend(self._elements(field, wire_type, value, depth))
            case "map":
                key, item = self._entry(field, _bytes(field, wire_type, value), depth)
                found.setdefault(field.name, {})[key] = item
            case _ if _is_struct(field.type):
                owner = found if field.inline else found.setdefault(field.name, {})
                self._fill(owner, field.type, _bytes(field, wire_type, value), depth + 1)
            case _:
                self._put_one(found, field, self._value(field, wire_type, value, depth))

    def _put_one(self, found: Object, field: Field, value: Any) -> None:
        """Of fields that come twice the last one counts; structs, which are not put here, are merged."""
        if value is None or (field.omits_zero and not value):
            found.pop(field.name, None)
        else:
            found[field.name] = value

    def _elements(self, field: Field, wire_type: int, value: int | memoryview, depth: int) -> list[Any]:
        if WIRE_TYPES.get(field.type) == VARINT and not isinstance(value, int) and wire_type == BYTES:
            return self._packed(field, value)
        return [self._value(field, wire_type, value, depth)]

    def _packed(self, field: Field, body: memoryview) -> list[Any]:
        """Numbers without tags between them."""
        found, position = [], 0
        while position < len(body):
            self._count()
            number, position = varint(body, position)
            found.append(scalar(field.type, number))
        return found

    def _entry(self, field: Field, body: memoryview, depth: int) -> tuple[str, Any]:
        """Key and value of a map, each of which may be missing."""
        key, item = "", ZEROS.get(field.type)
        for number, wire_type, value in values(body):
            self._count()
            if number == 1:
                key = scalar("string", _bytes(field, wire_type, value))
            elif number == 2:
                item = self._value(field, wire_type, value, depth)
        if item is None and field.type not in SCALARS:
            item = self.message(field.type, memoryview(b""), depth + 1)
        return key, item

    def _value(self, field: Field, wire_type: int, value: int | memoryview, depth: int) -> Any:
        if field.type not in SCALARS:
            return self.message(field.type, _bytes(field, wire_type, value), depth + 1)
        if wire_type != WIRE_TYPES[field.type]:
            raise _wrong(field, wire_type)
        return scalar(field.type, value)

    def _count(self) -> None:
        self._left -= 1
        if self._left < 0:
            raise Broken(f"proto: the object has more than {_MOST} fields")


def _is_struct(name: str) -> bool:
    """Whether JSON has an object with the message's fields."""
    return name not in SCALARS and name not in FORMS and not message(name).is_list


def _bytes(field: Field, wire_type: int, value: int | memoryview) -> memoryview:
    if wire_type != BYTES or isinstance(value, int):
        raise _wrong(field, wire_type)
    return value


def _wrong(field: Field, wire_type: int) -> Broken:
    return Broken(f"proto: wrong wireType = {wire_type} for field {field.name}")
