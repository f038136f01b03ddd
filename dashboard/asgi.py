"""The application that Daphne serves: static files, pages and sockets."""

import os
from typing import Any
from wsgiref.headers import Headers

from channels.auth import AuthMiddlewareStack
from channels.routing import ProtocolTypeRouter, URLRouter
from channels.security.websocket import WebsocketDenier
from django.conf import settings
from django.urls import re_path
from servestatic import ServeStaticASGI

from dashboard.pages import pages
from dashboard.proxies import TrustedProxies

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dashboard.settings")

# Loads the apps, which the imports below need.
django_application = pages()

from dashboard.origins import OriginCheck  # noqa: E402
from dashboard.routing import relay_urlpatterns, websocket_urlpatterns  # noqa: E402

# Without it an unknown address is an error of ours, with a traceback for each.
NO_SUCH_SOCKET = re_path("", WebsocketDenier.as_asgi())


def _with_static_files(application: Any) -> Any:
    """Files with a hash in their name may be kept for ever; all are answered before any session is read."""
    return ServeStaticASGI(
        application,
        root=settings.STATIC_ROOT,
        prefix=settings.STATIC_URL,
        immutable_file_test=r"\.[0-9a-f]{12}\.",
        allow_all_origins=False,
        add_headers_function=_take_types_at_their_word,
    )


def _take_types_at_their_word(headers: Headers, path: str, url: str) -> None:
    headers["X-Content-Type-Options"] = "nosniff"


sockets_of_pages: Any = OriginCheck(AuthMiddlewareStack(URLRouter([*websocket_urlpatterns, NO_SUCH_SOCKET])))

application = TrustedProxies(
    ProtocolTypeRouter(
        {
            "http": _with_static_files(django_application),
            "websocket": URLRouter([*relay_urlpatterns, re_path("", sockets_of_pages)]),
        }
    ),
    count=settings.PILOTHOUSE_PROXIES,
)
