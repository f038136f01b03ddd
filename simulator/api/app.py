"""The way of a request: who asks, what for, may he, and then the handler."""

import logging
from collections.abc import Awaitable, Callable

from aiohttp import web

from simulator.api import deleting, exec, logs, metrics, proxying, reading, reviews, scale, tokens, watching, writing
from simulator.api.authentication import authenticate, impersonated
from simulator.api.discovery import groups_of
from simulator.api.paths import answer_path, unknown
from simulator.api.rbac import Attributes, check
from simulator.api.responses import error_response
from simulator.api.routing import Call, Handler, Handlers, RequestInfo, request_info
from simulator.cluster import SimulatedCluster
from simulator.errors import ApiError, InternalError, MethodNotAllowed, NotFound
from simulator.kinds import NAMESPACES, Kind

logger = logging.getLogger(__name__)

_LIMIT = 8 * 1024 * 1024
"""Bytes of a request's body; objects of the real server may have 3 MiB, as their patches may."""

HANDLERS: Handlers = {
    **reading.HANDLERS,
    **watching.HANDLERS,
    **reviews.HANDLERS,
    **metrics.HANDLERS,
    **writing.HANDLERS,
    **deleting.HANDLERS,
    **scale.HANDLERS,
    **tokens.HANDLERS,
    **logs.HANDLERS,
    **exec.HANDLERS,
    **proxying.HANDLERS,
}


def application(cluster: SimulatedCluster) -> web.Application:
    """The API of `cluster`."""

    async def handle(request: web.Request) -> web.StreamResponse:
        return await answer(cluster, request)

    app = web.Application(client_max_size=_LIMIT, middlewares=[_errors])
    app.router.add_route("*", "/{path:.*}", handle)
    return app


async def answer(cluster: SimulatedCluster, request: web.Request) -> web.StreamResponse:
    """Answers a request. Raises ApiError."""
    info = request_info(request.method, request.rel_url.raw_path, request.query)
    user = impersonated(cluster, request, authenticate(cluster, request))
    check(cluster.storage, user, Attributes.of(info))
    call = Call(request, info, user, cluster.find_kind(info.group, info.version, info.resource))
    if not info.resource:
        return await answer_path(cluster, call)
    if info.group and info.group not in groups_of(cluster.kinds()):
        return unknown()
    return await handler_of(call)(cluster, call)


def handler_of(call: Call) -> Handler:
    """The handler of a resource. Raises NotFound and MethodNotAllowed."""
    info, kind = call.info, call.kind
    _check_place(kind, info)
    if info.subresource:
        if info.subresource not in kind.subresources:
            raise NotFound.resource()
        path = f"{kind.plural}/{info.subresource}"
        keys = ((info.verb, path), ("*", path), (info.verb, f"*/{info.subresource}"))
        handler = next((HANDLERS[key] for key in keys if key in HANDLERS), None)
    else:
        handler = HANDLERS.get((info.verb, kind.resource)) or HANDLERS.get((info.verb, ""))
    if handler is None or (info.verb not in kind.verbs and not info.subresource):
        raise MethodNotAllowed
    return handler


def _check_place(kind: Kind, info: RequestInfo) -> None:
    """Raises when the kind is not where the path says: within a namespace or not."""
    if kind is NAMESPACES or (kind.namespaced and info.namespace):
        return
    if info.namespace or (kind.namespaced and info.name and info.verb not in ("list", "watch")):
        raise NotFound.resource()
    if kind.namespaced and info.verb not in ("list", "watch"):
        raise MethodNotAllowed


@web.middleware
async def _errors(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    try:
        return await handler(request)
    except ApiError as error:
        return error_response(error)
    except web.HTTPException:
        raise
    except ConnectionError:
        if request.transport is None or request.transport.is_closing():
            return web.Response()  # which nobody gets any more; aiohttp would log the error
        raise
    except Exception:
        logger.exception("%s %s failed", request.method, request.path)
        return error_response(InternalError.of("the simulator has a fault here; see its log"))
