"""The WebSocket of exec and attach, frame by frame, without a client of ours in between."""

import asyncio
import base64
import json
import ssl
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import yaml

V5, V4 = "v5.channel.k8s.io", "v4.channel.k8s.io"
STDIN, STDOUT, STDERR, STATUS, RESIZE, CLOSE = 0, 1, 2, 3, 4, 255
SECONDS = 20.0
"""How long a frame may take; far more than it does."""


class ExecSocket:
    """One open socket."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket

    @property
    def protocol(self) -> str | None:
        """What the server chose."""
        return self._socket.protocol

    async def send(self, channel: int, data: bytes) -> None:
        """One frame."""
        await self._socket.send_bytes(bytes([channel]) + data)

    async def frame(self) -> tuple[int, bytes]:
        """The next frame."""
        async with asyncio.timeout(SECONDS):
            data = await self._socket.receive_bytes()
        return data[0], data[1:]

    async def until(self, text: bytes) -> bytes:
        """Output until `text` is in it."""
        seen = b""
        while text not in seen:
            channel, data = await self.frame()
            assert channel in (STDOUT, STDERR), (channel, data, seen)
            seen += data
        return seen

    async def rest(self) -> dict[int, bytes]:
        """All bytes of each channel until the socket closes."""
        found: dict[int, bytes] = {}
        async with asyncio.timeout(SECONDS):
            async for message in self._socket:
                assert message.type is aiohttp.WSMsgType.BINARY, message
                found[message.data[0]] = found.get(message.data[0], b"") + message.data[1:]
        return found

    async def status(self) -> Any:
        """The Status object at the end."""
        return json.loads((await self.rest())[STATUS])


class Refused(Exception):
    """The socket was not opened; with the HTTP status and the body."""

    def __init__(self, code: int, body: bytes) -> None:
        super().__init__(code, body)
        self.code = code
        self.body = body


@asynccontextmanager
async def exec_socket(
    kubeconfig: Path, path: str, query: Sequence[tuple[str, str]], protocols: Sequence[str] = (V5,), method: str = "GET"
) -> AsyncIterator[ExecSocket]:
    """Opens the socket as the first user of the kubeconfig. Raises Refused."""
    cluster, user = _connection(kubeconfig)
    context = ssl.create_default_context(cadata=base64.b64decode(cluster["certificate-authority-data"]).decode())
    headers = {"Authorization": f"Bearer {user['token']}"}
    async with aiohttp.ClientSession(headers=headers, connector=aiohttp.TCPConnector(ssl=context)) as session:
        try:
            async with session.ws_connect(
                cluster["server"] + path, params=list(query), protocols=protocols, method=method
            ) as socket:
                yield ExecSocket(socket)
        except aiohttp.WSServerHandshakeError as error:
            raise Refused(error.status, error.message.encode()) from None


def _connection(kubeconfig: Path) -> tuple[Any, Any]:
    config = yaml.safe_load(kubeconfig.read_text())
    return config["clusters"][0]["cluster"], config["users"][0]["user"]
