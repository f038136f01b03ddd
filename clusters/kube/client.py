"""The connections to one API server. Paths come from `clusters.kube.paths`.

There is a limit on connecting and on silence, never on a whole answer: a list that still flows is not cut off.
"""

import asyncio
import base64
import socket
import ssl
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from types import TracebackType
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import aiofastnet
import aiohttp
import msgspec
from aiohappyeyeballs import AddrInfoType
from yarl import URL

from clusters.kube.connection import Connection
from clusters.kube.errors import BadCertificate, NotKubernetes, Unreachable, from_status
from clusters.kube.gathering import keep_little, resting
from clusters.kube.network_errors import in_words
from clusters.kube.renewed import RenewedFile, aside
from clusters.kube.tls import tls_context
from clusters.kube.websocket import Handshake, WebSocket

CONNECT_LIMIT = 10.0
"""Seconds until a connection, TLS included, must stand."""

SILENCE_LIMIT = 30.0
"""Seconds without a byte after which a plain request is given up."""

_BODY_LIMIT = 32 * 1024 * 1024
_LIST_LIMIT = 512 * 1024 * 1024
_ERROR_BODY_LIMIT = 64 * 1024
_PLAIN_LIMIT = 128
"""Connections for plain requests; those beyond wait for one that is free."""

_READ_BUFFER = 256 * 1024
_SMALL = 64 * 1024
_NOTHING: Mapping[str, str] = {}

Params = Mapping[str, str] | Sequence[tuple[str, str]]


