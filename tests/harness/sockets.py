"""Sockets of a running Pilothouse, spoken to as a page does: bytes in binary frames, the rest as JSON."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import requests

from tests.harness.servers import Server

LIMIT_SECONDS = 20.0


class Socket:
    """An open socket. `output` is every byte that came, `messages` every message."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self.output = b""
        self.messages: list[dict[str, Any]] = []
        self.close_code: int | None = None

    async def tell(self, **message: Any) -> None:
        await self._socket.send_str(json.dumps(message))

    async def type(self, text: str) -> None:
        await self._socket.send_bytes(text.encode())

    async def until(self, text: str, *, acknowledge: bool = True) -> None:
        """Read until the output has `text` in it. Raises AssertionError when the socket closes first."""
        while text.encode() not in self.output:
            assert await self.read(acknowledge=acknowledge), f"closed before {text!r} came: {self.end}"

    async def until_message(self, kind: str) -> dict[str, Any]:
        """Read until a message of that type came; that message."""
        while not (found := [message for message in self.messages if message["type"] == kind]):
            assert await self.read() or self.messages, f"closed before {kind!r} came: {self.end}"
        return found[-1]

    async def until_closed(self) -> str:
        """Read to the end; the reason that was given."""
        while await self.read():
            pass
        return self.end

    async def read(self, *, acknowledge: bool = True) -> bool:
        """Take one frame; whether there was one."""
        message = await self._socket.receive(timeout=LIMIT_SECONDS)
        if message.type is aiohttp.WSMsgType.BINARY:
            self.output += message.data
            if acknowledge:
                await self.tell(drawn=len(self.output))
        elif message.type is aiohttp.WSMsgType.TEXT:
            self.messages.append(json.loads(message.data))
        else:
            self.close_code = self._socket.close_code
            return False
        return True

    @property
    def end(self) -> str:
        """The reason that the server gave; empty when it gave none."""
        return next((message["reason"] for message in self.messages if message["type"] == "end"), "")


@asynccontextmanager
async def socket(server: Server, path: str, session: requests.Session) -> AsyncIterator[Socket]:
    """Opens `path`, such as "/ws/changes/", with the cookies of a session that is signed in."""
    cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in session.cookies)
    headers = {"Origin": server.url, "Cookie": cookies}
    address = server.url.replace("http", "ws", 1) + path
    async with (
        asyncio.timeout(120),
        aiohttp.ClientSession() as client,
        client.ws_connect(address, headers=headers, max_msg_size=0) as opened,
    ):
        yield Socket(opened)
