"""R18. Redis stops, restarts, forgets everything; the channel layer is full: rows are kept, pages catch up, and no
subscription stays dead."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from channels.layers import channel_layers, get_channel_layer
from channels.routing import URLRouter
from channels.testing import WebsocketCommunicator
from playwright.sync_api import Browser, Page, expect
from psycopg.sql import SQL, Identifier
from pytest_django import Settings

from clusters import broadcast
from clusters.threads import write
from dashboard.routing import websocket_urlpatterns
from tests import people
from tests.harness.background import free_port
from tests.harness.browsers import DESKTOP, go_to, take_cookies
from tests.harness.databases import RedisServer
from tests.harness.doors import Door, FaultyCluster
from tests.harness.pages import forbid_reload, was_reloaded
from tests.harness.servers import Server, synced
from tests.harness.waiting import eventually
from tests.rows import pods

SECONDS = 1000  # Playwright counts milliseconds
POLLED = 25 * SECONDS
"""A page asks for its rows every ten seconds, hints or none."""


@pytest.fixture
def redis_server(redis_url: str, tmp_path: Path) -> Iterator[RedisServer]:
    """A Redis of the test's own; `redis_url` skips the test where there is none."""
    server = RedisServer(tmp_path, free_port())
    server.start()
    yield server
    server.stop()


@pytest.fixture
def server(faulty: FaultyCluster, postgres_url: str, redis_server: RedisServer, tmp_path: Path) -> Iterator[Server]:
    """A synced Pilothouse whose pages and watching are processes of their own."""
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(SQL("CREATE DATABASE {}").format(Identifier(tmp_path.name.replace("-", "_"))))
    database = f"{postgres_url.rpartition('/')[0]}/{tmp_path.name.replace('-', '_')}"
    settings = {"DATABASE_URL": database, "REDIS_URL": redis_server.url}
    server = Server(tmp_path, kubeconfig=faulty.kubeconfig_of("harbour"), settings=settings)
    with synced(server):
        yield server


@pytest.fixture
def page(browser: Browser, server: Server) -> Iterator[Page]:
    """The pods of one namespace, open all the time."""
    with browser.new_context(base_url=server.url, viewport=DESKTOP) as context:
        take_cookies(context, server.admin, server.url)
        page = context.new_page()
        go_to(page, "/clusters/harbour/pods/?namespace=default&sort=name")
        forbid_reload(page)
        yield page


def shows(page: Page, name: str) -> None:
    expect(page.locator(f'tr[data-uid][data-name="{name}"]')).to_have_count(1, timeout=POLLED)


def subscriptions(redis: RedisServer) -> set[str]:
    """The groups of pods that somebody listens to."""
    return {channel for channel in redis.ask("PUBSUB", "CHANNELS") if channel.endswith(".pods")}


def test_a_page_lives_through_all_of_it(server: Server, page: Page, door: Door, redis_server: RedisServer) -> None:
    door.put_pod("before")
    shows(page, "before")
    listened = eventually(lambda: subscriptions(redis_server))

    redis_server.stop()
    door.put_pod("while-stopped")
    shows(page, "while-stopped")
    assert server.text("/clusters/harbour/pods/?q=while-stopped").count("while-stopped")

    redis_server.start()
    eventually(lambda: subscriptions(redis_server) == listened, seconds=30)
    door.put_pod("after-the-restart")
    shows(page, "after-the-restart")

    redis_server.ask("FLUSHALL")
    redis_server.ask("CLIENT", "KILL", "TYPE", "pubsub")
    redis_server.ask("CLIENT", "KILL", "TYPE", "normal")
    eventually(lambda: subscriptions(redis_server) == listened, seconds=30)
    door.put_pod("after-the-flush")
    shows(page, "after-the-flush")

    assert not was_reloaded(page)
    server.manage("verify", "harbour")


def test_a_page_that_is_opened_while_redis_is_away_shows_the_rows(
    server: Server, door: Door, redis_server: RedisServer, browser: Browser
) -> None:
    redis_server.stop()
    with browser.new_context(base_url=server.url, viewport=DESKTOP) as context:
        take_cookies(context, server.sign_in(), server.url)
        page = context.new_page()
        go_to(page, "/clusters/harbour/pods/?namespace=default&sort=name")
        shows(page, "checkout-0")
        redis_server.start()
        eventually(lambda: subscriptions(redis_server), seconds=30)
        door.put_pod("afterwards")
        shows(page, "afterwards")
    server.manage("verify", "harbour")


@pytest.mark.django_db(transaction=True)
async def test_a_full_channel_layer_costs_hints_and_no_rows(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    layer = {"BACKEND": "channels.layers.InMemoryChannelLayer", "CONFIG": {"capacity": 1}}
    settings.CHANNEL_LAYERS = {"default": layer}
    channel_layers.backends.clear()
    monkeypatch.setattr("dashboard.consumers.tables.RESYNC_SECONDS", 0.2)
    harbour = await write(people.cluster, "harbour")
    socket = WebsocketCommunicator(URLRouter(websocket_urlpatterns), "/ws/clusters/harbour/tables/pods/?sort=name")
    socket.scope["user"] = await write(people.admin)
    socket.scope["session"] = await write(people.session, socket.scope["user"])
    accepted, _ = await socket.connect(timeout=5)
    assert accepted
    await socket.send_json_to({"have": {}})
    for number in range(50):
        await get_channel_layer().group_send(broadcast.group(harbour.pk, "pods"), _hint(harbour.pk, number))
    await write(pods, harbour, 3)
    shown: set[str] = set()
    while len(shown) < 3:
        message = await socket.receive_json_from(timeout=10)
        shown |= message.get("rows", {}).keys()
        await socket.send_json_to({"shown": message["n"]})
    await socket.disconnect()
    channel_layers.backends.clear()


def _hint(cluster: int, sequence: int) -> dict[str, Any]:
    return {"type": "rows.changed", "cluster": cluster, "kind": "pods", "sequence": sequence, "uids": None}
