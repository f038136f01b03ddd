"""The control door: a small HTTP server of its own, on loopback, where faults are asked for.

    GET /                   the table of faults, and the causes in force
    GET /requests           the last requests that the API was sent
    POST /causes            {"fault": "gone", "kind": "pods", "verb": "", "times": 1, "parameters": {}}
    DELETE /causes/{id}     also /causes for all
    POST /objects           {"kind": "pods", "object": {...}}: creates or replaces it, past all validation
    DELETE /objects/{kind}/{name}?namespace=

Each request carries the token of `control.json` as a bearer token.
"""

import hmac
import ipaddress
import json
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from aiohttp import web

from simulator.certificates import write_private
from simulator.errors import ApiError
from simulator.faults.bench import Bench
from simulator.faults.faults import Cause, Fault
from simulator.faults.table import FAULTS
from simulator.faults.world import World, kind_named
from simulator.kinds import Object

CONTROL = "control.json"
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def door(bench: Bench, world: World, host: str, port: int, state: Path) -> AsyncIterator[str]:
    """Listens until the context is left; yields the URL, which `state`/control.json has with the token.

    Raises ValueError for an address that is not loopback, OSError where it cannot listen.
    """
    if not ipaddress.ip_address(host).is_loopback:
        raise ValueError("The control door opens on loopback only.")
    token = secrets.token_urlsafe(32)
    runner = web.AppRunner(_application(_Door(bench, world), token), access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
        found, bound = runner.addresses[0][:2]
        url = f"http://[{found}]:{bound}" if ":" in found else f"http://{found}:{bound}"
        write_private(state / CONTROL, json.dumps({"url": url, "token": token}).encode())
        yield url
    finally:
        await runner.cleanup()
        (state / CONTROL).unlink(missing_ok=True)


def _application(handlers: "_Door", token: str) -> web.Application:
    @web.middleware
    async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
        scheme, _, given = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not hmac.compare_digest(given.encode(), token.encode()):
            raise web.HTTPUnauthorized(text="The token of control.json is missing.")
        try:
            return await handler(request)
        except (ValueError, KeyError, TypeError) as error:
            raise web.HTTPBadRequest(text=str(error)) from None
        except ApiError as error:
            raise web.HTTPBadRequest(text=error.message) from None

    app = web.Application(middlewares=[guard], client_max_size=16 * 1024 * 1024)
    app.add_routes(
        [
            web.get("/", handlers.show),
            web.get("/requests", handlers.requests),
            web.post("/causes", handlers.cause),
            web.delete("/causes", handlers.clear),
            web.delete("/causes/{id}", handlers.clear),
            web.post("/objects", handlers.put),
            web.delete("/objects/{kind}/{name}", handlers.remove),
        ]
    )
    return app


class _Door:
    """The handlers."""

    def __init__(self, bench: Bench, world: World) -> None:
        self._bench = bench
        self._world = world

    async def show(self, request: web.Request) -> web.Response:
        """The table, and what is in force."""
        faults = [_shown(fault) for fault in FAULTS.values()]
        return web.json_response({"faults": faults, "causes": [cause.shown() for cause in self._bench.causes.values()]})

    async def requests(self, request: web.Request) -> web.Response:
        """What was asked, oldest first; `at` is in seconds of a monotonic clock."""
        return web.json_response(list(self._bench.requests))

    async def cause(self, request: web.Request) -> web.Response:
        """Puts a fault in force, or lets it happen."""
        asked: dict[str, Any] = await request.json()
        fault = FAULTS.get(asked.get("fault", ""))
        if fault is None:
            raise ValueError(f"There is no fault {asked.get('fault')}; there are {', '.join(FAULTS)}.")
        parameters = fault.filled(asked.get("parameters") or {})
        if fault.once:
            return web.json_response(fault.once(self._world, parameters))
        times = asked.get("times")
        if times is not None and (type(times) is not int or times < 1):
            raise ValueError("times is a number from 1 on, or null.")
        cause = Cause(fault, parameters, str(asked.get("kind", "")), str(asked.get("verb", "")), times)
        await self._bench.cause(cause)
        return web.json_response(cause.shown())

    async def clear(self, request: web.Request) -> web.Response:
        """Takes one cause or all out of force. Streams that it took hold of stay as they are."""
        wanted = request.match_info.get("id")
        ids = [int(wanted)] if wanted else list(self._bench.causes)
        return web.json_response([self._bench.causes.pop(each).shown() for each in ids])

    async def put(self, request: web.Request) -> web.Response:
        """Creates an object, or replaces what has its name."""
        asked: dict[str, Any] = await request.json()
        kind, obj = kind_named(self._world, asked["kind"]), asked["object"]
        name, namespace = obj["metadata"]["name"], obj["metadata"].get("namespace", "")
        storage = self._world.cluster.storage
        if storage.find(kind, name, namespace) is None:
            return web.json_response(storage.create(kind, obj))

        def replace(current: Object) -> None:
            metadata = {**current["metadata"], **obj["metadata"]}
            current.clear()
            current.update({**obj, "metadata": metadata})

        return web.json_response(storage.update(kind, name, namespace, change=replace))

    async def remove(self, request: web.Request) -> web.Response:
        """Removes an object at once."""
        kind = kind_named(self._world, request.match_info["kind"])
        namespace = request.query.get("namespace", "")
        return web.json_response(self._world.cluster.storage.remove(kind, request.match_info["name"], namespace))


def _shown(fault: Fault) -> Object:
    words = {"name": fault.name, "does": fault.does, "breaks": fault.breaks}
    return {**words, "parameters": dict(fault.parameters), "lasts": fault.once is None}
