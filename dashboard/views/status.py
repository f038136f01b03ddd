"""What monitoring asks: is the process alive, can it serve and watch, and how is it doing."""

import asyncio
import secrets

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse
from prometheus_client import CONTENT_TYPE_LATEST

from clusters import broadcast, fleet, metrics, threads
from clusters.access import own_rule, public

ANSWER_SECONDS = 3.0


@public
async def healthz(request: HttpRequest) -> HttpResponse:
    """200 while the event loop turns."""
    return _words(200, "The process is alive.")


@public
async def readyz(request: HttpRequest) -> HttpResponse:
    """200 while the database and the channel layer answer and the watchers of this process run; else 503 with words."""
    problems = [*await _database_problems(), *await _channel_layer_problems(), *_watch_problems()]
    return _words(503, *problems) if problems else _words(200, "Ready.")


@own_rule
async def prometheus(request: HttpRequest) -> HttpResponse:
    """Metrics, for superusers and for whoever carries PILOTHOUSE_METRICS_TOKEN; for others there is no such page."""
    if not _has_token(request):
        user = await request.auser()
        if not (user.is_active and user.is_superuser):
            return _words(404, "Not found.")
    return HttpResponse(await threads.read(metrics.exposition), content_type=CONTENT_TYPE_LATEST)


def _has_token(request: HttpRequest) -> bool:
    expected = settings.PILOTHOUSE_METRICS_TOKEN
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    return bool(expected) and secrets.compare_digest(given.encode(), expected.encode())


async def _database_problems() -> list[str]:
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            await threads.read(_ask_database)
    except (DatabaseError, TimeoutError):
        return ["The database does not answer."]
    return []


def _ask_database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


async def _channel_layer_problems() -> list[str]:
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            await broadcast.probe()
    # Each layer raises its own errors.
    except Exception:
        return ["The channel layer takes no messages."]
    return []


def _watch_problems() -> list[str]:
    """Names no cluster: anybody may ask."""
    watching = fleet.current()
    return watching.problems() if watching else []


def _words(status: int, *lines: str) -> HttpResponse:
    return HttpResponse("\n".join(lines) + "\n", status=status, content_type="text/plain; charset=utf-8")
