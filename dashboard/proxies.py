"""Who really asked, where trusted reverse proxies stand before us."""

import re
from ipaddress import ip_address

from asgiref.typing import ASGI3Application, ASGIReceiveCallable, ASGISendCallable, Scope

# Some proxies add the port that the client came from.
_WITH_PORT = re.compile(r"\[([^]]*)\](?::\d+)?|([^:]*):\d+")


class TrustedProxies:
    """Puts the address and scheme that the outermost trusted proxy saw into the scope.

    Each proxy appends the address that it saw to X-Forwarded-For, so that only the last `count` entries can be
    believed: the first of these is the client. X-Forwarded-Proto must be set, not passed on, by the proxy. With
    `count` 0 both headers are ignored, since anyone could have sent them. An entry that is no address leaves the
    connection's own.
    """

    def __init__(self, application: ASGI3Application, count: int) -> None:
        self.application = application
        self.count = count

    async def __call__(self, scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
        if self.count and scope["type"] in ("http", "websocket"):
            scope = self._believed(scope)
        await self.application(scope, receive, send)

    def _believed(self, scope: Scope) -> Scope:
        chain = _entries(scope, b"x-forwarded-for")
        schemes = _entries(scope, b"x-forwarded-proto")
        believed = dict(scope)
        if len(chain) >= self.count and (address := _address(chain[-self.count])):
            believed["client"] = (address, 0)
        if schemes and schemes[-1] in ("http", "https"):
            secure = schemes[-1] == "https"
            believed["scheme"] = ("wss" if secure else "ws") if scope["type"] == "websocket" else schemes[-1]
        return believed  # type: ignore[return-value]  # a copy of the scope with two values of the same types


def _address(entry: str) -> str:
    """The IP address of an entry such as `192.0.2.7:4711` or `[2001:db8::7]:4711`; empty where it is none."""
    bare = _WITH_PORT.fullmatch(entry)
    try:
        # PostgreSQL keeps no zone (fe80::1%eth0).
        return "" if "%" in entry else str(ip_address(bare[1] or bare[2] if bare else entry))
    except ValueError:
        return ""


def _entries(scope: Scope, name: bytes) -> list[str]:
    values = [value.decode("latin-1") for header, value in scope["headers"] if header == name]  # type: ignore[typeddict-item]
    return [entry.strip() for value in values for entry in value.split(",") if entry.strip()]
