"""Commands in containers over a WebSocket: exec and attach, protocols v5 and v4 of the channels.

Source: https://github.com/kubernetes/apimachinery/blob/master/pkg/util/remotecommand/constants.go
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing, suppress

import msgspec
from aiohttp import WSMsgType, web

from simulator.api.places import container_of, flag, pod_of
from simulator.api.routing import Call, Handlers
from simulator.backends import Process
from simulator.cluster import SimulatedCluster
from simulator.errors import ApiError, BadRequest, InternalError
from simulator.kinds import Object
from simulator.pod_containers import spec_of, status_of

STDIN, STDOUT, STDERR, STATUS, RESIZE, CLOSE = 0, 1, 2, 3, 4, 255

_V5 = "v5.channel.k8s.io"
_PROTOCOLS = (_V5, "v4.channel.k8s.io")
_LARGEST_FRAME = 1024 * 1024
_CHUNK = 32 * 1024


class _Size(msgspec.Struct):
    """What the client sends when its window changes."""

    Width: int = 0
    Height: int = 0


async def run(cluster: SimulatedCluster, call: Call) -> web.StreamResponse:
    """Runs a command and carries its streams. Raises ApiError before the upgrade."""
    pod, container, protocol = _place(cluster, call)
    socket = await _upgraded(call, protocol)
    channels = _Channels(socket, call)
    await channels.open()
    try:
        _check_streams(call, pod, container)
        process = cluster.shells.start(
            pod,
            container,
            _command(call),
            tty=flag(call, "tty"),
            stdin=flag(call, "stdin"),
        )
    except ApiError as error:
        await channels.end(_failed(error))
        return socket
    await channels.carry(process)
    return socket


async def attach(cluster: SimulatedCluster, call: Call) -> web.StreamResponse:
    """Shows what the container's own process writes from now on; a container with a terminal gets a shell."""
    pod, container, protocol = _place(cluster, call)
    socket = await _upgraded(call, protocol)
    channels = _Channels(socket, call)
    await channels.open()
    try:
        _check_streams(call, pod, container)
        spec = spec_of(pod, container) or {}
        if spec.get("tty") and spec.get("stdin") and flag(call, "stdin"):
            await channels.carry(cluster.shells.start(pod, container, ["sh"], tty=True, stdin=True))
            return socket
        lines = cluster.logs.open(
            pod, container, previous=False, since=None, tail=0, follow=True, timestamps=False, limit_bytes=None
        )
    except ApiError as error:
        await channels.end(_failed(error))
        return socket
    await channels.show(lines)
    return socket


def _place(cluster: SimulatedCluster, call: Call) -> tuple[Object, str, str]:
    """Pod, container and protocol. Raises NotFound and BadRequest."""
    pod = pod_of(cluster, call)
    container = container_of(pod, call.info.query.get("container", ""))
    if not pod["spec"].get("nodeName"):
        raise BadRequest(f"pod {call.info.name} does not have a host assigned")
    headers = call.request.headers
    upgrade = headers.get("Upgrade", "").lower()
    if "upgrade" not in headers.get("Connection", "").lower() or not upgrade:
        raise BadRequest("Upgrade request required")
    if upgrade != "websocket":
        raise BadRequest(f"{headers['Upgrade']} is not simulated: use a WebSocket with {' or '.join(_PROTOCOLS)}")
    offered = [word.strip() for word in headers.get("Sec-WebSocket-Protocol", "").split(",")]
    protocol = next((each for each in _PROTOCOLS if each in offered), "")
    if not protocol:
        raise web.HTTPForbidden(text="")
    return pod, container, protocol


async def _upgraded(call: Call, protocol: str) -> web.WebSocketResponse:
    socket = web.WebSocketResponse(protocols=(protocol,), max_msg_size=_LARGEST_FRAME, timeout=2)
    await socket.prepare(call.request)
    return socket


def _command(call: Call) -> list[str]:
    return call.request.rel_url.query.getall("command", [])


def _check_streams(call: Call, pod: Object, container: str) -> None:
    """What only the kubelet refuses, when the socket is open already. Raises InternalError."""
    if not any(flag(call, name) for name in ("stdin", "stdout", "stderr")):
        raise InternalError.of("unable to upgrade connection: you must specify at least 1 of stdin, stdout, stderr")
    status = status_of(pod, container) or {}
    if "running" not in status.get("state", {}):
        raise InternalError.of(f'unable to upgrade connection: container not found ("{container}")')


