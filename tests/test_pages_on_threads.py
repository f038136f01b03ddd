"""A page is made in one step on a lasting thread; one that streams ends when its reader leaves."""

import asyncio
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any

import pytest
from django.core.signals import request_finished, request_started
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import path
from pytest_django import Settings

from dashboard.pages import Pages

Event = dict[str, Any]
Receive = Callable[[], Awaitable[Event]]
PART = "part of a long answer\n"
closed = asyncio.Event()


def made(request: HttpRequest) -> HttpResponse:
    return HttpResponse(f"{request.method} {len(request.body)} on {threading.current_thread().name}")


def broken(request: HttpRequest) -> HttpResponse:
    raise ValueError("not for the reader")


def flowing(request: HttpRequest) -> StreamingHttpResponse:
    async def parts() -> AsyncIterator[str]:
        try:
            while True:
                yield PART
                await asyncio.sleep(0)
        finally:
            closed.set()

    return StreamingHttpResponse(parts())


urlpatterns = [path("made/", made), path("broken/", broken), path("flowing/", flowing)]


@pytest.fixture(autouse=True)
def heard(settings: Settings) -> Iterator[list[str]]:
    """The beginnings and ends of requests, and on which thread each was told."""
    settings.ROOT_URLCONF = __name__
    settings.MIDDLEWARE = []
    said: list[str] = []

    def started(**kwargs: Any) -> None:
        said.append(f"started on {threading.current_thread().name[:4]}")

    def finished(**kwargs: Any) -> None:
        said.append(f"finished on {threading.current_thread().name[:4]}")

    request_started.connect(started)
    request_finished.connect(finished)
    yield said
    request_started.disconnect(started)
    request_finished.disconnect(finished)


def asked(address: str, method: str = "GET") -> Event:
    return {
        "type": "http",
        "method": method,
        "path": address,
        "query_string": b"",
        "headers": [(b"host", b"localhost")],
    }


def browser(*events: Event) -> Receive:
    """What it sends; after that it only listens."""
    left = list(events)

    async def receive() -> Event:
        if not left:
            await asyncio.Event().wait()
        return left.pop(0)

    return receive


async def leaves_after(enough: asyncio.Event) -> Event:
    await enough.wait()
    return {"type": "http.disconnect"}


async def answer(scope: Event, receive: Receive, seen: Callable[[Event], None] | None = None) -> list[Event]:
    sent: list[Event] = []

    async def send(event: Event) -> None:
        sent.append(event)
        if seen:
            seen(event)

    await asyncio.wait_for(Pages()(scope, receive, send), 20)
    return sent


async def test_view_and_signals_share_one_thread(heard: list[str]) -> None:
    body: list[Event] = [
        {"type": "http.request", "body": b"abc", "more_body": True},
        {"type": "http.request", "body": b"de"},
    ]
    start, content = await answer(asked("/made/", "POST"), browser(*body))
    assert start["status"] == 200
    assert content["body"] == b"POST 5 on page_0"
    assert heard == ["started on page", "finished on page"]


async def test_an_error_is_an_answer_too(heard: list[str]) -> None:
    start, *parts = await answer(asked("/broken/"), browser({"type": "http.request"}))
    assert start["status"] == 500
    assert b"not for the reader" not in b"".join(part["body"] for part in parts)
    assert heard == ["started on page", "finished on page"]


async def test_a_stream_ends_when_its_reader_leaves(heard: list[str]) -> None:
    closed.clear()
    enough = asyncio.Event()

    asks = browser({"type": "http.request"})
    events = iter((asks(), leaves_after(enough)))
    start, *parts = await answer(asked("/flowing/"), lambda: next(events), seen=lambda event: enough.set())
    assert start["status"] == 200
    assert all(part["body"] in (PART.encode(), b"") for part in parts)
    assert closed.is_set(), "its generator was ended"
    assert heard == ["started on page", "finished on page"]


async def test_nobody_is_answered_who_left_while_he_asked(heard: list[str]) -> None:
    assert await answer(asked("/made/"), browser({"type": "http.disconnect"})) == []
    assert heard == []
