"""What fields the kinds have, of which type, and how their lists merge. `types.json` is made by `extract.py`.

Source: the OpenAPI document of Kubernetes v1.35.4
"""

from functools import cache
from pathlib import Path

import msgspec

from simulator.kinds import Kind


class Field(msgspec.Struct, frozen=True):
    """What may stand in a place of an object."""

    type: str = "any"
    """"string", "int32", "int64", "double", "boolean", "quantity", "any", "object", or the name of a struct."""
    shape: str = ""
    """"list" or "map" of that type."""
    list_type: str = msgspec.field(default="", name="list")
    """How server-side apply sees a list: "atomic", "set", or "map" with `keys`."""
    keys: tuple[str, ...] = ()
    patch: tuple[str, ...] = ()
    """What a strategic merge patch does with it: "merge", "replace", "retainKeys"."""
    merge_key: str = ""
    atomic: bool = False

    @property
    def struct(self) -> "Struct | None":
        """The fields of an object that stands here; None where it is no struct or not known."""
        return None if self.shape else _types().types.get(self.type)

    @property
    def element(self) -> "Field":
        """What stands in each place of a list or map."""
        return Field(self.type)

    def child(self, key: str) -> "Field":
        """What stands at a key of an object that stands here."""
        if self.shape == "map":
            return self.element
        struct = self.struct
        return struct.fields.get(key, ANY) if struct else ANY

    @property
    def is_atomic(self) -> bool:
        """Whether server-side apply sees it as one value."""
        if self.shape == "list":
            return self.list_type in ("", "atomic")
        struct = self.struct
        return self.atomic or bool(struct and struct.atomic)


class Struct(msgspec.Struct, frozen=True):
    """An object with known fields."""

    fields: dict[str, Field]
    required: tuple[str, ...] = ()
    atomic: bool = False


class _Types(msgspec.Struct, frozen=True):
    kinds: dict[str, str]
    types: dict[str, Struct]


ANY = Field()
"""Nothing is known of it."""


def field_of(kind: Kind) -> Field:
    """The objects of a kind; ANY for kinds that are not built in."""
    name = _types().kinds.get(f"{kind.group}/{kind.version}/{kind.kind}")
    return Field(name) if name else ANY


@cache
def _types() -> _Types:
    return msgspec.json.decode(Path(__file__).with_name("types.json").read_bytes(), type=_Types)
