"""The feed as a server: who may ask, which part answers, and what the harness may ask beside Kubernetes' API."""

import asyncio
import json
import time
from collections import deque
from collections.abc import Iterable
from typing import Any

from simulator import VERSION
from simulator.errors import ApiError, BadRequest, MethodNotAllowed, NotFound, Unauthorized
from simulator.feed.churn import Churn
from simulator.feed.collection import Collection
from simulator.feed.http import Request, Response, converse
from simulator.feed.lists import Lists
from simulator.feed.watches import News, Watches
from simulator.feed.world import World
from simulator.kinds import KINDS, Kind

_SWEEP_SECONDS = 0.5
_KEPT_REQUESTS = 1000
_HEADS = ["api", "apis"]


class Feed:
    """A world and its clients."""

    def __init__(self, world: World, token: str) -> None:
        self.world = world
        self.churn = Churn(world.change)
        self._token = token
        self._news = News()
        self._lists = Lists()
        self._watches = Watches(self._news)
        self._conversations: set[asyncio.Task[None]] = set()
        self._requests: deque[tuple[float, str]] = deque(maxlen=_KEPT_REQUESTS)
        self._by_path = {
            (kind.group, kind.version, kind.plural): collection for kind, collection in world.collections.items()
        }

    @property
    def watches_cut(self) -> int:
        """How many watches were cut because they read too slowly."""
        return self._watches.cut

    def tell(self) -> None:
        """Wake the watches: there are changes."""
        self._news.tell()

    async def run(self) -> None:
        """Make changes and cut slow readers until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self.churn.run(self.tell))
            group.create_task(self._sweep())

    async def close(self) -> None:
        """End all conversations."""
        for conversation in self._conversations:
            conversation.cancel()
        await asyncio.gather(*self._conversations, return_exceptions=True)

    def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection, beside the others; for `asyncio.start_server`."""
        conversation = asyncio.create_task(converse(reader, writer, self.answer))
        self._conversations.add(conversation)
        conversation.add_done_callback(self._conversations.discard)

    async def _sweep(self) -> None:
        while True:
            await asyncio.sleep(_SWEEP_SECONDS)
            self._watches.cut_the_slow()

    async def answer(self, request: Request, response: Response) -> None:
        """Answer one request; what cannot be done becomes a Status."""
        self._requests.append((time.time(), f"{request.method} {request.path}"))
        try:
            await self._route(request, response)
        except ApiError as error:
            await response.send(error.code, json.dumps(error.status()).encode(), **error.headers)

    async def _route(self, request: Request, response: Response) -> None:
        if request.headers.get("authorization") != f"Bearer {self._token}":
            raise Unauthorized
        parts = request.path.strip("/").split("/")
        match parts:
            case ["feed", *rest]:
                await self._door(request, response, rest)
            case [_, *_] if request.method != "GET":
                raise MethodNotAllowed
            case ["healthz" | "livez" | "readyz"]:
                await response.send(200, b"ok", "text/plain")
            case ["version"]:
                await _send_json(response, _version())
            case ["api" | "apis" | "api", *rest] if (document := discovery(parts[0], rest)) is not None:
                await _send_json(response, document)
            case ["api", version, *rest]:
                await self._objects(request, response, "", version, rest)
            case ["apis", group, version, *rest]:
                await self._objects(request, response, group, version, rest)
            case _:
                raise NotFound.resource()

    async def _objects(self, request: Request, response: Response, group: str, version: str, rest: list[str]) -> None:
        namespace = ""
        if len(rest) > 2 and rest[0] == "namespaces":
            namespace, rest = rest[1], rest[2:]
        collection = self._by_path.get((group, version, rest[0])) if rest else None
        if collection is None or len(rest) > 2:
            raise NotFound.resource()
        if len(rest) == 2:
            await _send_one(response, collection, f"{namespace}/{rest[1]}" if namespace else rest[1])
            return
        if request.query.get("fieldSelector") or request.query.get("labelSelector"):
            raise BadRequest("the feed knows no selectors")
        if request.query.get("watch") in ("1", "true"):
            await self._watches.answer(response, collection, namespace, request.query)
        else:
            await self._lists.answer(response, collection, namespace, request.query)

    async def _door(self, request: Request, response: Response, rest: list[str]) -> None:
        """What the harness asks: https://…/feed/status, churn, changes and objects."""
        match [request.method, *rest]:
            case ["GET", "status"]:
                await _send_json(response, self._status())
            case ["PUT", "churn"]:
                self._set_churn(request.query.get("rate", ""))
                await _send_json(response, self._status())
            case ["GET", "changes"]:
                births = self.world.births.since(int(request.query.get("since", "0")))
                await _send_lines(response, (f"{version} {moment:.6f} {uid}" for version, moment, uid in births))
            case ["GET", "objects", plural]:
                await _send_lines(response, (f"{item.uid} {item.version}" for item in self._items(plural)))
            case _:
                raise NotFound.resource()

    def _set_churn(self, rate: str) -> None:
        try:
            self.churn.set_rate(float(rate))
        except ValueError as error:
            raise BadRequest(str(error)) from None

    def _items(self, plural: str) -> Iterable[Any]:
        found = next((held for kind, held in self.world.collections.items() if kind.plural == plural), None)
        if found is None:
            raise NotFound.resource()
        return list(found.items.values())

    def _status(self) -> dict[str, Any]:
        return {
            "version": self.world.versions.current,
            "rate": self.churn.rate,
            "latest": self.churn.latest,
            "made": self.world.made,
            "cut": self.watches_cut,
            "requests": list(self._requests),
        }


