"""The log of a container: the page, and the log as a file."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from http import HTTPStatus

from asgiref.sync import sync_to_async
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from clusters.access import requires
from clusters.clients import client_for
from clusters.kube.errors import KubeError
from clusters.kube.paths import object_path
from clusters.models import Cluster, Pod, Role
from clusters.sealing import SealBroken
from clusters.signals import client_address, log_closed, log_opened
from clusters.streams.open_logs import TooManyLogs, counted
from clusters.streams.requests import BadStreamRequest, LogRequest, log_request
from dashboard.consumers.activity import Opening, recorded
from dashboard.details.lookup import check_names, find
from dashboard.details.streams import stream_page
from dashboard.tables.state import BadParameter

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
    pieces = _pieces(opening, params)
    try:
        await anext(pieces)
    except (KubeError, SealBroken, TooManyLogs) as error:
        page = {"cluster": cluster, "name": name, "reason": str(error)}
        status = HTTPStatus.TOO_MANY_REQUESTS if isinstance(error, TooManyLogs) else HTTPStatus.BAD_GATEWAY
        return await sync_to_async(render)(request, "pods/no_log_file.html", page, status=status)
    return StreamingHttpResponse(
        pieces,
        content_type="text/plain; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="{name}-{asked.container}.log"',
            # Compressing it would hold up everybody else.
            "Content-Encoding": "identity",
        },
    )


async def _pieces(opening: Opening, params: Mapping[str, str]) -> AsyncIterator[bytes]:
    """The log; the first piece is empty and comes once the cluster gives it.

    A generator that has begun is closed by the event loop even when nobody reads on. Raises KubeError, SealBroken and
    TooManyLogs.
    """
    path = object_path("", "v1", "pods", opening.namespace, opening.pod, "log")
    with counted(opening.user):
        client = await client_for(opening.cluster)
        async with (
            recorded(log_opened, log_closed, opening) as record,
            client.stream(path, params, SILENCE_SECONDS) as pieces,
        ):
            await record.note_opened()
            yield b""
            async for piece in pieces:
                yield piece


def _asked(namespace: str, name: str, query: Mapping[str, str]) -> LogRequest:
    try:
        return log_request(namespace, name, query)
    except BadStreamRequest as error:
        raise BadParameter(str(error)) from None
