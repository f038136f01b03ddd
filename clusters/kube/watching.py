"""Follows one kind of object for ever: one watch, inside list-then-watch, inside a loop that never gives up.

The rules are those of client-go's reflector, https://github.com/kubernetes/client-go/blob/master/tools/cache/reflector.go,
and of https://kubernetes.io/docs/reference/using-api/api-concepts/#watch-bookmarks and #streaming-lists there.
A resource version is opaque: it comes from a list, an event or a bookmark, and is never compared or made up.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass
from typing import Generic

from clusters.kube.backoff import Backoff, Pace
from clusters.kube.client import Client
from clusters.kube.errors import BadRequest, Gone, Invalid, KubeError, ServerError, Silence, Unreachable
from clusters.kube.framing import LineSplitter
from clusters.kube.watch_events import BATCH_LIMIT, Batch, Broken, EventDecoder, T

_SHORT = 1.0
_PATIENCE_WITH_SERVER_ERRORS = 5


@dataclass(frozen=True)
class ListStarted:
    """A list begins. Pages of an earlier list that never came to `Listed` stay valid as upserts."""


@dataclass(frozen=True)
class Page(Generic[T]):
    """Some objects of the list, as many as came at once."""

    objects: list[T]
    broken: list[Broken]


@dataclass(frozen=True)
class Listed:
    """The list is complete: what was in none of its pages, as object or as broken, is gone."""

    resource_version: str


@dataclass(frozen=True)
class Changes(Generic[T]):
    """What one read of the watch brought; `deleted` holds uids. A bookmark has empty lists and proves contact, and so
    does the first step of each watch, when the server has answered."""

    upserts: list[T]
    deleted: list[str]
    broken: list[Broken]
    resource_version: str


@dataclass(frozen=True)
class Trouble:
    """The watch failed and is tried again in `retry_in` seconds."""

    error: KubeError
    retry_in: float


Step = ListStarted | Page[T] | Listed | Changes[T] | Trouble


async def watch(
    client: Client, path: str, struct: type[T], *, resume: str = "", pace: Pace | None = None
) -> AsyncGenerator[Step[T], None]:
    """Yields the steps for the collection at `path`, decoded into `struct`, for ever; close it to stop.

    With `resume`, a resource version given by an earlier step, it goes on from there when the server still can.
    """
    pace = pace or Pace()
    reflector = _Reflector(client, path, EventDecoder(struct), resume, pace)
    backoff = Backoff(pace)
    while True:
        try:
            async with aclosing(reflector.list_then_watch()) as steps:
                async for step in steps:
                    yield step
        except KubeError as error:
            if reflector.starts_over_at_once(error):
                continue
            wait = backoff.after(error)
            yield Trouble(error, wait)
            await pace.sleep(wait)


def _page(batch: Batch[T]) -> Page[T]:
    return Page(list(batch.upserts.values()), list(batch.broken.values()))


class _Reflector(Generic[T]):
    """How far one watch has come, and what its server is known to be able to do."""

    def __init__(self, client: Client, path: str, decoder: EventDecoder[T], version: str, pace: Pace) -> None:
        self._client = client
        self._path = path
        self._decoder = decoder
        self._version = version
        self._pace = pace
        self._can_stream_lists = True
        self._can_page = True
        self._sends_bookmarks = False
        self._moved_since_gone = True
        self._server_errors = 0
        self._deleted_while_listed: list[str] = []

    async def list_then_watch(self) -> AsyncGenerator[Step[T], None]:
        """Lists unless there is a version to go on from, then watches. Ends only by raising a KubeError."""
        if not self._version and self._can_stream_lists:
            async with aclosing(self._stream_list_and_watch()) as steps:
                async for step in steps:
                    yield step
        if not self._version:
            async with aclosing(self._list_in_pages()) as steps:
                async for step in steps:
                    yield step
        while True:
            async with aclosing(self._watch()) as changes:
                async for change in changes:
                    yield change

    def starts_over_at_once(self, error: KubeError) -> bool:
        """Notes a failure. True when the answer is a new list without delay: our version is too old, for once."""
        if isinstance(error, Gone):
            at_once = bool(self._version) and self._moved_since_gone
            self._version, self._moved_since_gone = "", False
            return at_once
        self._server_errors = self._server_errors + 1 if isinstance(error, ServerError) else 0
        if isinstance(error, BadRequest | Invalid) or self._server_errors >= _PATIENCE_WITH_SERVER_ERRORS:
            self._version = ""
        return False

    async def _stream_list_and_watch(self) -> AsyncGenerator[Step[T], None]:
        """Lists by a watch that begins with everything there is, and goes on with it.

        Returns without a version when the server cannot do it, so that the list is asked for in pages.
        """
        yield ListStarted()
        params = self._params(sendInitialEvents="true", resourceVersionMatch="NotOlderThan")
        async with aclosing(self._events(params)) as batches:
            try:
                async with aclosing(self._initial_pages(batches)) as pages:
                    async for page in pages:
                        yield page
            except (TimeoutError, BadRequest, Invalid):
                self._can_stream_lists = False
                return
            yield Listed(self._version)
            # An earlier page may have named them.
            if self._deleted_while_listed:
                yield Changes([], self._deleted_while_listed, [], self._version)
            async with aclosing(self._changes(batches)) as changes:
                async for change in changes:
                    yield change

    async def _initial_pages(self, batches: AsyncIterator[Batch[T]]) -> AsyncGenerator[Page[T], None]:
        """The pages up to the bookmark that ends the list. Raises TimeoutError when objects and bookmark stay out.

        The objects' own versions are not taken: they come in any order.
        """
        deleted: list[str] = []
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self._pace.list_silence
        while True:
            async with asyncio.timeout_at(deadline):
                batch = await anext(batches, None)
            if batch is None:
                raise Unreachable(f"{self._client.host} broke off the list.")
            if batch.upserts:
                deadline = loop.time() + self._pace.list_silence
            deleted += batch.deleted
            if batch.upserts or batch.broken:
                yield _page(batch)
            if batch.ends_list:
                self._version, self._sends_bookmarks = batch.resource_version, True
                self._deleted_while_listed = deleted
                return

    async def _list_in_pages(self) -> AsyncGenerator[Step[T], None]:
        yield ListStarted()
        token, version = "", ""
        while True:
            try:
                body = await self._client.get_page(self._path, **self._page_params(token))
            except Gone:
                self._can_page = False  # the token expired before we were through: ask for all at once
                raise
            page = self._decoder.page(body)
            for batch in page.batches:
                yield _page(batch)
                await asyncio.sleep(0)
            version = version or page.resource_version
            token = page.continue_token
            if not token:
                break
        self._version, self._can_page = version, True
        yield Listed(version)

    async def _watch(self) -> AsyncGenerator[Changes[T], None]:
        """One watch from our version to its end. Raises Unreachable when it ends at once and brought no object."""
        started = self._pace.clock()
        had_objects = False
        async with (
            aclosing(self._events(self._params(resourceVersion=self._version))) as batches,
            aclosing(self._changes(batches)) as changes,
        ):
            try:
                async for change in changes:
                    had_objects = had_objects or bool(change.upserts or change.deleted or change.broken)
                    yield change
            except Silence:
                # Without bookmarks silence proves nothing; a new connection does.
                if self._sends_bookmarks:
                    raise
        if not had_objects and self._pace.clock() - started < _SHORT:
            raise Unreachable(f"{self._client.host} ends the watch as soon as it begins.")

    async def _changes(self, batches: AsyncIterator[Batch[T]]) -> AsyncGenerator[Changes[T], None]:
        async for batch in batches:
            if batch.resource_version:
                self._version = batch.resource_version
                self._moved_since_gone = True
                self._server_errors = 0
                self._sends_bookmarks = self._sends_bookmarks or not batch.size
            yield Changes(list(batch.upserts.values()), batch.deleted, list(batch.broken.values()), self._version)

    async def _events(self, params: dict[str, str]) -> AsyncGenerator[Batch[T], None]:
        """One watch request: an empty batch once the server has answered, then one for each read.

        Raises the error that the server sends inside the stream.
        """
        lines = LineSplitter()
        async with self._client.stream(self._path, params, self._pace.silence) as pieces:
            yield Batch()
            async for piece in pieces:
                for batch in self._decoder.batches(lines.feed(piece)):
                    error, batch.error = batch.error, None
                    if not error or batch.size:
                        yield batch
                    if error:
                        raise error

    def _params(self, **params: str) -> dict[str, str]:
        # Spread, so that the watches of all kinds and clusters do not end together.
        seconds = int(self._pace.uniform(270, 310))
        return {"watch": "1", "allowWatchBookmarks": "true", "timeoutSeconds": str(seconds), **params}

    def _page_params(self, token: str) -> dict[str, str]:
        if not self._can_page:
            return {}
        return {"limit": str(BATCH_LIMIT), "continue": token} if token else {"limit": str(BATCH_LIMIT)}
