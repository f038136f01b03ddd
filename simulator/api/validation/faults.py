"""Faults of fields in the API server's words.

Source: https://github.com/kubernetes/apimachinery/blob/master/pkg/util/validation/field/errors.go
"""

from collections.abc import Iterable
from typing import Any

from simulator.api.patches.golang import quoted
from simulator.errors import Cause


def required(field: str, detail: str = "") -> Cause:
    """Something is missing."""
    return Cause(field, "FieldValueRequired", "Required value" + (f": {detail}" if detail else ""))


def invalid(field: str, value: Any, why: str) -> Cause:
    """A value that cannot be."""
    return Cause(field, "FieldValueInvalid", f"Invalid value: {quoted(value)}: {why}")


def duplicate(field: str, value: Any) -> Cause:
    """A value that may stand once only."""
    return Cause(field, "FieldValueDuplicate", f"Duplicate value: {quoted(value)}")


def unsupported(field: str, value: Any, supported: Iterable[str]) -> Cause:
    """A value that is none of a few."""
    words = ", ".join(quoted(item) for item in supported)
    return Cause(field, "FieldValueNotSupported", f"Unsupported value: {quoted(value)}: supported values: {words}")


def not_found(field: str, value: Any) -> Cause:
    """A name of something that is not there."""
    return Cause(field, "FieldValueNotFound", f"Not found: {quoted(value)}")


def forbidden(field: str, why: str) -> Cause:
    """What may not be set or changed."""
    return Cause(field, "FieldValueForbidden", f"Forbidden: {why}")


def not_negative(field: str, value: Any) -> list[Cause]:
    """Numbers below 0 are refused; what is absent is not."""
    if isinstance(value, int) and value < 0:
        return [invalid(field, value, "must be greater than or equal to 0")]
    return []
