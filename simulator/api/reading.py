"""Handlers of get and list."""

import asyncio
import sys
import zlib
from collections.abc import Iterable, Iterator
from itertools import islice

from aiohttp import web

from simulator.api.forms import Form, form_of
from simulator.api.options import ContinueToken, ListOptions, list_options
from simulator.api.responses import raw_response, stream_of_json
from simulator.api.routing import Call, Handlers
from simulator.api.selectors import Matches, both, field_selector, label_selector
from simulator.cluster import SimulatedCluster
from simulator.errors import Expired, Timeout
from simulator.kinds import Kind, Object
from simulator.storage import Stored

_PIECE = 512 * 1024
_TURN = 500
"""Objects that a selector looks at before others have a turn."""

_GZIP_FROM = 128 * 1024
"""Bytes; shorter answers are not compressed, as on the real server."""


async def get(cluster: SimulatedCluster, call: Call) -> web.StreamResponse:
    """One object."""
    info = call.info
    form = form_for(cluster, call)
    if wanted := info.query.get("resourceVersion", ""):
        _check_not_ahead(cluster, int(wanted) if wanted.isdecimal() else 0)
    return raw_response(form.one(cluster.storage.stored(call.kind, info.name, call.namespace)))


async def list_objects(cluster: SimulatedCluster, call: Call) -> web.StreamResponse:
    """All objects of a kind, a page of them, or those that selectors mean."""
    form = form_for(cluster, call)
    options = list_options(call.info)
    items, metadata = await page(cluster, call.kind, call.namespace, options)
    return await send_list(call.request, form, items, metadata)


def form_for(cluster: SimulatedCluster, call: Call) -> Form:
    """The form that the client accepts. Raises NotAcceptable and BadRequest."""
    accept = call.request.headers.get("Accept", "")
    return form_of(call.kind, accept, call.info.query.get("includeObject", ""), cluster.clock)


def selection(kind: Kind, options: ListOptions) -> Matches | None:
    """What the selectors mean. Raises BadRequest."""
    return both(label_selector(options.labels), field_selector(kind, options.fields))


async def page(
    cluster: SimulatedCluster, kind: Kind, namespace: str, options: ListOptions
) -> tuple[list[Stored], Object]:
    """The objects and the metadata of the list. Raises Expired, Timeout and BadRequest."""
    _check_not_ahead(cluster, options.version or 0)
    matches = selection(kind, options)
    version, found = _snapshot(cluster, kind, namespace, options)
    metadata: Object = {"resourceVersion": str(version)}
    most = options.limit or sys.maxsize
    if matches is None:
        items = list(islice(found, most))
        rest = _count_after(cluster, kind, namespace, version, items) if options.limit else 0
        metadata |= {"remainingItemCount": rest} if rest else {}
    else:
        items = await _select(list(found), matches, most + 1)
        rest = len(items) - most
        items = items[:most]
    if rest > 0:
        metadata["continue"] = ContinueToken(version, _place(items[-1])).encoded()
    return items, metadata


async def _select(found: list[Stored], matches: Matches, most: int) -> list[Stored]:
    """The first `most` that match; lets others have a turn meanwhile, for there may be many to look at."""
    chosen: list[Stored] = []
    for number, stored in enumerate(found):
        if matches(stored.object):
            chosen.append(stored)
            if len(chosen) == most:
                break
        if number % _TURN == _TURN - 1:
            await asyncio.sleep(0)
    return chosen


def _count_after(cluster: SimulatedCluster, kind: Kind, namespace: str, version: int, items: list[Stored]) -> int:
    return cluster.storage.count_at(kind, namespace, version, after=_place(items[-1])) if items else 0


def _place(stored: Stored) -> tuple[str, str]:
    return stored.namespace, stored.name


def _snapshot(
    cluster: SimulatedCluster, kind: Kind, namespace: str, options: ListOptions
) -> tuple[int, Iterator[Stored]]:
    """The objects as they were at the version that the client is entitled to."""
    storage, now = cluster.storage, int(cluster.storage.resource_version)
    token = options.token
    if token and token.is_consistent:
        try:
            return token.version, iter(storage.walk_at(kind, namespace, token.version, after=token.after))
        except Expired:
            raise token.expired() from None
    if token:
        return now, iter(storage.walk(kind, namespace, after=token.after))
    exact = options.match == "Exact" or (options.limit and not options.match)
    if options.version and exact:
        try:
            return options.version, iter(storage.walk_at(kind, namespace, options.version, after=("", "")))
        except Expired:
            raise Expired("The resourceVersion for the provided list is too old.") from None
    return now, iter(storage.walk(kind, namespace))


def _check_not_ahead(cluster: SimulatedCluster, version: int) -> None:
    """Raises Timeout for a version that has not come; the real server waits three seconds for it first."""
    current = int(cluster.storage.resource_version)
    if version > current:
        raise Timeout.too_large_version(version, current)


async def send_list(request: web.Request, form: Form, items: list[Stored], metadata: Object) -> web.StreamResponse:
    """Answers with a list: short ones at once, long ones piece by piece as the client reads."""
    pieces = _pieces(form, items, metadata)
    first = next(pieces)
    second = next(pieces, None)
    gzipped = "gzip" in request.headers.get("Accept-Encoding", "") and len(first) >= _GZIP_FROM
    if second is None and not gzipped:
        return raw_response(first)
    response = stream_of_json(gzipped=gzipped)
    await response.prepare(request)
    packer = zlib.compressobj(1, wbits=31) if gzipped else None
    for piece in _chain(first, second, pieces):
        await response.write(await asyncio.to_thread(packer.compress, piece) if packer else piece)
    if packer:
        await response.write(packer.flush())
    await response.write_eof()
    return response


def _chain(first: bytes, second: bytes | None, rest: Iterable[bytes]) -> Iterator[bytes]:
    yield first
    if second is not None:
        yield second
    yield from rest


def _pieces(form: Form, items: Iterable[Stored], metadata: Object) -> Iterator[bytes]:
    """The JSON of the list, some hundred kilobytes at a time."""
    parts, size, comma = [form.opening(metadata)], 0, b""
    for stored in items:
        encoded = form.item(stored)
        parts += (comma, encoded)
        size += len(encoded)
        comma = b","
        if size > _PIECE:
            yield b"".join(parts)
            parts, size = [], 0
    parts.append(b"]}\n")
    yield b"".join(parts)


HANDLERS: Handlers = {("get", ""): get, ("get", "*/status"): get, ("list", ""): list_objects}
