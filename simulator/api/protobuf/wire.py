"""The wire format of Protobuf: numbered fields, one after the other.

Source: https://protobuf.dev/programming-guides/encoding/
"""

from collections.abc import Iterator

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5
"""Wire types; groups are none of Kubernetes'."""

_SIZES = {FIXED64: 8, FIXED32: 4}
_LONGEST = 63


class Broken(Exception):
    """What was sent is no Protobuf of what it should be; the text tells why."""


def values(body: memoryview) -> Iterator[tuple[int, int, int | memoryview]]:
    """Number, wire type and value of each field: a number for VARINT, otherwise its bytes. Raises Broken."""
    position = 0
    while position < len(body):
        tag, position = varint(body, position)
        number, wire_type = tag >> 3, tag & 7
        if not number:
            raise Broken("proto: illegal tag 0")
        if wire_type == VARINT:
            value, position = varint(body, position)
            yield number, wire_type, value
            continue
        if wire_type == BYTES:
            size, position = varint(body, position)
        elif wire_type in _SIZES:
            size = _SIZES[wire_type]
        else:
            raise Broken(f"proto: illegal wireType {wire_type}")
        if size > len(body) - position:
            raise Broken("unexpected EOF")
        yield number, wire_type, body[position : position + size]
        position += size


def varint(body: memoryview, position: int) -> tuple[int, int]:
    """An unsigned number of at most 64 bits, and the position behind it. Raises Broken."""
    value = shift = 0
    while position < len(body):
        byte = body[position]
        position += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value & (2**64 - 1), position
        shift += 7
        if shift > _LONGEST:
            raise Broken("proto: integer overflow")
    raise Broken("unexpected EOF")
