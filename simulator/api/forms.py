"""The forms in which objects go out: whole, their metadata only, or as rows of a table.

Source: https://kubernetes.io/docs/reference/using-api/api-concepts/#receiving-resources-as-tables
"""

from typing import Protocol

import msgspec

from simulator.api.tables import Table, table_of
from simulator.clock import Clock
from simulator.errors import BadRequest, NotAcceptable
from simulator.kinds import Kind, Object
from simulator.storage import Stored

_META = "meta.k8s.io"


class Form(Protocol):
    """How one kind goes out. All bytes are JSON."""

    def one(self, stored: Stored) -> bytes:
        """An object by itself."""

    def opening(self, metadata: Object) -> bytes:
        """A list up to its first item; `]}` closes it."""

    def item(self, stored: Stored) -> bytes:
        """An object within a list."""

    def event(self, stored: Stored) -> bytes:
        """An object within the event of a watch."""


def form_of(kind: Kind, accept: str, include: str, clock: Clock) -> Form:
    """The first form that the Accept header names and that can be made. Raises NotAcceptable."""
    for clause in (accept or "*/*").split(","):
        media, *parameters = (part.strip() for part in clause.split(";"))
        if media not in ("application/json", "application/*", "*/*"):
            continue
        named = dict(part.split("=", 1) for part in parameters if "=" in part)
        match named.get("as", ""):
            case "":
                return _Whole(kind)
            case "Table" if _is_meta(named):
                return _Rows(kind, f"{_META}/{named['v']}", _checked(include), clock)
            case "PartialObjectMetadata" | "PartialObjectMetadataList" if _is_meta(named):
                return _MetadataOnly(f"{_META}/{named['v']}")
    raise NotAcceptable("only the following media types are accepted: application/json")


def _is_meta(named: dict[str, str]) -> bool:
    return named.get("g") == _META and named.get("v") in ("v1", "v1beta1")


def _checked(include: str) -> str:
    if include not in ("", "Metadata", "Object", "None"):
        raise BadRequest(
            f'Unable to convert to Table as requested: includeObject: Invalid value: "{include}": '
            "must be 'Metadata', 'Object', 'None', or empty"
        )
    return include


class _Whole:
    """Objects as they are."""

    def __init__(self, kind: Kind) -> None:
        self._kind = kind
        self._head = b'{"kind":"%s","apiVersion":"%s",' % (kind.kind.encode(), kind.api_version.encode())

    def one(self, stored: Stored) -> bytes:
        return stored.encoded

    def opening(self, metadata: Object) -> bytes:
        head = {"kind": self._kind.list_kind, "apiVersion": self._kind.api_version, "metadata": metadata}
        return _open(head, "items")

    def item(self, stored: Stored) -> bytes:
        """Lists do not repeat kind and version in each item, but for custom resources."""
        encoded = stored.encoded
        if self._kind.is_custom or not encoded.startswith(self._head):
            return encoded
        return b"{" + encoded[len(self._head) :]

    def event(self, stored: Stored) -> bytes:
        return stored.encoded


class _MetadataOnly:
    """Names, labels and the like."""

    def __init__(self, api_version: str) -> None:
        self._api_version = api_version

    def one(self, stored: Stored) -> bytes:
        return msgspec.json.encode(partial(stored.object, self._api_version))

    def opening(self, metadata: Object) -> bytes:
        head = {"kind": "PartialObjectMetadataList", "apiVersion": self._api_version, "metadata": metadata}
        return _open(head, "items")

    def item(self, stored: Stored) -> bytes:
        return self.one(stored)

    def event(self, stored: Stored) -> bytes:
        return self.one(stored)


class _Rows:
    """Rows of a table; in a watch only the first event describes the columns."""

    def __init__(self, kind: Kind, api_version: str, include: str, clock: Clock) -> None:
        self._table: Table = table_of(kind)
        self._api_version = api_version
        self._include = include
        self._clock = clock
        self._described = False

    def one(self, stored: Stored) -> bytes:
        return self.opening({"resourceVersion": str(stored.version)}) + self.item(stored) + b"]}"

    def opening(self, metadata: Object) -> bytes:
        columns = None if self._described else [column.definition() for column in self._table.columns]
        head = {"kind": "Table", "apiVersion": self._api_version, "metadata": metadata, "columnDefinitions": columns}
        return _open(head, "rows")

    def item(self, stored: Stored) -> bytes:
        row: Object = {"cells": self._table.cells(stored.object, self._clock.now())}
        if conditions := self._table.conditions(stored.object):
            row["conditions"] = conditions
        encoded = msgspec.json.encode(row)
        return encoded[:-1] + b',"object":' + self._included(stored) + b"}"

    def event(self, stored: Stored) -> bytes:
        encoded = self.one(stored)
        self._described = True
        return encoded

    def _included(self, stored: Stored) -> bytes:
        if self._include == "None":
            return b"null"
        if self._include == "Object":
            return stored.encoded
        return msgspec.json.encode(partial(stored.object, self._api_version))


def partial(obj: Object, api_version: str) -> Object:
    """The object's metadata, as an object of its own."""
    return {"kind": "PartialObjectMetadata", "apiVersion": api_version, "metadata": obj.get("metadata", {})}


def _open(head: Object, items: str) -> bytes:
    return msgspec.json.encode(head)[:-1] + b',"%s":[' % items.encode()
