"""The logs of a selection as one file, be it of one container or of many."""

from collections.abc import AsyncIterator
from functools import partial
from http import HTTPStatus

from asgiref.sync import sync_to_async
from django.contrib.auth.models import User
from django.http import HttpRequest, QueryDict, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from clusters.access import allowed_cluster, namespaces_for, requires
from clusters.clients import client_for
from clusters.kube.client import Client
from clusters.kube.errors import KubeError
from clusters.kube.paths import object_path
from clusters.models import Cluster, Role
from clusters.sealing import SealBroken
from clusters.signals import client_address, log_closed, log_opened
from clusters.streams.cluster_rights import ClusterRight
from clusters.streams.logs import REST_SECONDS
from clusters.streams.merging import SILENCE_SECONDS, merged
from clusters.streams.open_logs import TooManyLogs, counted, downloaded
from clusters.streams.requests import ALL, LogRequest, log_request
from clusters.streams.selection import MOST_SOURCES, Selection, Source, selection_of, sources_of
from clusters.threads import read
from dashboard.consumers.activity import Opening, in_words, opening_of, recorded
from dashboard.details.streams import read_from_an_address
from dashboard.file_rights import CutOff, FileRight
from dashboard.log_files import Layout, packed, written
from dashboard.tables.state import BadParameter

TEXT = "text/plain; charset=utf-8"


@require_safe
@requires(Role.LOGS)
async def selected_file(request: HttpRequest, cluster: Cluster) -> HttpResponseBase:
    """All logs of a selection as one file of any size, merged by time, as they are now.

    The query is that of the socket (`dashboard.consumers.logs`), with `format=json` for JSON lines, `times=1` for the
    moments in plain text and `gzip=1`. `tail` is "all" where it is not given. One log alone as text is passed on as the
    API gives it, however long its lines are; where lines are merged, long ones are cut.
    """
    user = await request.auser()
    asked, selection = _asked(request.GET)
    allowed = await read(namespaces_for, user, Role.LOGS, cluster)
    sources = await read(sources_of, selection, allowed, cluster)
    if not sources or len(sources) > MOST_SOURCES:
        raise BadParameter(f"{len(sources)} containers are selected; a file takes 1 to {MOST_SOURCES}.")
    opening = opening_of(selection, user, client_address(request), cluster)  # type: ignore[arg-type]
    layout = Layout(
        as_json=request.GET.get("format") == "json", times=request.GET.get("times") == "1", names=len(sources) > 1
    )
    is_packed = request.GET.get("gzip") == "1"
    namespaces = {source.namespace for source in sources}
    right = FileRight(request, opening.user, partial(_check_allowed, cluster, namespaces))
    text = _text(cluster, sources, asked, layout, right)
    pieces = _recorded(opening, packed(text) if is_packed else text, sources)
    name = f"{_name(opening, sources)}.{layout.ending}{'.gz' if is_packed else ''}"
    media = "application/gzip" if is_packed else TEXT
    try:
        await anext(pieces)  # it is empty, and comes once something is there
    except (KubeError, SealBroken, TooManyLogs) as error:
        page = {"cluster": cluster, "name": opening.pod or opening.namespace or cluster.name, "reason": str(error)}
        status = HTTPStatus.TOO_MANY_REQUESTS if isinstance(error, TooManyLogs) else HTTPStatus.BAD_GATEWAY
        return await sync_to_async(render)(request, "pods/no_log_file.html", page, status=status)
    return StreamingHttpResponse(
        pieces,
        content_type=media,
        # Compressing the answer as such would hold up everybody else.
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Content-Encoding": "identity"},
    )


async def _text(
    cluster: Cluster, sources: list[Source], asked: LogRequest, layout: Layout, right: FileRight
) -> AsyncIterator[bytes]:
    """Raises CutOff once the right to it is gone: half a file must not look like a whole one."""
    client = await client_for(cluster)
    if len(sources) == 1 and layout.is_as_given and asked.until is None:
        pieces = _as_given(client, sources[0], asked, layout)
    else:
        pieces = written(merged(client, sources, asked), layout)
    # One pod of each namespace stands for its others.
    pods = {source.namespace: source.pod for source in sources}.items()
    watches = (ClusterRight(client, "log", namespace=space, pod=pod).until_lost() for space, pod in pods)
    async with right.watched(*watches):
        async for piece in pieces:
            right.check()
            yield piece


async def _as_given(client: Client, source: Source, asked: LogRequest, layout: Layout) -> AsyncIterator[bytes]:
    path = object_path("", "v1", "pods", source.namespace, source.pod, "log")
    shown = {"container": source.container, "timestamps": "true" if layout.times else "false"}
    async with client.stream(path, asked.params() | shown, SILENCE_SECONDS, rest=REST_SECONDS) as pieces:
        async for piece in pieces:
            yield piece


async def _recorded(opening: Opening, pieces: AsyncIterator[bytes], sources: list[Source]) -> AsyncIterator[bytes]:
    """The pieces, counted and recorded; the first is empty and comes once there is something to give.

    A generator that has begun is closed by the event loop even when nobody reads on.
    """
    async with counted(opening.user, opening.cluster), recorded(log_opened, log_closed, opening) as record:
        with downloaded(opening.user.pk, opening.cluster.pk, len(sources)):
            record.detail.append(in_words(sources))
            first = await anext(pieces, b"")
            await record.note_opened()
            yield b""
            yield first
            try:
                async for piece in pieces:
                    yield piece
            except (CutOff, KubeError) as error:
                record.detail.append(f"Broken off: {error}")
                raise


def _check_allowed(cluster: Cluster, namespaces: set[str], user: User) -> None:
    """Raises one of NOT_FOR_HIM where `user` may not read logs in each of them."""
    for namespace in namespaces:
        allowed_cluster(user, Role.LOGS, cluster.slug, namespace)


def _asked(query: QueryDict) -> tuple[LogRequest, Selection]:
    names = {"tail": ALL, **{name: str(value) for name, value in query.items()}, "container": "any", "follow": "0"}
    with read_from_an_address():
        return log_request("", "", names), selection_of(query)


def _name(opening: Opening, sources: list[Source]) -> str:
    if len(sources) == 1:
        return f"{sources[0].pod}-{sources[0].container}"
    return opening.pod.rpartition("/")[2] or opening.namespace or opening.cluster.slug
