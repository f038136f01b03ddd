"""The log of a container: the page, and the log as a file."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack
from dataclasses import replace

from asgiref.sync import sync_to_async
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from clusters.access import requires
from clusters.clients import client_for
from clusters.kube.errors import KubeError
from clusters.kube.paths import object_path
from clusters.models import Cluster, Pod, Role
from clusters.signals import client_address, log_closed, log_opened
from clusters.streams.requests import BadStreamRequest, LogRequest, log_request
from dashboard.consumers.activity import Opening, announced
from dashboard.details.lookup import check_names, find
from dashboard.details.streams import stream_page

SILENCE_SECONDS = 60.0
LENGTHS = ("100", "500", "2000", "10000", "all")
SINCE = {"": "Since the start", "5m": "Last 5 minutes", "15m": "Last 15 minutes", "1h": "Last hour", "1d": "Last day"}


@require_safe
@requires(Role.LOGS)
def logs(request: HttpRequest, cluster: Cluster, namespace: str, name: str) -> HttpResponse:
    """The whole state of the view is in the query; what can be asked of the server is checked here too."""
    row = find(request.user, Pod, cluster, name=name, namespace=namespace)
    page = stream_page(request, cluster, row, current="Logs")
    asked = _asked(namespace, name, {**request.GET.dict(), "container": page["container"]})
    return render(request, "pods/logs.html", page | {"asked": asked, "lengths": LENGTHS, "since": SINCE})


@require_safe
@requires(Role.LOGS)
async def file(request: HttpRequest, cluster: Cluster, namespace: str, name: str) -> HttpResponseBase:
    """The log as a file of any size, as it is now; with `times=1` each line has its moment."""
    check_names(name, namespace)
    asked = replace(_asked(namespace, name, request.GET.dict()), follow=False)
    params = asked.params() | {"timestamps": "true" if request.GET.get("times") == "1" else "false"}
    user = await request.auser()
    opening = Opening(user, client_address(request), cluster, namespace, name, asked.container)  # type: ignore[arg-type]
    stack = AsyncExitStack()
    try:
        client = await client_for(cluster)
        path = object_path("", "v1", "pods", namespace, name, "log")
        pieces = await stack.enter_async_context(client.stream(path, params, SILENCE_SECONDS))
    except KubeError as error:
        page = {"cluster": cluster, "name": name, "reason": error.reason}
        return await sync_to_async(render)(request, "pods/no_log_file.html", page, status=502)
    await stack.enter_async_context(announced(log_opened, log_closed, opening))
    return StreamingHttpResponse(
        _body(stack, pieces),
        content_type="text/plain; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="{name}-{asked.container}.log"',
            # Compressing it would hold up everybody else.
            "Content-Encoding": "identity",
        },
    )


async def _body(stack: AsyncExitStack, pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    async with stack:
        async for piece in pieces:
            yield piece


def _asked(namespace: str, name: str, query: Mapping[str, str]) -> LogRequest:
    try:
        return log_request(namespace, name, query)
    except BadStreamRequest as error:
        raise BadRequest(str(error)) from None
