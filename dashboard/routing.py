"""Which address leads to which socket. Every consumer declares by `access` who may open it."""

from django.urls import path

from dashboard.consumers.changes import ChangesConsumer
from dashboard.consumers.logs import LogConsumer
from dashboard.consumers.shell import ShellConsumer
from dashboard.consumers.tables import TableConsumer

websocket_urlpatterns = [
    path("ws/changes/", ChangesConsumer.as_asgi()),
    path("ws/clusters/<slug:slug>/tables/<str:kind>/", TableConsumer.as_asgi()),
    path("ws/clusters/<slug:slug>/pods/<str:namespace>/<str:name>/logs/", LogConsumer.as_asgi()),
    path("ws/clusters/<slug:slug>/pods/<str:namespace>/<str:name>/shell/", ShellConsumer.as_asgi()),
]
