"""A small API server of the tests: it keeps objects, lists and watches them as Kubernetes does, and fails on demand.

It speaks https://kubernetes.io/docs/reference/using-api/api-concepts/ as far as watches need it. Everything runs in the
event loop of the test.
"""

import asyncio
import json
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from clusters.kube.connection import Connection
from tests.harness.serving import served

Object = dict[str, Any]
KINDS = {
    "nodes": "Node",
    "namespaces": "Namespace",
    "pods": "Pod",
    "events": "Event",
    "deployments": "Deployment",
    "replicasets": "ReplicaSet",
}


@dataclass(frozen=True)
class _Event:
    version: int
    kind: str
    type: str
    object: Object


class SmallCluster:
    """The server's state, and what it should do wrong."""

    def __init__(self) -> None:
        self.address = ""
        self.streams_lists = True
        self.refusals: dict[str, tuple[int, dict[str, str]]] = {}
        """Plural name or "version" -> the HTTP status and headers of every answer."""
        self.silent: set[str] = set()
        """Kinds (plural) whose requests are never answered."""
        self.requests: list[tuple[str, dict[str, str]]] = []
        self._version = 100
        self._oldest = 0
        self._objects: dict[str, dict[str, Object]] = {kind: {} for kind in KINDS}
        self._events: list[_Event] = []
        self._watches: set[_Watch] = set()

    def connection(self) -> Connection:
        """How to reach it."""
        return Connection(server=self.address, token="a token of the tests")

    def put(self, kind: str, name: str, namespace: str = "", **parts: Any) -> Object:
        """Create or replace an object; `parts` are its spec, status and so on."""
        key = f"{namespace}/{name}"
        old = self._objects[kind].get(key)
        self._version += 1
        metadata = {
            "name": name,
            "uid": old["metadata"]["uid"] if old else str(uuid.uuid4()),
            "resourceVersion": str(self._version),
            "creationTimestamp": "2026-11-01T10:00:00Z",
            **({"namespace": namespace} if namespace else {}),
        }
        made = {"apiVersion": "v1", "kind": KINDS[kind], "metadata": metadata, **parts}
        self._objects[kind][key] = made
        self._happened(_Event(self._version, kind, "MODIFIED" if old else "ADDED", made))
        return made

    def delete(self, kind: str, name: str, namespace: str = "") -> None:
        """Delete an object."""
        gone = self._objects[kind].pop(f"{namespace}/{name}")
        self._version += 1
        gone = {**gone, "metadata": {**gone["metadata"], "resourceVersion": str(self._version)}}
        self._happened(_Event(self._version, kind, "DELETED", gone))

    def forget_history(self) -> None:
        """Compact: every resource version up to now is too old for a watch."""
        self._version += 1
        self._oldest = self._version

    def bookmark(self) -> None:
        """Send a bookmark on every watch."""
        for watch in self._watches:
            watch.queue.put_nowait(_bookmark(watch.kind, self._version))

    def cut(self) -> None:
        """Break off every open watch."""
        for watch in self._watches:
            watch.queue.put_nowait(None)

    def expire(self) -> None:
        """Compact and end every open watch with an ERROR event of code 410."""
        self.forget_history()
        for watch in self._watches:
            watch.queue.put_nowait({"type": "ERROR", "object": _status(410, "Expired")})
            watch.queue.put_nowait(None)

    def watched(self) -> set[str]:
        """The kinds with an open watch."""
        return {watch.kind for watch in self._watches}

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """One request, of whatever kind."""
        kind = request.path.rsplit("/", 1)[-1]
        self.requests.append((kind, dict(request.query)))
        if kind in self.refusals:
            code, headers = self.refusals[kind]
            return web.json_response(_status(code, "Refused"), status=code, headers=headers)
        if kind in self.silent:
            await asyncio.Event().wait()
        if kind == "version":
            return web.json_response({"gitVersion": "v1.35.4"})
        return await self._watch(request, kind) if "watch" in request.query else self._list(request, kind)

    def _list(self, request: web.Request, kind: str) -> web.Response:
        objects = list(self._objects[kind].values())
        start, limit = int(request.query.get("continue", 0)), int(request.query.get("limit", 0)) or len(objects)
        metadata = {"resourceVersion": str(self._version)}
        if start + limit < len(objects):
            metadata["continue"] = str(start + limit)
        page = {"kind": "List", "metadata": metadata, "items": objects[start : start + limit]}
        return web.json_response(page)

    async def _watch(self, request: web.Request, kind: str) -> web.StreamResponse:
        streams_list = "sendInitialEvents" in request.query
        if streams_list and not self.streams_lists:
            return web.json_response(_status(422, "Invalid"), status=422)
        since = self._version if streams_list else int(request.query["resourceVersion"])
        if since < self._oldest:
            return web.json_response(_status(410, "Expired"), status=410)
        watch = _Watch(kind)
        if streams_list:
            for item in self._objects[kind].values():
                watch.queue.put_nowait({"type": "ADDED", "object": item})
            watch.queue.put_nowait(_bookmark(kind, self._version, ends_list=True))
        for event in self._events:
            if event.kind == kind and event.version > since:
                watch.queue.put_nowait({"type": event.type, "object": event.object})
        self._watches.add(watch)
        try:
            return await watch.send(request)
        finally:
            self._watches.discard(watch)

    def _happened(self, event: _Event) -> None:
        self._events.append(event)
        for watch in self._watches:
            if watch.kind == event.kind:
                watch.queue.put_nowait({"type": event.type, "object": event.object})


class _Watch:
    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.queue: asyncio.Queue[Object | None] = asyncio.Queue()

    async def send(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        await response.prepare(request)
        while (event := await self.queue.get()) is not None:
            await response.write(json.dumps(event).encode() + b"\n")
        assert request.transport
        request.transport.abort()
        return response


@asynccontextmanager
async def small_cluster() -> AsyncIterator[SmallCluster]:
    """A server on a free port of the loopback interface, for as long as the block runs."""
    cluster = SmallCluster()
    application = web.Application()
    application.router.add_get("/{path:.*}", cluster.answer)
    async with served(application, handler_cancellation=True) as cluster.address:
        yield cluster


def _bookmark(kind: str, version: int, *, ends_list: bool = False) -> Object:
    metadata: Object = {"resourceVersion": str(version)}
    if ends_list:
        metadata["annotations"] = {"k8s.io/initial-events-end": "true"}
    return {"type": "BOOKMARK", "object": {"kind": KINDS[kind], "metadata": metadata}}


def _status(code: int, reason: str) -> Object:
    return {"kind": "Status", "status": "Failure", "code": code, "reason": reason, "message": f"{reason}."}
