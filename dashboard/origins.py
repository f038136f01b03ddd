"""Which web pages may open our sockets.

A browser sends cookies with a socket that any page opens, and the answer is not guarded by CORS: the Origin header
(RFC 6455, section 10.2) is what tells our own page from another. Channels' AllowedHostsOriginValidator lets another
port and scheme pass, and with wildcard hosts everything.
"""

import logging

from asgiref.typing import ASGI3Application, ASGIReceiveCallable, ASGISendCallable, Scope, WebSocketScope
from channels.security.websocket import WebsocketDenier
from django.conf import settings
from django.http.request import split_domain_port, validate_host

from dashboard.env import normal_origin

logger = logging.getLogger(__name__)


class OriginCheck:
    """Passes a socket on only where it comes from one of PILOTHOUSE_ORIGINS.

    Without that list the page must have the scheme, host and port that the socket itself was opened with, and the host
    must be one of ALLOWED_HOSTS. Otherwise the handshake is answered with 403 and the application never runs.
    """

    def __init__(self, application: ASGI3Application) -> None:
        self.application = application

    async def __call__(self, scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
        if scope["type"] != "websocket":
            raise ValueError(f"OriginCheck guards sockets, not {scope['type']}.")
        if not is_ours(scope):
            logger.warning("Refused a socket to %.200r: its Origin is not ours", scope["path"])
            await WebsocketDenier()(scope, receive, send)
            return
        await self.application(scope, receive, send)


def is_ours(scope: WebSocketScope) -> bool:
    """Whether the one Origin header of the handshake names a page of ours."""
    sent = _only(scope, b"origin")
    if sent is None or normal_origin(sent) != sent:
        return False
    if settings.PILOTHOUSE_ORIGINS:
        return sent in settings.PILOTHOUSE_ORIGINS
    host = _only(scope, b"host")
    if host is None or not validate_host(split_domain_port(host)[0], settings.ALLOWED_HOSTS):
        return False
    # Daphne itself speaks no TLS and leaves the scheme out; `dashboard.proxies` puts it in.
    scheme = "https" if scope.get("scheme") == "wss" else "http"
    return normal_origin(f"{scheme}://{host}") == sent


def _only(scope: WebSocketScope, name: bytes) -> str | None:
    """The value of a header that is there exactly once and is plain ASCII."""
    values = [value for header, value in scope["headers"] if header == name]
    if len(values) != 1 or not values[0].isascii():
        return None
    return values[0].decode("ascii")
