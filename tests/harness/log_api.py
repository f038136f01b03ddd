"""An API server with one pod whose log is cut off when the test says so, and read as a kubelet reads it."""

import asyncio
import random
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from aiohttp import web

from clusters.kube.client import Client
from clusters.kube.connection import Connection
from tests.harness.serving import served

BEGAN = datetime(2026, 11, 24, 10, 0, 0, tzinfo=UTC)


@dataclass
class Instance:
    """One run of the container; `lines` are its log, each with its moment."""

    lines: list[bytes] = field(default_factory=list)
    exit_code: int | None = None

    def write(self, count: int, *, each: timedelta) -> None:
        """Write lines; with a step of zero they all have the same moment."""
        for _ in range(count):
            self.write_at(BEGAN + each * len(self.lines))

    def write_at(self, moment: datetime, count: int = 1) -> None:
        """Write lines that all have this moment."""
        for _ in range(count):
            stamp = moment.strftime("%Y-%m-%dT%H:%M:%S.%f000Z")
            self.lines.append(f"{stamp} line {len(self.lines)}\n".encode())


@dataclass
class LogApi:
    """`cut_after`: the range of bytes after which an answer is broken off; None: never. `refusals` are the HTTP codes
    with which the next requests for the log are answered; while it is not `free`, none is answered. `asked` is what was
    asked of the log, `looks` counts those at the pod, whose container has `started` or not."""

    instances: list[Instance] = field(default_factory=lambda: [Instance()])
    cut_after: tuple[int, int] | None = None
    cuts: int = 0
    refusals: list[int] = field(default_factory=list)
    free: asyncio.Event = field(default_factory=asyncio.Event)
    asked: list[dict[str, str]] = field(default_factory=list)
    looks: int = 0
    started: bool = True
    url: str = ""
    chance: random.Random = field(default_factory=lambda: random.Random(7))
    _came: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.free.set()

    def client(self) -> Client:
        return Client(Connection(server=self.url))

    async def until(self, *, asked: int = 0, looks: int = 0) -> None:
        """Returns when the log was asked for, and the pod looked at, so many times."""
        while len(self.asked) < asked or self.looks < looks:
            self._came.clear()
            await self._came.wait()

    async def pod(self, request: web.Request) -> web.Response:
        self.looks += 1
        self._came.set()
        status = {"name": "main", "restartCount": len(self.instances) - 1, "state": self._state()}
        return web.json_response(
            {
                "metadata": {"name": "web", "uid": "uid-web"},
                "spec": {"containers": [{"name": "main"}], "restartPolicy": "Always"},
                "status": {"phase": "Running", "containerStatuses": [status]},
            }
        )

    def _state(self) -> dict[str, object]:
        now = self.instances[-1]
        if not self.started:
            return {"waiting": {"reason": "ContainerCreating"}}
        if now.exit_code is None:
            return {"running": {}}
        return {"terminated": {"exitCode": now.exit_code, "reason": "Error"}}

    async def log(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(dict(request.query))
        self._came.set()
        await self.free.wait()
        if self.refusals:
            return web.json_response({"kind": "Status", "message": "not now"}, status=self.refusals.pop(0))
        answer = web.StreamResponse(headers={"Content-Type": "text/plain"})
        await answer.prepare(request)
        instance = self.instances[-2 if "previous" in request.query else -1]
        left = self.chance.randint(*self.cut_after) if self.cut_after else None
        at = first(instance.lines, request.query)
        while True:
            data = b"".join(instance.lines[at:])
            at = len(instance.lines)
            if left is not None and len(data) >= left:
                self.cuts += 1
                await answer.write(data[:left])
                # aiohttp's client forgets what it has not handed out when the end comes at once.
                await asyncio.sleep(0.01)
                assert request.transport
                request.transport.close()
                return answer
            await answer.write(data)
            left = left - len(data) if left is not None else None
            if "follow" not in request.query or instance.exit_code is not None:
                return answer
            await asyncio.sleep(0.01)


def first(lines: list[bytes], query: Mapping[str, str]) -> int:
    """The index of the first line that the query asks for; `sinceTime` is inclusive and in whole seconds."""
    if since := query.get("sinceTime"):
        moment = datetime.fromisoformat(since).strftime("%Y-%m-%dT%H:%M:%S").encode()
        return next((index for index, line in enumerate(lines) if line[:19] >= moment), len(lines))
    return max(0, len(lines) - int(query.get("tailLines", len(lines))))


@asynccontextmanager
async def log_api() -> AsyncIterator[LogApi]:
    """A running one, on a free port of 127.0.0.1."""
    api = LogApi()
    application = web.Application()
    application.router.add_get("/api/v1/namespaces/harbour/pods/web", api.pod)
    application.router.add_get("/api/v1/namespaces/harbour/pods/web/log", api.log)
    async with served(application) as api.url:
        yield api