class Client:
    """Speaks to the API server of `connection`. Use it as a context manager, or `close` it. One event loop only.

    Every method raises a KubeError when the server cannot be reached or answers with anything but success.
    """

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.host = urlsplit(connection.server).netloc
        self._proxy = urlsplit(connection.proxy_url).netloc.rpartition("@")[2]
        self._sessions: _Sessions | None = None
        self._opening = asyncio.Lock()
        self._token_file = RenewedFile(connection.token_file)
        self._ca_file = RenewedFile(connection.ca_file)
        self._authority = connection.ca_data
        self._context: ssl.SSLContext | bool | None = None
        self._closed = False

    async def __aenter__(self) -> "Client":
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Closes every connection: streams that are open, and whatever is asked afterwards, raise Unreachable."""
        self._closed = True
        if self._sessions:
            await self._sessions.close()

    async def get(self, path: str, **params: str) -> bytes:
        """The body of an object, at most 32 MiB."""
        return await self._exchange("GET", path, params)

    async def get_page(self, path: str, **params: str) -> bytes:
        """The body of a list or of a page of it, at most 512 MiB."""
        return await self._exchange("GET", path, params, most=_LIST_LIMIT)

    async def get_json(self, path: str, **params: str) -> Any:
        """The same, decoded. Raises NotKubernetes when it is no JSON."""
        body = await self.get(path, **params)
        try:
            return msgspec.json.decode(body)
        except msgspec.DecodeError:
            raise NotKubernetes(f"What answers at {self.host} does not speak JSON.") from None

    async def post(self, path: str, body: bytes, **params: str) -> bytes:
        """Creates an object from its JSON and returns the server's answer."""
        return await self._exchange("POST", path, params, body=body)

    async def patch(self, path: str, body: bytes, media: str = "application/merge-patch+json", **params: str) -> bytes:
        """Changes an object and returns it. `media` names the kind of patch."""
        return await self._exchange("PATCH", path, params, body=body, media=media)

    async def delete(self, path: str, body: bytes = b"", **params: str) -> bytes:
        """Deletes an object; `body` may hold DeleteOptions as JSON."""
        return await self._exchange("DELETE", path, params, body=body)

    async def version(self) -> str:
        """The server's version as kubectl prints it, such as "v1.35.4"."""
        match await self.get_json("/version"):
            case {"gitVersion": str(version)}:
                return version
        raise NotKubernetes(f"What answers at {self.host} is not a Kubernetes API server: it has no version.")

    @asynccontextmanager
    async def stream(
        self, path: str, params: Params, silence: float | None, *, rest: float = 0.0
    ) -> AsyncIterator[AsyncIterator[bytes]]:
        """The body in the pieces in which it arrives, for watches and logs.

        With `rest`, after a piece under 64 KiB nothing is read for so many seconds, and a near server is made to wait
        now and then, so that many small ones come together. Raises Unreachable after `silence` seconds without
        a byte (None: silence is normal, as in a quiet log).
        """
        response = await self._send("GET", path, params, silence=silence, encoding="identity", streams=True)
        if rest:
            keep_little(response)
        pieces = self._pieces(response, rest)
        try:
            yield pieces
        finally:
            await pieces.aclose()
            response.close()

    @asynccontextmanager
    async def upgrade(self, path: str, params: Params, protocols: Sequence[str]) -> AsyncIterator[WebSocket]:
        """A WebSocket that speaks one of `protocols`, for exec. Raises NotKubernetes when the server picks none."""
        handshake = Handshake(protocols)
        response = await self._send(
            "GET", path, params, silence=SILENCE_LIMIT, encoding="identity", more=handshake.headers, streams=True
        )
        try:
            socket = WebSocket(response, handshake.agreed(response.status, response.headers, self.host))
            try:
                yield socket
            finally:
                socket.close()
        finally:
            response.close()

    async def _exchange(
        self,
        method: str,
        path: str,
        params: Params,
        *,
        body: bytes = b"",
        media: str = "application/json",
        most: int = _BODY_LIMIT,
    ) -> bytes:
        response = await self._send(
            method,
            path,
            params,
            silence=SILENCE_LIMIT,
            encoding="gzip",
            body=body,
            more={"Content-Type": media} if body else {},
        )
        try:
            with in_words(self.host, self._proxy):
                return await _read(response, most)
        except OverflowError:
            raise Unreachable(f"An answer of {self.host} is larger than {most // 1024**2} MiB.") from None
        finally:
            response.release()

    async def _send(
        self,
        method: str,
        path: str,
        params: Params,
        *,
        silence: float | None,
        encoding: str,
        body: bytes = b"",
        more: Mapping[str, str] = _NOTHING,
        streams: bool = False,
    ) -> aiohttp.ClientResponse:
        headers = {**await self._headers(encoding), **more}
        sessions = await self._open()
        with in_words(self.host, self._proxy):
            return await (sessions.streams if streams else sessions.plain).request(
                method,
                self._url(path, params),
                headers=headers,
                data=body or None,
                timeout=_timeout(silence),
                **self._route(),
            )

    async def _pieces(self, response: aiohttp.ClientResponse, rest: float) -> AsyncGenerator[bytes, None]:
        while True:
            with in_words(self.host, self._proxy):
                piece = await response.content.readany()
            if not piece:
                return
            if rest and len(piece) < _SMALL:
                async with resting(response, rest):
                    yield piece
            else:
                yield piece

    async def _open(self) -> "_Sessions":
        async with self._opening:
            if not self._closed:
                await self._trust()
                # It may have been closed meanwhile.
                self._sessions = self._sessions or (None if self._closed else _Sessions())
        if self._closed or self._sessions is None:
            raise Unreachable(f"The connection to {self.host} was closed here: it has changed or is no longer used.")
        return self._sessions

    async def _trust(self) -> None:
        """Makes the TLS context for new connections, anew when the CA file has changed to one that can be used."""
        authority = await self._read_authority()
        if self._context is not None and authority == self._authority:
            return
        # What the file held at first is trusted where it was spoilt before this process began.
        for candidate in dict.fromkeys((authority, self.connection.ca_data)):
            try:
                self._context = await self._tls_context(candidate)
                break
            except (OSError, ValueError):
                if self._context is not None:
                    break
        else:
            raise BadCertificate("The certificates of this connection cannot be used.")
        self._authority = authority

    async def _read_authority(self) -> bytes | None:
        if not self.connection.ca_file:
            return self.connection.ca_data
        try:
            return await self._ca_file.content()
        except OSError:
            return self._authority

    async def _tls_context(self, authority: bytes | None) -> ssl.SSLContext | bool:
        if not self.connection.server.startswith("https:"):
            return True
        # Reading the system's CAs and locking a key take tens of milliseconds.
        return await aside(tls_context, replace(self.connection, ca_data=authority))

    def _url(self, path: str, params: Params) -> URL:
        query = urlencode(params, quote_via=quote)
        return URL(f"{self.connection.server}{path}" + (f"?{query}" if query else ""), encoded=True)

    async def _headers(self, encoding: str) -> dict[str, str]:
        """Every header that goes out, made anew for each request; nothing of a browser's request is passed on."""
        headers = {"Accept": "application/json, */*", "Accept-Encoding": encoding, "User-Agent": "pilothouse"}
        if authorization := await self._authorization():
            headers["Authorization"] = authorization
        return headers

    async def _authorization(self) -> str:
        connection = self.connection
        if connection.token_file:
            with in_words(self.host, self._proxy):
                token = await self._token_file.content()
            return f"Bearer {token.decode().strip()}"
        if connection.token:
            return f"Bearer {connection.token}"
        if connection.username:
            return "Basic " + base64.b64encode(f"{connection.username}:{connection.password}".encode()).decode()
        return ""

    def _route(self) -> dict[str, Any]:
        connection = self.connection
        return {
            "ssl": self._context,
            "server_hostname": connection.server_name or None,
            "proxy": connection.proxy_url or None,
        }


