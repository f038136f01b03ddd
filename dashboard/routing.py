"""Which address leads to which socket. Every consumer declares by `access` who may open it."""

import re
from typing import Any

from django.urls import path

from dashboard.consumers.changes import ChangesConsumer
from dashboard.consumers.logs import LogConsumer
from dashboard.consumers.shell import AttachConsumer, RunConsumer, ShellConsumer
from dashboard.consumers.shell_again import RelayedShellConsumer, ShellAgainConsumer
from dashboard.consumers.streams import StreamConsumer
from dashboard.consumers.tables import TableConsumer

STREAMS = re.compile(r"/ws/(relay/.*|shells/.*|clusters/.*/(logs|shell|attach|run)/)")
"""The addresses of sockets that carry a stream of bytes."""

websocket_urlpatterns = [
    path("ws/changes/", ChangesConsumer.as_asgi()),
    path("ws/clusters/<slug:slug>/tables/<str:kind>/", TableConsumer.as_asgi()),
    path("ws/clusters/<slug:slug>/logs/", LogConsumer.as_asgi()),
    path("ws/clusters/<slug:slug>/pods/<str:namespace>/<str:name>/logs/", LogConsumer.as_asgi()),
    path("ws/clusters/<slug:slug>/pods/<str:namespace>/<str:name>/shell/", ShellConsumer.as_asgi()),
    path("ws/clusters/<slug:slug>/pods/<str:namespace>/<str:name>/attach/", AttachConsumer.as_asgi()),
    path("ws/clusters/<slug:slug>/pods/<str:namespace>/<str:name>/run/", RunConsumer.as_asgi()),
    path("ws/shells/<uuid:session>/", ShellAgainConsumer.as_asgi()),
]

relay_urlpatterns = [path("ws/relay/shells/<uuid:session>/", RelayedShellConsumer.as_asgi())]
"""Opened by other web processes of ours, not by pages: no Origin, no cookie, a signed request instead."""


def stream_at(address: str) -> tuple[type[StreamConsumer], dict[str, Any]] | None:
    """The consumer of the stream at the path of a page's socket, and what the path names; None for others."""
    for pattern in websocket_urlpatterns:
        if match := pattern.resolve(address.removeprefix("/")):
            consumer: type = match.func.consumer_class
            return (consumer, match.kwargs) if issubclass(consumer, StreamConsumer) else None
    return None
