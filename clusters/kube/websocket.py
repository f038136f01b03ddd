"""The client's end of a WebSocket, on a connection that an HTTP request has opened.

Whoever listens is called in the turn of the event loop in which a message comes, and what is sent goes out in the same:
libraries put a queue and a task between, which is much beside the time that the echo of a key takes.
"""

import asyncio
import base64
import hashlib
import secrets
from collections.abc import Callable, Mapping, Sequence

import aiohttp
from aiohttp.client_proto import ResponseHandler

from clusters.kube.errors import KubeError, NotKubernetes
from clusters.kube.frames import FrameReader, Opcode, masked_frame

_SALT = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
"""Of RFC 6455, section 4.2.2."""

Hear = Callable[[int, bytes], None]


class Handshake:
    """What a client says to open a WebSocket that speaks one of `protocols`, and whether the answer fits."""

    def __init__(self, protocols: Sequence[str]) -> None:
        self._key = base64.b64encode(secrets.token_bytes(16))
        self._protocols = protocols

    @property
    def headers(self) -> dict[str, str]:
        """Those of the request."""
        return {
            "Connection": "Upgrade",
            "Upgrade": "websocket",
            "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Key": self._key.decode(),
            "Sec-WebSocket-Protocol": ",".join(self._protocols),
        }

    def agreed(self, status: int, headers: Mapping[str, str], host: str) -> str:
        """Which protocol the answer has chosen. Raises NotKubernetes where it is no WebSocket, or speaks none."""
        proof = base64.b64encode(hashlib.sha1(self._key + _SALT, usedforsecurity=False).digest()).decode()
        if status != 101 or headers.get("Sec-WebSocket-Accept") != proof:
            raise NotKubernetes(f"What answers at {host} is not a Kubernetes API server.")
        protocol = headers.get("Sec-WebSocket-Protocol", "")
        if protocol not in self._protocols:
            raise NotKubernetes(f"{host} speaks none of {', '.join(self._protocols)}.")
        return protocol


class _Early:
    """What came before anybody listened."""

    def __init__(self) -> None:
        self.data = b""

    def feed_data(self, data: bytes) -> tuple[bool, bytes]:
        self.data += data
        return False, b""

    def feed_eof(self) -> None:
        pass


class WebSocket(asyncio.Protocol):
    """`hear` is called with the opcode and the bytes of each message, CLOSE last; pings are answered here.

    `error` says why it ended, where the server broke the rules.
    """

    def __init__(self, response: aiohttp.ClientResponse, protocol: str) -> None:
        """`response` has switched to `protocol`; from now on its connection is ours."""
        self.protocol = protocol
        self.closed = False
        self.error: KubeError | None = None
        self.hear: Hear = lambda opcode, payload: None
        self._response = response
        self._reader = FrameReader()
        self._writable = asyncio.Event()
        self._writable.set()
        self._transport: asyncio.Transport | None = None
        self._before: ResponseHandler | None = None

    def listen(self, hear: Hear) -> None:
        """Begins: also with what has come already, even where nothing comes any more."""
        self.hear = hear
        if self.closed:
            hear(Opcode.CLOSE, b"")
            return
        early = _Early()
        if connection := self._response.connection:
            self._transport, self._before = connection.transport, connection.protocol
        # It is a queue too, and false when it is empty.
        if self._before is not None:
            self._before.set_parser(early, None)
        if self._transport:
            self._transport.set_protocol(self)
        if early.data:
            self.data_received(early.data)
        if self._transport is None:
            self._end()

    @property
    def is_writable(self) -> bool:
        """Whether what is sent now leaves at once; never after the end."""
        return self._transport is not None and not self.closed and self._writable.is_set()

    def send(self, opcode: int, payload: bytes) -> None:
        """Sends a message, or nothing after the end and before anybody listens."""
        if self._transport and not self.closed:
            self._transport.write(masked_frame(opcode, payload))

    async def drain(self) -> None:
        """Returns when the network has taken enough of what was sent."""
        await self._writable.wait()

    def pause_reading(self) -> None:
        if self._transport and not self.closed:
            self._transport.pause_reading()

    def resume_reading(self) -> None:
        if self._transport and not self.closed:
            self._transport.resume_reading()

    def close(self) -> None:
        """Ends the connection. Nobody waits for the server's goodbye: API servers send none."""
        self.send(Opcode.CLOSE, b"")
        self._response.close()
        self._end()

    # ---------- Called by the transport ----------

    def data_received(self, data: bytes) -> None:
        try:
            for opcode, payload in self._reader.feed(data):
                self._heard(opcode, payload)
        except KubeError as error:
            self.error = error
            self._response.close()
            self._end()

    def connection_lost(self, exc: Exception | None) -> None:
        self._end()
        # Its connector waits for this when it is closed.
        if self._before is not None:
            self._before.connection_lost(exc)

    def pause_writing(self) -> None:
        self._writable.clear()

    def resume_writing(self) -> None:
        self._writable.set()

    def _heard(self, opcode: int, payload: bytes) -> None:
        if opcode == Opcode.PING:
            self.send(Opcode.PONG, payload)
        elif opcode == Opcode.CLOSE:
            self.send(Opcode.CLOSE, payload)
            self._end()
        elif opcode != Opcode.PONG and not self.closed:
            self.hear(opcode, payload)

    def _end(self) -> None:
        self._writable.set()
        if not self.closed:
            self.closed = True
            self.hear(Opcode.CLOSE, b"")
