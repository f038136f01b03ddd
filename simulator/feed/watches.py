"""Watches, with bookmarks and with the list at their beginning.

https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes and #streaming-lists there.
"""

import asyncio
import json
import random
from collections.abc import Sequence
from dataclasses import dataclass

from simulator.errors import BadRequest
from simulator.feed.collection import Change, Collection
from simulator.feed.http import Response
from simulator.feed.lists import blocks
from simulator.kinds import Kind

_AT_ONCE = 64
"""Changes that one write takes."""

_BOOKMARK_SECONDS = 55.0
_END_OF_LIST = {"k8s.io/initial-events-end": "true"}


class News:
    """Wakes whoever waits for changes."""

    def __init__(self) -> None:
        self._told = asyncio.Event()

    def tell(self) -> None:
        """There are changes."""
        told, self._told = self._told, asyncio.Event()
        told.set()

    async def wait(self, seconds: float) -> None:
        """Until there are, or the time is over."""
        told = self._told
        try:
            async with asyncio.timeout(seconds):
                await told.wait()
        except TimeoutError:
            pass


@dataclass(eq=False)
class _Reader:
    """One open watch: the number of the change that it gets next."""

    response: Response
    collection: Collection
    next: int

    @property
    def is_too_slow(self) -> bool:
        """Whether a change was forgotten before it was sent."""
        return self.next < self.collection.history.start


class Watches:
    """All open watches."""

    def __init__(self, news: News) -> None:
        self._news = news
        self._readers: set[_Reader] = set()
        self.cut = 0
        """How many were cut because they read too slowly."""

    async def answer(self, response: Response, collection: Collection, namespace: str, query: dict[str, str]) -> None:
        """The watch that `query` asks for, until its time is over. Raises ApiError."""
        version = query.get("resourceVersion", "")
        reader = _Reader(response, collection, collection.history.end)
        sends_list = query.get("sendInitialEvents") == "true"
        if sends_list and query.get("resourceVersionMatch") != "NotOlderThan":
            raise BadRequest("sendInitialEvents needs resourceVersionMatch NotOlderThan")
        sends_all = sends_list or version in ("", "0")
        if not sends_all:
            reader.next = collection.number_after(_checked(version))
        response.begin()
        self._readers.add(reader)
        try:
            if sends_all:
                await _send_all(response, collection, namespace, with_bookmark=sends_list)
            await self._follow(reader, namespace, query)
        finally:
            self._readers.discard(reader)

    def cut_the_slow(self) -> None:
        """Break off the watches that wait for a client who does not read, as the API server does."""
        for reader in [reader for reader in self._readers if reader.is_too_slow]:
            self._cut(reader)

    def _cut(self, reader: _Reader) -> None:
        self._readers.discard(reader)
        self.cut += 1
        reader.response.cut()

    async def _follow(self, reader: _Reader, namespace: str, query: dict[str, str]) -> None:
        loop = asyncio.get_running_loop()
        end = loop.time() + float(query.get("timeoutSeconds") or random.uniform(1800, 3600))  # noqa: S311
        wants_bookmarks = query.get("allowWatchBookmarks") in ("true", "1")
        bookmark = loop.time() + _BOOKMARK_SECONDS
        while (now := loop.time()) < end:
            if reader.is_too_slow:
                self._cut(reader)
                return
            if changes := reader.collection.history.since(reader.next, _AT_ONCE):
                reader.next += len(changes)
                await reader.response.write(_lines(reader.collection.kind, changes, namespace))
            elif now >= bookmark:
                bookmark = now + _BOOKMARK_SECONDS
                if wants_bookmarks:
                    await reader.response.write([_bookmark(reader.collection)])
            else:
                await self._news.wait(min(end, bookmark) - now)
        await reader.response.end()


def _checked(version: str) -> str:
    if not version.isascii() or not version.isdigit():
        raise BadRequest(f'Invalid value: "{version}": invalid resource version')
    return version


async def _send_all(response: Response, collection: Collection, namespace: str, *, with_bookmark: bool) -> None:
    bodies, version = collection.bodies(namespace), collection.versions.current
    head = _head(collection.kind, "ADDED")
    between = b"}\n" + head
    for block in blocks(bodies):
        await response.write([head, between.join(block), b"}\n"])
    if with_bookmark:
        await response.write([_bookmark(collection, version, _END_OF_LIST)])


def _lines(kind: Kind, changes: Sequence[Change], namespace: str) -> list[bytes]:
    parts: list[bytes] = []
    for change in changes:
        if not namespace or change.namespace == namespace:
            parts += (_head(kind, change.type), change.body, b"}\n")
    return parts


def _head(kind: Kind, type_of_event: str) -> bytes:
    return f'{{"type":"{type_of_event}","object":{{"kind":"{kind.kind}","apiVersion":"{kind.api_version}",'.encode()


def _bookmark(collection: Collection, version: int = 0, annotations: dict[str, str] | None = None) -> bytes:
    metadata = {"resourceVersion": str(version or collection.versions.current), "creationTimestamp": None}
    with_annotations = metadata | ({"annotations": annotations} if annotations else {})
    return _head(collection.kind, "BOOKMARK") + f'"metadata":{json.dumps(with_annotations)}}}}}\n'.encode()
