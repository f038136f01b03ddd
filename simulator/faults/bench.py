"""Where faults take hold of requests and bodies: one middleware, and one wrapper round what is written."""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from simulator.api.responses import error_response
from simulator.api.routing import RequestInfo, request_info
from simulator.errors import ApiError
from simulator.faults.answers import Severed
from simulator.faults.bodies import Stream
from simulator.faults.faults import Cause, kind_of
from simulator.kinds import Object

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

_REMEMBERED = 20_000


class _Exchange:
    """A request and its answer, while they last."""

    def __init__(self, info: RequestInfo) -> None:
        self.info = info
        self.stream: Stream | None = None
        self.handling: asyncio.Future[web.StreamResponse] | None = None
        self.is_ended = False

    def end(self) -> None:
        """Stop the handler; what it has sent is a whole answer."""
        self.is_ended = True
        if self.handling:
            self.handling.cancel()


_EXCHANGE = web.RequestKey("exchange", _Exchange)


class Bench:
    """The causes that are in force, the bodies that are on their way, and what was asked."""

    def __init__(self) -> None:
        self.causes: dict[int, Cause] = {}
        self.requests: deque[Object] = deque(maxlen=_REMEMBERED)
        self._open: set[_Exchange] = set()

    def fit(self, app: web.Application) -> None:
        """Put this around everything that `app` does; before it starts."""

        @web.middleware
        async def meddle(request: web.Request, handler: Handler) -> web.StreamResponse:
            return await self._pass(request, handler)

        app.middlewares.insert(0, meddle)
        app.on_response_prepare.append(self._prepare)

    async def cause(self, cause: Cause) -> None:
        """Put a cause in force; it takes hold of streams that are open at once."""
        self.causes[cause.id] = cause
        for exchange in list(self._open):
            if exchange.stream and cause.fault.body and cause.takes(exchange.info):
                cause.hits += 1
                await exchange.stream.take(cause.fault.body(cause.parameters))

    async def _pass(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        info = request_info(request.method, request.rel_url.raw_path, request.query)
        self._note(info)
        exchange = request[_EXCHANGE] = _Exchange(info)
        self._open.add(exchange)
        try:
            changed = await self._meddle(info, request)
            if isinstance(changed, web.StreamResponse):
                return changed
            return await self._answer(exchange, changed, handler)
        except ApiError as error:
            return error_response(error)
        except Severed:
            return exchange.stream.response if exchange.stream else web.Response()
        finally:
            self._open.discard(exchange)

    def _note(self, info: RequestInfo) -> None:
        noted = {"at": time.monotonic(), "verb": info.verb, "kind": kind_of(info), "query": dict(info.query)}
        self.requests.append(noted)

    async def _meddle(self, info: RequestInfo, request: web.Request) -> web.Request | web.StreamResponse:
        for cause in list(self.causes.values()):
            if cause.fault.request and cause.takes(info):
                cause.hits += 1
                changed = await cause.fault.request(request, cause.parameters)
                if isinstance(changed, web.StreamResponse):
                    return changed
                request = changed
        return request

    async def _answer(self, exchange: _Exchange, request: web.Request, handler: Handler) -> web.StreamResponse:
        exchange.handling = asyncio.ensure_future(handler(request))
        try:
            response = await exchange.handling
        except asyncio.CancelledError:
            if exchange.is_ended and exchange.stream:
                return exchange.stream.response
            raise
        if isinstance(response, web.Response) and any(self._body_causes(exchange.info)):
            return await _in_pieces(request, response)
        return response

    def _body_causes(self, info: RequestInfo) -> list[Cause]:
        """The causes that take hold of a body that begins: those of requests had their turn."""
        causes = self.causes.values()
        return [cause for cause in causes if cause.fault.body and not cause.fault.request and cause.takes(info)]

    async def _prepare(self, request: web.Request, response: web.StreamResponse) -> None:
        """Called by aiohttp before the headers go out."""
        exchange: _Exchange | None = request.get(_EXCHANGE)
        if exchange is None or isinstance(response, web.Response):
            return
        stream = exchange.stream = Stream(exchange.info, request, response)
        stream.end = exchange.end
        _wrap(stream, response)
        for cause in self._body_causes(exchange.info):
            if cause.fault.body:
                cause.hits += 1
                stream.take(cause.fault.body(cause.parameters))


def _wrap(stream: Stream, response: web.StreamResponse) -> None:
    """Lead what the handler writes through the stream."""
    wrapped: Any = response
    if isinstance(response, web.WebSocketResponse):
        stream.send = response.send_bytes
        wrapped.send_bytes = stream.write
    else:
        wrapped.write = stream.write


async def _in_pieces(request: web.Request, whole: web.Response) -> web.StreamResponse:
    """The same answer as a stream, so that faults can take hold of it."""
    headers = {name: value for name, value in whole.headers.items() if name.lower() != "content-length"}
    response = web.StreamResponse(status=whole.status, headers=headers)
    await response.prepare(request)
    body = whole.body
    if isinstance(body, bytes | bytearray):
        await response.write(bytes(body))
    await response.write_eof()
    return response
