"""JSON patches, as lenient as the API server's: what is not there can be replaced, and is null to a test.

Source: https://www.rfc-editor.org/rfc/rfc6902
"""

from copy import deepcopy
from typing import Any

import msgspec

from simulator.errors import BadRequest, UnprocessableEntity

LIMIT = 10_000
"""Operations of one patch."""


def apply_json_patch(target: Any, operations: Any) -> Any:
    """A changed copy of `target`. Raises BadRequest for what is no patch, UnprocessableEntity for one that fails."""
    if not isinstance(operations, list) or not all(isinstance(item, dict) for item in operations):
        found = "object" if isinstance(operations, dict) else _go_type(operations)
        where = "[]handlers.jsonPatchOp" if not isinstance(operations, list) else "handlers.jsonPatchOp"
        raise BadRequest(f"error decoding patch: json: cannot unmarshal {found} into Go value of type {where}")
    if len(operations) > LIMIT:
        raise UnprocessableEntity
    document = deepcopy(target)
    for operation in operations:
        try:
            document = _apply(document, operation)
        except (KeyError, IndexError, ValueError, TypeError):
            raise UnprocessableEntity from None
    return document


def pointer(path: str) -> list[str]:
    """The steps of a JSON pointer (RFC 6901). Raises ValueError."""
    if path and not path.startswith("/"):
        raise ValueError(path)
    return [part.replace("~1", "/").replace("~0", "~") for part in path.split("/")[1:]]


def _apply(document: Any, operation: dict[str, Any]) -> Any:
    path = pointer(operation["path"])
    match operation.get("op"):
        case "add":
            return _add(document, path, deepcopy(operation["value"]))
        case "remove":
            return _remove(document, path)
        case "replace":
            return _replace(document, path, deepcopy(operation["value"]))
        case "move":
            value = _get(document, pointer(operation["from"]))
            return _add(_remove(document, pointer(operation["from"])), path, value)
        case "copy":
            return _add(document, path, deepcopy(_get(document, pointer(operation["from"]), lenient=True)))
        case "test":
            same = _is_same(_get(document, path, lenient=True), operation.get("value"))
            if not same and not _is_absent(document, path):
                raise ValueError("testing failed")
            return document
    raise ValueError(operation.get("op"))


def _is_same(one: Any, other: Any) -> bool:
    """As JSON: true is not 1."""
    return msgspec.json.encode(one, order="sorted") == msgspec.json.encode(other, order="sorted")


def _is_absent(document: Any, path: list[str]) -> bool:
    """A test of what is not there passes, as on the real server."""
    parent = _get(document, path[:-1])
    return bool(path) and isinstance(parent, dict) and path[-1] not in parent


def _get(document: Any, path: list[str], *, lenient: bool = False) -> Any:
    """The value there; lenient: None for a key that an object has not."""
    for depth, part in enumerate(path):
        if isinstance(document, list):
            document = document[_index(part, len(document) - 1)]
        elif lenient and depth == len(path) - 1 and isinstance(document, dict):
            document = document.get(part)
        else:
            document = document[part]
    return document


def _add(document: Any, path: list[str], value: Any) -> Any:
    if not path:
        return value
    parent = _get(document, path[:-1])
    if isinstance(parent, list):
        parent.insert(len(parent) if path[-1] == "-" else _index(path[-1], len(parent)), value)
    else:
        parent[path[-1]] = value
    return document


def _replace(document: Any, path: list[str], value: Any) -> Any:
    if not path:
        return value
    parent = _get(document, path[:-1])
    if isinstance(parent, list):
        parent[_index(path[-1], len(parent) - 1)] = value
    else:
        parent[path[-1]] = value
    return document


def _remove(document: Any, path: list[str]) -> Any:
    if not path:
        return None
    parent = _get(document, path[:-1])
    if isinstance(parent, list):
        del parent[_index(path[-1], len(parent) - 1)]
    else:
        del parent[path[-1]]
    return document


def _index(part: str, highest: int) -> int:
    """A place in a list; negative ones count from the end. Raises ValueError and IndexError."""
    index = int(part)
    if index < 0:
        index += highest + 1
    if not 0 <= index <= highest:
        raise IndexError(part)
    return index


def _go_type(value: Any) -> str:
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, str):
        return "string"
    return "array" if isinstance(value, list) else "number"
