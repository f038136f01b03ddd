"""An API server with one pod, "web", in which commands do what a test says."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import WSMsgType, web

from clusters.kube.client import Client
from clusters.kube.connection import Connection
from clusters.models import Cluster as ClusterRow
from clusters.streams import holding
from clusters.streams.endings import Ending
from clusters.streams.programs import Program, Shell
from clusters.streams.requests import ShellRequest
from clusters.streams.terminal import Terminal
from clusters.streams.viewers import Viewer
from clusters.threads import write
from tests import people
from tests.harness.serving import served

Session = Callable[[web.WebSocketResponse], Awaitable[None]]
V5, V4 = "v5.channel.k8s.io", "v4.channel.k8s.io"
RUNNING = {"running": {"startedAt": "2026-11-25T10:00:00Z"}}


class ExecApi:
    """`session` plays the shell; the leash, which has no terminal, answers as it should."""

    def __init__(self) -> None:
        self.url = ""
        self.session: Session = waits
        self.refusal: tuple[int, dict[str, str]] | None = None
        """HTTP status and headers with which the upgrade is answered."""
        self.state: dict[str, Any] | None = RUNNING
        """Of the container; None: the pod is gone."""
        self.is_being_deleted = False
        self.is_silent = False
        self.allows = True
        self.reviews = 0
        """How often it was asked whether it does."""
        self._reviewed = asyncio.Event()
        self.protocols = (V5, V4)
        self.pings = 0
        self.pinged = asyncio.Event()
        """Set with the third ping on the shell's socket."""
        self.heard: list[bytes] = []
        """Frames to the shell."""

    def client(self) -> Client:
        return Client(Connection(server=self.url))

    async def pod(self, request: web.Request) -> web.StreamResponse:
        if self.is_silent:
            await asyncio.Event().wait()
        if self.state is None:
            return web.json_response({"kind": "Status", "status": "Failure", "code": 404, "message": "no"}, status=404)
        status = {"phase": "Running", "containerStatuses": [{"name": "main", "state": self.state}]}
        spec = {"containers": [{"name": "main"}]}
        metadata = {"name": "web", "uid": "uid-web"}
        if self.is_being_deleted:
            metadata["deletionTimestamp"] = "2026-11-25T11:00:00Z"
        return web.json_response({"metadata": metadata, "spec": spec, "status": status})

    async def exec(self, request: web.Request) -> web.StreamResponse:
        is_shell = "tty" in request.query
        if is_shell and self.refusal:
            return web.Response(status=self.refusal[0], headers=self.refusal[1])
        socket = web.WebSocketResponse(protocols=self.protocols, autoping=not is_shell, max_msg_size=0)
        await socket.prepare(request)
        await (self.session if is_shell else _leash)(socket)
        return socket

    async def review(self, request: web.Request) -> web.StreamResponse:
        self.reviews += 1
        self._reviewed.set()
        return web.json_response({"status": {"allowed": self.allows}}, status=201)

    async def reviewed(self, times: int) -> None:
        """Wait until it was asked so often."""
        async with asyncio.timeout(20):
            while self.reviews < times:
                self._reviewed.clear()
                await self._reviewed.wait()

    async def listen(self, socket: web.WebSocketResponse) -> AsyncIterator[bytes]:
        """What is sent to the shell, frame by frame; pings are counted and answered."""
        async for message in socket:
            if message.type is WSMsgType.PING:
                self.pings += 1
                if self.pings == 3:
                    self.pinged.set()
                await socket.pong(message.data)
            elif message.type is WSMsgType.BINARY:
                self.heard.append(message.data)
                yield message.data


async def waits(socket: web.WebSocketResponse) -> None:
    """Says a prompt, and then nothing for ever."""
    await socket.send_bytes(b"\x01# ")
    await asyncio.Event().wait()


async def _leash(socket: web.WebSocketResponse) -> None:
    await socket.receive()
    await socket.send_bytes(ended({"status": "Success"}))


def ended(status: dict[str, Any]) -> bytes:
    """The frame that says how a command ended."""
    return b"\x03" + json.dumps(status).encode()


def exit_code(code: int) -> bytes:
    """The frame that says so; 0 is a success."""
    if code == 0:
        return ended({"status": "Success"})
    causes = [{"reason": "ExitCode", "message": str(code)}]
    return ended(
        {"status": "Failure", "reason": "NonZeroExitCode", "message": "it ended", "details": {"causes": causes}}
    )


@asynccontextmanager
async def exec_api() -> AsyncIterator[ExecApi]:
    """A running server, on a free port of 127.0.0.1."""
    api = ExecApi()
    application = web.Application()
    application.router.add_get("/api/v1/namespaces/{namespace}/pods/web", api.pod)
    application.router.add_get("/api/v1/namespaces/{namespace}/pods/web/exec", api.exec)
    application.router.add_post("/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", api.review)
    async with served(application) as api.url:
        yield api


class Held:
    """A terminal of maria's that is held here, without a socket, and the one who drives it."""

    def __init__(self, terminal: Terminal) -> None:
        self.terminal = terminal
        self.viewer = Viewer(0, "maria", drives=True)
        terminal.attach(self.viewer)

    async def until(self, condition: Callable[[Terminal], Any]) -> None:
        """Wait until it holds of the terminal. Raises TimeoutError."""
        async with asyncio.timeout(20):
            while not condition(self.terminal):
                self.viewer.changed.clear()
                await self.viewer.changed.wait()

    async def ending(self) -> Ending:
        await self.until(lambda terminal: terminal.ending)
        assert self.terminal.ending
        return self.terminal.ending


@asynccontextmanager
async def held(api: ExecApi, program: Program | None = None) -> AsyncIterator[Held]:
    """Starts a program, by default a shell."""

    def made() -> tuple[Any, ClusterRow, Any]:
        maria = people.admin("maria")
        return maria, people.cluster("harbour"), people.session(maria)

    maria, harbour, session = await write(made)
    request = ShellRequest("payments", "web", "main", "auto", 80, 24)
    async with api.client() as client:
        terminal = await holding.start(
            client, program or Shell(request), cluster=harbour, user=maria, sign_in=session.session_key, address=None
        )
        try:
            yield Held(terminal)
        finally:
            await holding.end_all()
