"""An API server that follows a script, for what no real one can be made to do on demand.

Each request gets the next answer of the script; when it has run out, requests are held open without a byte.
"""

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web

from clusters.kube.client import Client
from clusters.kube.connection import Connection

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]
Json = Mapping[str, object]
END = web.AppKey("end", asyncio.Event)


@dataclass(frozen=True)
class Asked:
    """A request that arrived."""

    method: str
    path: str
    query: dict[str, str]
    headers: list[tuple[str, str]]


@dataclass
class ScriptedApi:
    """`url` is where it listens; `asked` is what it was asked, in order."""

    script: list[Answer]
    url: str = ""
    asked: list[Asked] = field(default_factory=list)

    def client(self) -> Client:
        """A client of this server, without credentials."""
        return Client(Connection(server=self.url))

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Notes the request and gives the next answer."""
        headers = [(key.decode(), value.decode()) for key, value in request.raw_headers]
        self.asked.append(Asked(request.method, request.rel_url.raw_path, dict(request.query), headers))
        if self.script:
            return await self.script.pop(0)(request)
        return await streams_on()(request)


@asynccontextmanager
async def scripted_api(*script: Answer, tls: ssl.SSLContext | None = None) -> AsyncIterator[ScriptedApi]:
    """A running server, on a free port of 127.0.0.1."""
    api = ScriptedApi(list(script))
    application = web.Application()
    application[END] = asyncio.Event()
    application.router.add_route("*", "/{path:.*}", api.handle)
    runner = web.AppRunner(application, shutdown_timeout=1)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls)
        await site.start()
        host, port = runner.addresses[0][:2]
        api.url = f"{'https' if tls else 'http'}://{host}:{port}"
        yield api
    finally:
        application[END].set()
        await runner.cleanup()


def says(body: Json, code: int = 200, headers: Mapping[str, str] | None = None) -> Answer:
    """Answers with JSON."""
    return says_raw(json.dumps(body).encode(), code, {"Content-Type": "application/json", **(headers or {})})


def says_raw(body: bytes, code: int = 200, headers: Mapping[str, str] | None = None) -> Answer:
    """Answers with these bytes."""

    async def answer(request: web.Request) -> web.StreamResponse:
        return web.Response(body=body, status=code, headers=headers)

    return answer


def refuses(code: int, message: str = "no", headers: Mapping[str, str] | None = None, **details: object) -> Answer:
    """Answers with a Status object."""
    return says(status(code, message, **details), code, headers)


def streams(*pieces: bytes, cut: bool = False) -> Answer:
    """Sends pieces of a watch and then ends it, or cuts the connection in the middle of the chunked encoding."""

    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        await response.prepare(request)
        for piece in pieces:
            await response.write(piece)
        if cut and request.transport:
            request.transport.close()
        return response

    return answer


def streams_on(*pieces: bytes) -> Answer:
    """Sends pieces of a watch and then holds it open without a byte."""

    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        await response.prepare(request)
        for piece in pieces:
            await response.write(piece)
        await request.app[END].wait()
        return response

    return answer


def status(code: int, message: str = "no", **details: object) -> Json:
    """A Status object as an API server makes it."""
    return {
        "kind": "Status",
        "apiVersion": "v1",
        "status": "Failure",
        "code": code,
        "message": message,
        "details": details,
    }


def pod(name: str, version: str = "1", **more: object) -> Json:
    """A pod whose uid is "uid-<name>"."""
    metadata = {"name": name, "namespace": "default", "uid": f"uid-{name}", "resourceVersion": version}
    return {"kind": "Pod", "metadata": metadata, **more}


def event(kind: str, item: Json) -> bytes:
    """A line of a watch."""
    return json.dumps({"type": kind, "object": item}, ensure_ascii=False).encode() + b"\n"


def bookmark(version: str, *, ends_list: str = "") -> bytes:
    """A bookmark; `ends_list` is the value of the annotation that ends a streaming list."""
    metadata: dict[str, object] = {"resourceVersion": version}
    if ends_list:
        metadata["annotations"] = {"k8s.io/initial-events-end": ends_list}
    return event("BOOKMARK", {"kind": "Pod", "metadata": metadata})


def page(items: Sequence[Json], version: str = "10", token: str = "") -> Json:
    """A page of a list."""
    return {"kind": "PodList", "metadata": {"resourceVersion": version, "continue": token}, "items": list(items)}
