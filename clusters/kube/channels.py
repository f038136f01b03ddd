"""A command in a container: exec over a WebSocket, bytes in and bytes out, untouched.

The first byte of a frame names its channel. Protocols v5 and v4 of
https://github.com/kubernetes/apimachinery/blob/master/pkg/util/remotecommand/constants.go
"""

import asyncio
import re
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from enum import IntEnum

import msgspec

from clusters.kube.client import Client
from clusters.kube.errors import KubeError, NotKubernetes, Unreachable, printable
from clusters.kube.frames import Opcode
from clusters.kube.paths import object_path
from clusters.kube.websocket import WebSocket

LARGEST_SCREEN = 500
"""Columns or rows. The API server stops heeding sizes for good after one that it cannot read, so none is sent above."""

_V5, _V4 = "v5.channel.k8s.io", "v4.channel.k8s.io"
PROTOCOLS = (_V5, _V4)
"""Which are offered, the best first."""

_RUNTIME = "OCI runtime exec failed: "
_NO_PROGRAM = re.compile(r"executable file (`[^`]*` )?not found")
"""As runc and crun write it."""

_PING_SECONDS = 25.0
_FRAME_LIMIT = 32 * 1024
_LAST_WORDS = 2.0
_MOST_WAITING = 256 * 1024
"""Bytes of output that wait for whoever iterates; then nothing more is read."""


class Channel(IntEnum):
    """The channels of a frame's first byte; CLOSE is new in v5 and carries the number of the channel it closes."""

    STDIN = 0
    STDOUT = 1
    STDERR = 2
    STATUS = 3
    RESIZE = 4
    CLOSE = 255


_STDIN = bytes([Channel.STDIN])
_OUTPUT = (Channel.STDOUT, Channel.STDERR)

Offer = Callable[[bytes], bool]
"""Takes a piece of output, or returns False where something stands in its way."""


class _Cause(msgspec.Struct):
    reason: str = ""
    message: str = ""


class _Details(msgspec.Struct):
    causes: list[_Cause] | None = None


class _Status(msgspec.Struct):
    status: str = ""
    message: str = ""
    details: _Details | None = None


def within_screen(cells: int) -> int:
    """That many columns or rows, or the nearest number that a screen may have."""
    return max(1, min(cells, LARGEST_SCREEN))


def open_exec(
    client: Client,
    *,
    namespace: str,
    pod: str,
    container: str,
    command: Sequence[str],
    stdin: bool = True,
    tty: bool = False,
) -> AbstractAsyncContextManager["ExecStream"]:
    """Starts `command` in a container. With a TTY there is no separate stderr.

    Leaving closes the socket, which ends nothing in the container: end the command first. Raises the KubeError of a
    refused upgrade, such as Forbidden or NotFound, and BadRequest for a name that is none.
    """
    path = object_path("", "v1", "pods", namespace, pod, "exec")
    words = [("command", word) for word in command]
    return _opened(client, path, [*_streams(container, stdin=stdin, tty=tty), *words])


def open_attach(
    client: Client, *, namespace: str, pod: str, container: str, stdin: bool, tty: bool
) -> AbstractAsyncContextManager["ExecStream"]:
    """Joins the process that the container was made for; `stdin` and `tty` are to be as its spec has them.

    Leaving leaves the process alone. Raises as `open_exec` does.
    """
    path = object_path("", "v1", "pods", namespace, pod, "attach")
    return _opened(client, path, _streams(container, stdin=stdin, tty=tty))


def _streams(container: str, *, stdin: bool, tty: bool) -> list[tuple[str, str]]:
    """https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/#get-connect-get-requests-to-exec-of-pod"""
    params = [("container", container), ("stdout", "true"), ("stdin", str(stdin).lower())]
    return [*params, ("tty", "true") if tty else ("stderr", "true")]


@asynccontextmanager
async def _opened(client: Client, path: str, params: Sequence[tuple[str, str]]) -> AsyncIterator["ExecStream"]:
    async with client.upgrade(path, params, PROTOCOLS) as socket:
        stream = ExecStream(socket, client.host)
        stream.listen()
        pings = asyncio.create_task(stream.ping_for_ever(), name=f"pings to {client.host}")
        try:
            yield stream
        finally:
            pings.cancel()
            # Awaiting it would raise its cancellation, which nobody could tell from our own.
            await asyncio.wait({pings})


