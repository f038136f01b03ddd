"""The three pages for monitoring and nothing else, for processes that serve no people."""

from typing import Any

PATHS = frozenset(("/healthz", "/readyz", "/metrics"))


class StatusOnly:
    """Passes requests for the status pages on to `application`; for all others there is nothing here."""

    def __init__(self, application: Any) -> None:
        self._application = application

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """One connection, as https://asgi.readthedocs.io/en/latest/specs/www.html has it."""
        if scope["type"] == "http" and scope["path"] in PATHS:
            await self._application(scope, receive, send)
        elif scope["type"] == "http":
            await send({"type": "http.response.start", "status": 404, "headers": []})
            await send({"type": "http.response.body", "body": b""})
        else:
            await send({"type": "websocket.close"})
