"""From JSON to structs, with null read as Kubernetes reads it."""

from typing import Any, Generic, TypeVar

import msgspec

T = TypeVar("T")


class Decoder(Generic[T]):
    """Decodes objects into `struct`.

    Go writes an empty list or pointer without omitempty as null ("containers": null) and reads null as absent. An
    object with a null that the struct does not foresee is therefore decoded a second time, without its nulls.
    """

    def __init__(self, struct: type[T]) -> None:
        self._decoder = msgspec.json.Decoder(struct)

    def decode(self, raw: bytes | msgspec.Raw) -> T:
        """The object in `raw`. Raises msgspec.MsgspecError, or UnicodeDecodeError where it is not UTF-8."""
        try:
            return self._decoder.decode(raw)
        except msgspec.ValidationError as error:
            if "got `null`" not in str(error):
                raise
        return self._decoder.decode(msgspec.json.encode(_without_nulls(msgspec.json.decode(raw))))


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_nulls(item) for key, item in value.items() if item is not None}
    if isinstance(value, list):
        return [_without_nulls(item) for item in value if item is not None]
    return value