class ExecStream:
    """Iterate for `(channel, data)` of STDOUT and STDERR until the command has ended; then see `status` and `reason`.

    Reading and writing may go on in different tasks.
    """

    def __init__(self, socket: WebSocket, host: str) -> None:
        self.offer: Offer | None = None
        """Is given output in the turn of the event loop in which it comes, where somebody iterates and nothing waits
        for him; what it does not take, he gets."""
        self.status: int | None = None
        """The exit code; None while the command runs and when its end is unknown (cut off, or never started)."""
        self.reason = ""
        """What the server said when it failed."""
        self.has_no_program = False
        """Whether that is because the program is not in the image."""
        self._socket = socket
        self._host = host
        self._ended = False
        self._waiting: deque[tuple[Channel, bytes]] = deque()
        self._size = 0
        self._came = asyncio.Event()
        self._is_awaited = self._is_sending = False
        self._error: KubeError | None = None

    def listen(self) -> None:
        """From now on output comes."""
        self._socket.listen(self._hear)

    @property
    def has_ended(self) -> bool:
        """Whether the server has said that the command ended."""
        return self._ended

    @property
    def can_close_stdin(self) -> bool:
        """Whether `close_stdin` is possible: only v5 of the protocol knows it."""
        return self._socket.protocol == _V5

    def __aiter__(self) -> AsyncIterator[tuple[Channel, bytes]]:
        return self._output()

    async def send_stdin(self, data: bytes) -> None:
        """Writes to the command; waits while the network is full. Raises Unreachable when the socket is closed."""
        self._is_sending = True
        try:
            for start in range(0, len(data), _FRAME_LIMIT):
                await self._send(Channel.STDIN, data[start : start + _FRAME_LIMIT])
        finally:
            self._is_sending = False

    def send_stdin_now(self, data: bytes) -> bool:
        """Writes to the command, unless that means to wait; whether it did."""
        if self._is_sending or not self._socket.is_writable or len(data) > _FRAME_LIMIT:
            return False
        self._socket.send(Opcode.BINARY, _STDIN + data)
        return True

    async def close_stdin(self) -> None:
        """Lets the command see the end of its input. Raises NotKubernetes where the server only speaks v4."""
        if not self.can_close_stdin:
            raise NotKubernetes(f"{self._host} cannot close the input of a command: it speaks only {_V4}.")
        await self._send(Channel.CLOSE, bytes([Channel.STDIN]))

    def resize(self, columns: int, rows: int) -> None:
        """Tells the terminal its size, brought into 1 to 500, before whatever is written later; `drain` may follow.

        That of a command which has ended is nobody's concern.
        """
        size = {"Width": within_screen(columns), "Height": within_screen(rows)}
        self._socket.send(Opcode.BINARY, bytes([Channel.RESIZE]) + msgspec.json.encode(size))

    async def drain(self) -> None:
        """Returns when the network has taken enough of what was written."""
        await self._socket.drain()

    async def ping_for_ever(self) -> None:
        """Keeps idle proxies from cutting the socket, and lets TCP notice a server that is gone."""
        while not self._socket.closed:
            await asyncio.sleep(_PING_SECONDS)
            self._socket.send(Opcode.PING, b"")

    async def _send(self, channel: Channel, data: bytes) -> None:
        if self._socket.closed:
            raise Unreachable("The command has ended.")
        self._socket.send(Opcode.BINARY, bytes([channel]) + data)
        await self._socket.drain()

    async def _output(self) -> AsyncGenerator[tuple[Channel, bytes], None]:
        while await self._has_come():
            channel, data = self._waiting.popleft()
            if self._size >= _MOST_WAITING > self._size - len(data):
                self._socket.resume_reading()
            self._size -= len(data)
            yield channel, data
        if self._error:
            raise self._error

    async def _has_come(self) -> bool:
        """Waits for output, after the status for 2 s at most; False where none comes any more."""
        while not self._waiting:
            if self._socket.closed or self._error:
                return False
            self._came.clear()
            self._is_awaited = True
            try:
                async with asyncio.timeout(_LAST_WORDS if self._ended else None):
                    await self._came.wait()
            except TimeoutError:
                return False
            finally:
                self._is_awaited = False
        return True

    def _hear(self, opcode: int, frame: bytes) -> None:
        if opcode == Opcode.BINARY and frame:
            self._take(frame[0], frame[1:])
            return
        if opcode == Opcode.TEXT:
            self._error = NotKubernetes(f"{self._host} sent text where bytes are due.")
        elif opcode == Opcode.CLOSE:
            self._error = self._error or self._socket.error
        self._came.set()

    def _take(self, channel: int, data: bytes) -> None:
        if not data:
            return
        if channel == Channel.STATUS:
            self._take_status(data)
            self._came.set()
        elif channel in _OUTPUT and not (self.offer and self._is_prompt and self.offer(data)):
            self._waiting.append((Channel(channel), data))
            self._size += len(data)
            if self._size >= _MOST_WAITING:
                self._socket.pause_reading()
            self._came.set()

    @property
    def _is_prompt(self) -> bool:
        """Whether nothing is before what comes now, with him who iterates either."""
        return self._is_awaited and not self._waiting

    def _take_status(self, data: bytes) -> None:
        self._ended = True
        try:
            status = msgspec.json.decode(data, type=_Status)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            self.reason = "The server's word on how the command ended cannot be read."
            return
        if status.status == "Success":
            self.status = 0
            return
        # What comes before that says three times that there was an error, and leaves no room to say which.
        said = status.message.rpartition(_RUNTIME)[2]
        self.reason = printable(said, 256)
        self.has_no_program = _NO_PROGRAM.search(said) is not None
        for cause in (status.details.causes or []) if status.details else []:
            if cause.reason == "ExitCode" and cause.message.isascii() and cause.message.isdigit():
                self.status = int(cause.message[:5])
