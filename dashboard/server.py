"""One process that serves pages and sockets and, where told to, watches the clusters: Daphne with a clean end.

Import this before anything else imports Twisted's reactor: `daphne.server` installs the one that runs on asyncio.
"""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from asgiref.typing import ASGI3Application
from daphne.endpoints import build_endpoint_description_strings
from daphne.server import Server as Daphne
from daphne.ws_protocol import WebSocketProtocol
from twisted.internet import defer, reactor

from clusters import tasks, threads, turns
from clusters.clients import close_clients
from clusters.streams.feeds import close_feeds
from dashboard import backpressure, broken_answers, compression
from dashboard.prompt import EXTENSION, PromptProtocol

Companion = Callable[[asyncio.Event], Coroutine[Any, Any, None]]

RESTARTING = 4503
"""Close code of sockets when the server ends; the browser connects again by itself. 1012 is not ours to send."""

FAREWELL_SECONDS = 5.0
MAX_MESSAGE = 64 * 1024


class CannotListen(Exception):
    """The address is taken or not ours."""


class Server(Daphne):  # type: ignore[misc]  # Daphne has no types
    """Serves `application` on host and port until SIGTERM or SIGINT.

    `beside(stop)` runs in the same event loop; it must end soon after `stop` is set. `listening(host, port)` is called
    once the port is open. Pings go out every 20 s, and a browser that does not answer for 30 s is cut. A message from
    a browser is at most 64 KiB.
    """

    def __init__(
        self,
        application: ASGI3Application,
        *,
        host: str,
        port: int,
        listening: Callable[[str, int], None],
        beside: Companion | None = None,
    ) -> None:
        super().__init__(
            application,
            endpoints=build_endpoint_description_strings(host=host, port=port),
            http_timeout=120,
            websocket_timeout=-1,
            ping_interval=20,
            ping_timeout=30,
            websocket_max_message_size=MAX_MESSAGE,
            websocket_max_frame_size=MAX_MESSAGE,
            server_name="",
            # Sends Twisted's own complaints to our logs instead of nowhere.
            verbosity=2,
        )
        self._listening = listening
        self._beside = beside
        self._stop = asyncio.Event()
        self._loop = reactor._asyncioEventloop
        self._companion: asyncio.Task[None] | None = None
        self._failure = ""

    def run(self) -> None:
        """Serve until told to stop. Raises CannotListen with the reason."""
        # Not callWhenRunning: that comes before the event loop runs, and a task needs it.
        self._loop.call_soon(self._start_companion)
        turns.settle()
        super().run()
        threads.close()
        if self._failure:
            raise CannotListen(self._failure)

    def listen_success(self, port: Any) -> None:
        super().listen_success(port)
        # Daphne makes its factories as late as in `run`.
        broken_answers.settle(self.http_factory)
        self.ws_factory.protocol = compression.Protocol
        self.ws_factory.setProtocolOptions(perMessageCompressionAccept=compression.accept)
        self._port = port
        self._listening(port.getHost().host, port.getHost().port)

    def listen_error(self, failure: Any) -> None:
        self._failure = failure.getErrorMessage()
        self.stop()

    def create_application(self, protocol: Any, scope: dict[str, Any]) -> Any:
        """Called by Daphne for each request and each socket; of a socket the application may know its protocol."""
        if isinstance(protocol, PromptProtocol):
            scope["extensions"] = {**scope.get("extensions", {}), EXTENSION: protocol}
        return super().create_application(protocol, scope)

    async def handle_reply(self, protocol: Any, message: dict[str, Any]) -> None:
        """Daphne's way from the application to the wire, made to wait for slow readers."""
        backpressure.before(protocol, message)
        await super().handle_reply(protocol, message)
        await backpressure.after(protocol, message)

    def kill_all_applications(self) -> Any:
        """Called by Daphne before the reactor stops, which waits for the result."""
        return defer.Deferred.fromFuture(asyncio.ensure_future(self._farewell()))

    def _start_companion(self) -> None:
        if self._beside:
            self._companion = tasks.guarded("watching", self._beside(self._stop))

    async def _farewell(self) -> None:
        """No new connections; sockets are closed with a code that says why, then what is left is cancelled."""
        self._stop.set()
        if hasattr(self, "_port"):
            self._port.stopListening()
        for protocol in list(self.connections):
            if isinstance(protocol, WebSocketProtocol) and protocol.state == protocol.STATE_OPEN:
                protocol.serverClose(RESTARTING)
        running = [future for future in map(_application, self.connections.values()) if future and not future.done()]
        waited_for = [*running, *([self._companion] if self._companion else [])]
        if waited_for:
            await asyncio.wait(waited_for, timeout=FAREWELL_SECONDS)
        await tasks.stop(waited_for)
        await close_feeds()
        await close_clients()


def _application(details: dict[str, Any]) -> "asyncio.Task[None] | None":
    """A connection that is between two requests has no application."""
    return details.get("application_instance")
