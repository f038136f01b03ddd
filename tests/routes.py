"""Every HTTP and websocket route of the project, with an address to try it at."""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from django.urls import URLPattern, URLResolver, get_resolver

SAMPLES = {
    "kind": "pods",
    "namespace": "payments",
    "name": "checkout",
    "session": "00000000-0000-4000-8000-000000000001",
}


class Route(NamedTuple):
    """One route: its pattern, an address under the cluster slug asked for, and what answers there."""

    pattern: str
    path: str
    callback: Any


def http_routes(slug: str) -> Iterator[Route]:
    """All HTTP routes outside Django admin, which guards its own."""
    yield from _walk(get_resolver().url_patterns, "", slug)


def socket_routes(slug: str) -> Iterator[Route]:
    """All websocket routes."""
    from dashboard.routing import websocket_urlpatterns

    yield from _walk(websocket_urlpatterns, "", slug)


def _walk(patterns: list[Any], prefix: str, slug: str) -> Iterator[Route]:
    for pattern in patterns:
        text = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            if pattern.app_name != "admin":
                yield from _walk(pattern.url_patterns, text, slug)
        elif isinstance(pattern, URLPattern):
            yield Route(text, "/" + _filled(text, slug), pattern.callback)


def _filled(text: str, slug: str) -> str:
    samples = {**SAMPLES, "slug": slug}
    return re.sub(r"<(?:\w+:)?(\w+)>", lambda found: samples.get(found[1], "1"), text)