def discovery(root: str, rest: list[str]) -> dict[str, Any] | None:
    """The document of that path under /api or /apis; None where there is none.

    https://kubernetes.io/docs/concepts/overview/kubernetes-api/#discovery-api
    """
    match root, rest:
        case "api", []:
            return {"kind": "APIVersions", "versions": ["v1"], "serverAddressByClientCIDRs": []}
        case "api", ["v1"]:
            return _resources("", "v1")
        case "apis", []:
            version = {"groupVersion": "apps/v1", "version": "v1"}
            group = {"name": "apps", "versions": [version], "preferredVersion": version}
            return {"kind": "APIGroupList", "apiVersion": "v1", "groups": [group]}
        case "apis", ["apps", "v1"]:
            return _resources("apps", "v1")
    return None


def _resources(group: str, version: str) -> dict[str, Any]:
    kinds = [kind for kind in KINDS if kind.group == group and kind.version == version and kind.plural in SERVED]
    group_version = f"{group}/{version}" if group else version
    return {
        "kind": "APIResourceList",
        "apiVersion": "v1",
        "groupVersion": group_version,
        "resources": [_resource(kind) for kind in kinds],
    }


SERVED = ("pods", "nodes", "namespaces", "events", "deployments", "replicasets")


def _resource(kind: Kind) -> dict[str, Any]:
    return {
        "name": kind.plural,
        "singularName": kind.singular,
        "namespaced": kind.namespaced,
        "kind": kind.kind,
        "verbs": ["get", "list", "watch"],
        "shortNames": list(kind.short_names),
    }


def _version() -> dict[str, str]:
    major, minor, _ = VERSION.removeprefix("v").split(".")
    return {"major": major, "minor": minor, "gitVersion": VERSION, "platform": "linux/amd64"}


async def _send_json(response: Response, document: Any) -> None:
    await response.send(200, json.dumps(document).encode())


async def _send_lines(response: Response, lines: Iterable[str]) -> None:
    await response.send(200, "".join(f"{line}\n" for line in lines).encode(), "text/plain")


async def _send_one(response: Response, collection: Collection, key: str) -> None:
    item, kind = collection.items.get(key), collection.kind
    if item is None:
        raise NotFound.of(kind, key.rpartition("/")[2])
    head = f'{{"kind":"{kind.kind}","apiVersion":"{kind.api_version}",'.encode()
    await response.send(200, head + item.body)
