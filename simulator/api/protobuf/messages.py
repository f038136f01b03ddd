"""What fields messages have, by number. `messages.json` is made by `extract.py`.

Source: generated.proto and the Go structs of k8s.io/api, apimachinery, ... v0.35.4
"""

from functools import cache
from pathlib import Path

import msgspec

from simulator.kinds import Kind

SCALARS = ("string", "bytes", "bool", "int32", "int64", "double")
"""The types of fields that are no messages."""

ENVELOPE = "runtime.Unknown"
"""The message that every object comes in."""


class Field(msgspec.Struct, frozen=True):
    """A field of a message, and how JSON shows it."""

    name: str
    type: str
    """One of SCALARS, or the name of a message."""
    shape: str = ""
    """"list" or "map" of that type."""
    inline: bool = False
    """Whether JSON has the fields of this message beside those of its owner."""
    omits_zero: bool = False
    """Whether JSON leaves it out when it is zero or empty."""


class Message(msgspec.Struct, frozen=True):
    """What stands behind each number."""

    fields: dict[int, Field]
    is_list: bool = False
    """Whether JSON has its only field in its place."""


class _Messages(msgspec.Struct, frozen=True):
    kinds: dict[str, str]
    messages: dict[str, Message]


def message_of(kind: Kind) -> str:
    """The name of the kind's message; empty where there is none, as for custom resources."""
    return _all().kinds.get(f"{kind.group}/{kind.version}/{kind.kind}", "")


def message(name: str) -> Message:
    """The message of that name. Raises KeyError."""
    return _all().messages[name]


@cache
def _all() -> _Messages:
    return msgspec.json.decode(Path(__file__).with_name("messages.json").read_bytes(), type=_Messages)