def _failed(error: ApiError) -> Object:
    status = error.status()
    return {name: value for name, value in status.items() if name not in ("kind", "apiVersion")}


def exit_status(code: int, command: Sequence[str], protocol: str | None) -> Object:
    """The Status of a command that has ended; what speaks v4 words it in another way than what speaks v5."""
    if code == 0:
        return {"metadata": {}, "status": "Success"}
    ended = f"command terminated with exit code {code}"
    if protocol != _V5:
        ended = f"error executing command [{' '.join(command)}], exit code {code}"
    return {
        "metadata": {},
        "status": "Failure",
        "message": f"command terminated with non-zero exit code: {ended}",
        "reason": "NonZeroExitCode",
        "details": {"causes": [{"reason": "ExitCode", "message": str(code)}]},
    }


class _Channels:
    """The frames of one socket."""

    def __init__(self, socket: web.WebSocketResponse, call: Call) -> None:
        self._socket = socket
        self._wanted = {
            channel for channel, name in ((STDIN, "stdin"), (STDOUT, "stdout"), (STDERR, "stderr")) if flag(call, name)
        }
        self._tty = flag(call, "tty")
        self._command = _command(call)

    async def open(self) -> None:
        """The empty frame that every server begins with."""
        await self._send(next((each for each in (STDOUT, STDERR) if each in self._wanted), STATUS), b"")

    async def carry(self, process: Process) -> None:
        """Passes bytes both ways until the command has ended; a client that goes away ends nothing.

        The end of a socket is the end of a pipe, but a terminal stays: as the kubelet and containerd have it.
        """
        reading = asyncio.create_task(self._read(process), name="input of a command")
        writing = asyncio.create_task(self._write(process), name="output of a command")
        try:
            await asyncio.wait({reading, writing}, return_when=asyncio.FIRST_COMPLETED)
            if writing.done():
                writing.result()
                await self.end(exit_status(await process.wait(), self._command, self._socket.ws_protocol))
        except ConnectionError:
            return
        finally:
            reading.cancel()
            writing.cancel()
            if not self._tty:
                await process.feed(b"")

    async def show(self, pieces: AsyncIterator[bytes]) -> None:
        """Sends a log as standard output until it ends or the client goes away."""
        writing = asyncio.create_task(self._pass_on(pieces), name="output of an attached container")
        listening = asyncio.create_task(self._wait_for_close(), name="client of an attached container")
        try:
            await asyncio.wait({writing, listening}, return_when=asyncio.FIRST_COMPLETED)
            if writing.done():
                writing.result()
                await self.end(exit_status(0, (), None))
        except ConnectionError:
            return
        finally:
            writing.cancel()
            listening.cancel()

    async def end(self, status: Object) -> None:
        """Sends the status and closes."""
        with suppress(ConnectionError):
            await self._send(STATUS, msgspec.json.encode(status))
            await self._socket.close()

    async def _send(self, channel: int, data: bytes) -> None:
        await self._socket.send_bytes(bytes((channel,)) + data)

    async def _pass_on(self, pieces: AsyncIterator[bytes]) -> None:
        async for piece in pieces:
            await self._output(STDOUT, piece)

    async def _output(self, channel: int, data: bytes) -> None:
        if channel in self._wanted:
            for start in range(0, len(data), _CHUNK):
                await self._send(channel, data[start : start + _CHUNK])

    async def _write(self, process: Process) -> None:
        output = process.output()
        async with aclosing(output):  # type: ignore[type-var]
            async for channel, data in output:
                await self._output(channel, data)

    async def _read(self, process: Process) -> None:
        async for message in self._socket:
            if message.type is WSMsgType.BINARY and message.data:
                await self._take(process, message.data[0], message.data[1:])

    async def _take(self, process: Process, channel: int, data: bytes) -> None:
        if channel == STDIN and data and STDIN in self._wanted:
            await process.feed(data)
        elif channel == CLOSE and data[:1] == b"\0" and self._socket.ws_protocol == _V5 and not self._tty:
            await process.feed(b"")
        elif channel == RESIZE:
            with suppress(msgspec.MsgspecError):
                size = msgspec.json.decode(data, type=_Size)
                await process.resize(max(1, min(size.Width, 65535)), max(1, min(size.Height, 65535)))

    async def _wait_for_close(self) -> None:
        async for _ in self._socket:
            pass


HANDLERS: Handlers = {
    ("get", "pods/exec"): run,
    ("create", "pods/exec"): run,
    ("get", "pods/attach"): attach,
    ("create", "pods/attach"): attach,
}
