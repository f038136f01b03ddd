"""Faults that answer a request in the server's place, or change what it is asked."""

import asyncio
import socket
import struct
from collections.abc import Callable, Mapping
from typing import NoReturn

from aiohttp import web
from multidict import CIMultiDict

from simulator.api.responses import error_response
from simulator.errors import ApiError, Expired, InternalError, NotAcceptable, ServiceUnavailable, Timeout
from simulator.errors import TooManyRequests as TooMany
from simulator.faults.faults import Parameters

_PAGE = "<!doctype html><html><head><title>Sign in</title></head><body><h1>Sign in to continue</h1></body></html>"
_TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io"
_TOO_OLD = (
    "The provided continue parameter is too old to display a consistent list result. You can start a new list without "
    "the continue parameter."
)


async def gone(request: web.Request, parameters: Parameters) -> NoReturn:
    """410, as for a version that is forgotten."""
    raise Expired("too old resource version: 1 (2)")


async def gone_on_continue(request: web.Request, parameters: Parameters) -> NoReturn:
    """410, as for a continue token that was left too long."""
    raise Expired(_TOO_OLD)


async def too_large_version(request: web.Request, parameters: Parameters) -> NoReturn:
    """504, as from a server that was restored from an older backup."""
    raise Timeout.too_large_version(2**62, 1)


async def too_many_requests(request: web.Request, parameters: Parameters) -> NoReturn:
    """429 with Retry-After."""
    seconds = int(parameters["retry_after"])
    words = "too many requests, please try again later"
    raise TooMany(words, details={"retryAfterSeconds": seconds}, headers={"Retry-After": str(seconds)})


async def unavailable(request: web.Request, parameters: Parameters) -> NoReturn:
    """503, as from a server that is starting or a load balancer without one; with Retry-After where that is not 0."""
    seconds = int(parameters["retry_after"])
    headers = {"Retry-After": str(seconds)} if seconds else {}
    raise ServiceUnavailable("the server is currently unable to handle the request", headers=headers)


async def server_error(request: web.Request, parameters: Parameters) -> NoReturn:
    """500."""
    raise InternalError.of("etcdserver: leader changed")


async def not_acceptable(request: web.Request, parameters: Parameters) -> NoReturn:
    """406."""
    raise NotAcceptable("only the following media types are accepted: application/yaml")


async def web_page(request: web.Request, parameters: Parameters) -> web.Response:
    """The page of a sign-in proxy, with 200."""
    return web.Response(text=_PAGE, content_type="text/html")


async def tables(request: web.Request, parameters: Parameters) -> web.Request:
    """Tables, whatever the client accepts."""
    headers = CIMultiDict(request.headers)
    headers["Accept"] = _TABLE
    return request.clone(headers=headers)


async def no_bookmarks(request: web.Request, parameters: Parameters) -> web.Request:
    """As if bookmarks had not been asked for."""
    return _without(request, "allowWatchBookmarks")


async def no_streaming_lists(request: web.Request, parameters: Parameters) -> web.Request:
    """Refuses the parameter, as a server does whose feature gate is off, or overlooks it, as one that is older."""
    if parameters["how"] == "refuse":
        raise _NotEnabled("sendInitialEvents is forbidden for watch unless the WatchList feature gate is enabled")
    return _without(request, "sendInitialEvents", "resourceVersionMatch")


class _NotEnabled(ApiError):
    code, reason = 422, "Invalid"


async def reset(request: web.Request, parameters: Parameters) -> NoReturn:
    """RST in place of an answer."""
    raise reset_connection(request)


async def silence(request: web.Request, parameters: Parameters) -> NoReturn:
    """No answer, for as long as the client waits."""
    await asyncio.Event().wait()
    raise AssertionError


async def slow(request: web.Request, parameters: Parameters) -> web.Request:
    """The answer, later."""
    await asyncio.sleep(float(parameters["seconds"]))
    return request


async def refuse_upgrade(request: web.Request, parameters: Parameters) -> web.Response:
    """A code in place of 101."""
    return _UPGRADES[int(parameters["code"])]()


def _redirect() -> web.Response:
    return web.Response(status=302, headers={"Location": "https://127.0.0.1:1/elsewhere"})


def _forbidden() -> web.Response:
    return error_response(_Forbidden("exec is not allowed here", details={}))


class _Forbidden(ApiError):
    code, reason = 403, "Forbidden"


def _failed() -> web.Response:
    return error_response(InternalError.of("error executing command in container: container not running"))


_UPGRADES: Mapping[int, Callable[[], web.Response]] = {302: _redirect, 403: _forbidden, 500: _failed}


def _without(request: web.Request, *names: str) -> web.Request:
    left = [(name, value) for name, value in request.query.items() if name not in names]
    return request.clone(rel_url=request.rel_url.with_query(left))


class Severed(ConnectionResetError):
    """A fault has ended the connection or the body; whoever still writes to it is to stop."""


def reset_connection(request: web.Request) -> Severed:
    """Ends the connection with RST, whatever was still to be sent; returns what the handler is to raise."""
    if request.transport:
        kept: socket.socket = request.transport.get_extra_info("socket")
        kept.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        request.transport.abort()
    return Severed()
