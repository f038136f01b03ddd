"""Django's pages under ASGI, each request in one step on one of a few lasting threads.

Django's own handler hops to a thread for every middleware and for the signals before and after a request, on a thread
made anew for each request, and with it goes the database connection. Our middleware and most views are synchronous, so
one hop does for all. Views that wait for a cluster are asynchronous; they go through Django's own handler, which runs
them in the server's loop, where their cluster's client is.
"""

import asyncio
import contextvars
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache, partial
from typing import IO, Any

import django
from asgiref.sync import iscoroutinefunction
from django.core.exceptions import RequestAborted
from django.core.handlers.asgi import ASGIHandler, get_script_prefix
from django.core.signals import request_started
from django.http.response import HttpResponseBase
from django.urls import Resolver404, resolve, set_script_prefix

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

    async def handle(self, scope: Any, receive: Any, send: Any) -> None:
        """Answers one request of a synchronous view. One that the browser gave up is answered to nobody."""
        try:
            body = await self.read_body(receive)
        except RequestAborted:
            return
        context = contextvars.copy_context()
        loop = asyncio.get_running_loop()
        response = await loop.run_in_executor(self._threads, partial(context.run, self._respond, scope, body))
        if response.streaming:
            await self._stream(response, receive, send)
        else:
            await self.send_response(response, send)

    def _respond(self, scope: Any, body: IO[bytes]) -> HttpResponseBase:
        """All that is synchronous of a request; a response that does not stream is closed, which ends the request."""
        set_script_prefix(get_script_prefix(scope))
        request_started.send(sender=type(self), scope=scope)
        request, refusal = self.create_request(scope, body)
        response: Any = refusal if request is None else self.get_response(request)
        response._handler_class = type(self)
        if not response.streaming:
            response.close()
        answer: HttpResponseBase = response
        return answer

    async def _stream(self, response: HttpResponseBase, receive: Any, send: Any) -> None:
        """Send as long as the browser takes it; on a thread the request is ended, since that touches the database."""
        sending = asyncio.create_task(self.send_response(response, send))
        leaving = asyncio.create_task(self.listen_for_disconnect(receive))
        try:
            await asyncio.wait((sending, leaving), return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (sending, leaving):
                task.cancel()
            results = await asyncio.gather(sending, leaving, return_exceptions=True)
            await asyncio.get_running_loop().run_in_executor(self._threads, response.close)
        if isinstance(results[0], Exception):
            raise results[0]


@lru_cache(1000)
def _is_asynchronous(path: str) -> bool:
    try:
        return iscoroutinefunction(resolve(path).func)
    except Resolver404:
        return False


def pages() -> Pages:
    """The application, with all apps loaded."""
    django.setup(set_prefix=False)
    return Pages()
