"""Copies of objects, for what is stored may not be changed."""

from typing import Any

import msgspec


def copied(value: Any) -> Any:
    """A deep copy; through JSON, which takes a tenth of the time of copy.deepcopy."""
    return msgspec.json.decode(msgspec.json.encode(value))
