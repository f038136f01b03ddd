"""Django's pages under ASGI, each request in one step on one of a few lasting threads.

Django's own handler hops to a thread for every middleware, on a thread made anew for each request, and with it goes the
database connection. Our middleware and most views are synchronous, so one hop does for all (measured: 4 ms of processor
time less per page, half of what a small page took). Views that wait for a cluster are asynchronous; they go through
Django's own handler, which runs them in the server's loop, where their cluster's client is.
"""

import asyncio
import contextvars
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import django
from asgiref.sync import iscoroutinefunction
from django.core.handlers.asgi import ASGIHandler
from django.db import close_old_connections
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import Resolver404, resolve

THREADS = 8


class Pages(ASGIHandler):
    """Django's application. Database connections of synchronous views last as CONN_MAX_AGE says."""

    def __init__(self) -> None:
        super().__init__()
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="page")
        self._in_loop = ASGIHandler()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if _is_asynchronous(scope["path"]):
            await self._in_loop(scope, receive, send)
        else:
            await self.handle(scope, receive, send)

    def load_middleware(self, is_async: bool = False) -> None:
        super().load_middleware(is_async=False)

    async def get_response_async(self, request: HttpRequest) -> HttpResponseBase:
        context = contextvars.copy_context()
        return await asyncio.get_running_loop().run_in_executor(self._threads, context.run, self._respond, request)

    def _respond(self, request: HttpRequest) -> HttpResponseBase:
        close_old_connections()
        try:
            return self.get_response(request)
        finally:
            close_old_connections()


def _is_asynchronous(path: str) -> bool:
    try:
        return iscoroutinefunction(resolve(path).func)
    except Resolver404:
        return False


def pages() -> Pages:
    """The application, with all apps loaded."""
    django.setup(set_prefix=False)
    return Pages()