class _Sessions:
    """Two pools. Streams last, and whoever opens them holds to a limit of his own (`clusters.streams`: feeds, readings,
    downloads, shells; each kind of object has one watch): here they have none, and no plain request waits for one."""

    def __init__(self) -> None:
        # aiohttp asks the loop for its transports: these cost a third, TLS most of all.
        aiofastnet.patch_loop()
        self.plain = _session(_PLAIN_LIMIT)
        self.streams = _session(0)

    async def close(self) -> None:
        await asyncio.gather(self.plain.close(), self.streams.close())


async def _only_success(request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
    """Raises for every answer but success before aiohttp acts on it: redirects are not followed, upgrades neither."""
    response = await handler(request)
    is_page = response.content_type == "text/html"
    if response.status < 300 and not is_page:
        return response
    try:
        body = await _read(response, _ERROR_BODY_LIMIT)
    except OverflowError:
        body = b""
    finally:
        response.release()
    if response.status < 300:
        raise NotKubernetes(f"What answers at {request.url.authority} is a web page, not a Kubernetes API server.")
    raise from_status(response.status, body, response.headers)


async def _read(response: aiohttp.ClientResponse, most: int) -> bytes:
    """The whole body. Raises OverflowError when it is longer than `most` bytes."""
    pieces, size = [], 0
    while piece := await response.content.readany():
        pieces.append(piece)
        size += len(piece)
        if size > most:
            raise OverflowError
    return b"".join(pieces)


def _session(limit: int) -> aiohttp.ClientSession:
    """`limit` 0: as many connections as are asked for."""
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=limit, keepalive_timeout=60, socket_factory=_socket),
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=_timeout(SILENCE_LIMIT),
        middlewares=(_only_success,),
        read_bufsize=_READ_BUFFER,
    )


def _timeout(silence: float | None) -> aiohttp.ClientTimeout:
    return aiohttp.ClientTimeout(total=None, connect=CONNECT_LIMIT, sock_connect=CONNECT_LIMIT, sock_read=silence)


def _socket(address: AddrInfoType) -> socket.socket:
    """A socket that notices a peer that is gone: asks after 30 s of silence, gives up on unanswered data after 60 s."""
    family, kind, protocol, _, _ = address
    made = socket.socket(family, kind, protocol)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for option, value in (
        ("TCP_KEEPIDLE", 30),
        ("TCP_KEEPINTVL", 10),
        ("TCP_KEEPCNT", 3),
        ("TCP_USER_TIMEOUT", 60_000),
    ):
        if hasattr(socket, option):
            made.setsockopt(socket.IPPROTO_TCP, getattr(socket, option), value)
    return made
