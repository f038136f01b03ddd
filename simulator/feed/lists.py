"""Lists, whole or in pages.

https://kubernetes.io/docs/reference/using-api/api-concepts/#retrieving-large-results-sets-in-chunks
"""

import base64
import json
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from simulator.errors import BadRequest, Expired
from simulator.feed.collection import Collection
from simulator.feed.http import BLOCK, Response

_KEPT_SNAPSHOTS = 8
_TOO_OLD = (
    "The provided continue parameter is too old to display a consistent list result. You can start a new list without "
    "the continue parameter, or use the continue token in this response to retrieve the remainder of the results."
)


@dataclass(frozen=True)
class _Snapshot:
    """What a list began with, so that its later pages belong together."""

    version: int
    bodies: Sequence[bytes]


@dataclass(frozen=True)
class _Place:
    """Where a page begins."""

    snapshot: int
    start: int


class Lists:
    """Answers lists. A few unfinished ones are remembered; the token of an older one has expired."""

    def __init__(self) -> None:
        self._snapshots: OrderedDict[int, _Snapshot] = OrderedDict()
        self._begun = 0

    async def answer(self, response: Response, collection: Collection, namespace: str, query: dict[str, str]) -> None:
        """The list that `query` asks for. Raises ApiError."""
        limit = _number(query, "limit")
        place = self._place(query.get("continue", "")) or self._begin(collection, namespace)
        snapshot = self._snapshots[place.snapshot]
        end = place.start + limit if limit else len(snapshot.bodies)
        left = max(len(snapshot.bodies) - end, 0)
        metadata: dict[str, Any] = {"resourceVersion": str(snapshot.version)}
        if left:
            metadata |= {"continue": _token(place.snapshot, end), "remainingItemCount": left}
        else:
            del self._snapshots[place.snapshot]
        await _send(response, collection, metadata, snapshot.bodies[place.start : end])

    def _begin(self, collection: Collection, namespace: str) -> _Place:
        self._begun += 1
        self._snapshots[self._begun] = _Snapshot(collection.versions.current, collection.bodies(namespace))
        if len(self._snapshots) > _KEPT_SNAPSHOTS:
            self._snapshots.popitem(last=False)
        return _Place(self._begun, 0)

    def _place(self, token: str) -> _Place | None:
        if not token:
            return None
        try:
            place = _Place(**json.loads(base64.urlsafe_b64decode(token)))
        except (ValueError, TypeError):
            raise BadRequest("continue key is not valid: it must come from a list") from None
        if place.snapshot not in self._snapshots:
            raise Expired(_TOO_OLD)
        return place


def _token(snapshot: int, start: int) -> str:
    return base64.urlsafe_b64encode(json.dumps({"snapshot": snapshot, "start": start}).encode()).decode()


def _number(query: dict[str, str], name: str) -> int:
    text = query.get(name) or "0"
    if not text.isascii() or not text.isdigit():
        raise BadRequest(f"{name} must be a number")
    return int(text)


async def _send(response: Response, collection: Collection, metadata: dict[str, Any], bodies: Sequence[bytes]) -> None:
    kind = collection.kind
    head = {"kind": kind.list_kind, "apiVersion": kind.api_version, "metadata": metadata}
    response.begin()
    await response.write([json.dumps(head, separators=(",", ":")).encode()[:-1], b',"items":['])
    for number, block in enumerate(blocks(bodies)):
        await response.write([b",{" if number else b"{", b",{".join(block)])
    await response.write([b"]}\n"])
    await response.end()


def blocks(bodies: Sequence[bytes]) -> Iterator[Sequence[bytes]]:
    """The bodies in groups of about BLOCK bytes."""
    size = max(1, BLOCK // (len(bodies[0]) + 64)) if bodies else 1
    for start in range(0, len(bodies), size):
        yield bodies[start : start + size]
