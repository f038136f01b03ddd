"""The handler of watch.

Source: https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes
"""

import asyncio
import random
from collections.abc import Callable, Iterable, Iterator
from contextlib import aclosing
from functools import partial

import msgspec
from aiohttp import web

from simulator.api.forms import Form
from simulator.api.options import ListOptions, list_options
from simulator.api.reading import form_for, selection
from simulator.api.responses import stream_of_json
from simulator.api.routing import Call, Handlers
from simulator.api.selectors import Matches
from simulator.cluster import SimulatedCluster
from simulator.errors import Expired
from simulator.kinds import Kind, Object
from simulator.storage import Event, Stored, Watch

_SHORTEST, _LONGEST = 1800.0, 3600.0
"""Seconds that a watch lasts where the client names no end."""

_BATCH = 256 * 1024
_BEFORE_THE_END = 2.0


async def watch(cluster: SimulatedCluster, call: Call) -> web.StreamResponse:
    """Changes as they come, a JSON object a line."""
    form = form_for(cluster, call)
    options = list_options(call.info)
    matches = selection(call.kind, options)
    response = stream_of_json()
    await response.prepare(call.request)
    try:
        changes = _changes(cluster, call.kind, call.namespace, options)
    except Expired as error:
        await response.write(_line("ERROR", msgspec.json.encode(error.status())))
        return response
    async with aclosing(changes):
        # A client that does not read would block the next write for ever.
        changes.when_cut = partial(_abort, call.request)
        stream = _Stream(cluster, call.kind, response, form, options)
        if _wants_initial_events(options):
            await stream.send_state(cluster.storage.walk(call.kind, call.namespace), matches)
        await stream.follow(changes, matches)
    return response


def _abort(request: web.Request) -> None:
    if request.transport:
        request.transport.abort()


def _changes(cluster: SimulatedCluster, kind: Kind, namespace: str, options: ListOptions) -> Watch:
    since = str(options.version) if _resumes(options) else cluster.storage.resource_version
    return cluster.storage.watch(kind, namespace, since=since)


def _resumes(options: ListOptions) -> bool:
    """Whether the client names the version that it knows; 0 and none mean "any"."""
    return bool(options.version) and not options.initial_events


def _wants_initial_events(options: ListOptions) -> bool:
    if options.initial_events is None:
        return not options.version
    return options.initial_events


class _Stream:
    """What goes out on one watch."""

    def __init__(
        self,
        cluster: SimulatedCluster,
        kind: Kind,
        response: web.StreamResponse,
        form: Form,
        options: ListOptions,
    ) -> None:
        self._storage = cluster.storage
        self._kind = kind
        self._response = response
        self._form = form
        self._options = options
        self._loop = asyncio.get_running_loop()
        seconds = options.timeout or random.uniform(_SHORTEST, _LONGEST)  # noqa: S311 - spreads reconnections
        self._end = self._loop.time() + seconds
        self._pause = cluster.bookmark_seconds
        self._next_bookmark = min(self._loop.time() + self._pause, self._end - _BEFORE_THE_END)

    async def send_state(self, found: Iterable[Stored], matches: Matches | None) -> None:
        """Everything that there is now, as if it had just been added."""
        state = [stored for stored in found if matches is None or matches(stored.object)]
        version = self._storage.resource_version
        await self._send(_line("ADDED", self._form.event(stored)) for stored in state)
        if self._options.initial_events and self._options.bookmarks:
            await self._bookmark(version, {"k8s.io/initial-events-end": "true"})

    async def follow(self, changes: Watch, matches: Matches | None) -> None:
        """Changes and bookmarks until the time is over or the watch is cut."""
        while self._loop.time() < self._end:
            bookmarks = self._options.bookmarks and self._next_bookmark < self._end
            try:
                async with asyncio.timeout_at(self._next_bookmark if bookmarks else self._end):
                    first = await anext(changes)
            except StopAsyncIteration:
                return
            except TimeoutError:
                await self._tick()
                continue
            events = [first, *changes.waiting()]
            await self._send(_lines(events, matches, self._form))

    async def _tick(self) -> None:
        now = self._loop.time()
        if self._options.bookmarks and now < self._end and now >= self._next_bookmark:
            self._next_bookmark = now + self._pause
            await self._bookmark(self._storage.resource_version, {})

    async def _bookmark(self, version: str, annotations: dict[str, str]) -> None:
        metadata: Object = {"resourceVersion": version}
        if annotations:
            metadata["annotations"] = annotations
        obj = {"kind": self._kind.kind, "apiVersion": self._kind.api_version, "metadata": metadata}
        await self._response.write(_line("BOOKMARK", self._form.event(Stored("", "", int(version), obj=obj))))

    async def _send(self, lines: Iterable[bytes]) -> None:
        """Writes in large pieces, each when the client has room for it."""
        parts, size = [], 0
        for line in lines:
            parts.append(line)
            size += len(line)
            if size > _BATCH:
                await self._response.write(b"".join(parts))
                parts, size = [], 0
        if parts:
            await self._response.write(b"".join(parts))


def _lines(events: Iterable[Event], matches: Matches | None, form: Form) -> Iterator[bytes]:
    for event in events:
        if matches is None:
            yield _line(event.type, form.event(event.stored))
        elif line := _selected(event, matches, form):
            yield line


def _selected(event: Event, matches: Callable[[Object], bool], form: Form) -> bytes:
    """The event as a selector sees it: what stops to match is deleted, what begins to match is added."""
    was = event.before is not None and matches(event.before.object)
    now = event.type != "DELETED" and matches(event.stored.object)
    if now:
        return _line("MODIFIED" if was else "ADDED", form.event(event.stored))
    if was and event.before is not None:
        return _line("DELETED", form.event(_at_version(event.before, event.stored.version)))
    return b""


def _at_version(stored: Stored, version: int) -> Stored:
    """The state that was last seen, with the version at which it went."""
    obj = stored.object
    metadata = {**obj["metadata"], "resourceVersion": str(version)}
    return Stored(stored.namespace, stored.name, version, obj={**obj, "metadata": metadata})


def _line(change: str, encoded: bytes) -> bytes:
    return b'{"type":"%s","object":%s}\n' % (change.encode(), encoded)


HANDLERS: Handlers = {("watch", ""): watch}
