"""Which address leads to which socket. Every consumer declares by `access` who may open it."""

from django.urls import URLPattern

websocket_urlpatterns: list[URLPattern] = []
