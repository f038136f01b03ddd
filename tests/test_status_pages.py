"""/healthz, /readyz and /metrics tell the truth, and nothing more, to whoever may ask."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from asgiref.sync import sync_to_async
from channels.layers import get_channel_layer
from django.db import connections
from django.test import AsyncClient
from pytest_django import Settings
from redis.asyncio import Redis

from clusters import fleet, threads
from clusters.clients import close_clients
from clusters.models import Cluster, Health
from clusters.tasks import guarded, stop
from tests import people
from tests.harness.small_cluster import SmallCluster, small_cluster
from tests.harness.watching import add_cluster, becomes, eventually

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_modes]

TOKEN = "a token for Prometheus"


@pytest.fixture(autouse=True)
async def _thread_of_the_pages() -> AsyncIterator[None]:
    """The test client leaves its thread's connection open, and PostgreSQL would not drop the database."""
    yield
    await sync_to_async(connections.close_all)()


@pytest.fixture
async def watching() -> AsyncIterator[asyncio.Task[None]]:
    """The fleet of this process, as `manage.py serve` runs it."""
    end = asyncio.Event()
    task = guarded("fleet", fleet.run(end))
    yield task
    end.set()
    await asyncio.wait([task])
    await close_clients()
    fleet.Fleet.here = None


@pytest.fixture
async def cluster(watching: asyncio.Task[None]) -> AsyncIterator[Cluster]:
    """A synced cluster."""
    async with small_cluster() as server:
        yield await _synced(server)


async def _synced(server: SmallCluster) -> Cluster:
    return await becomes(await add_cluster(server.connection()), Health.SYNCED)


async def test_the_process_is_alive(async_client: AsyncClient) -> None:
    answer = await async_client.get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"The process is alive.\n")


async def test_a_process_that_only_serves_is_ready_with_database_and_channel_layer(async_client: AsyncClient) -> None:
    answer = await async_client.get("/readyz")
    assert (answer.status_code, answer.content) == (200, b"Ready.\n")


async def test_a_process_that_watches_is_ready(cluster: Cluster, async_client: AsyncClient) -> None:
    answer = await async_client.get("/readyz")
    assert answer.status_code == 200


async def test_a_process_whose_watching_has_stopped_is_not_ready(
    cluster: Cluster, watching: asyncio.Task[None], async_client: AsyncClient
) -> None:
    await stop([watching])
    answer = await async_client.get("/readyz")
    assert answer.status_code == 503
    assert answer.content == b"The watching of clusters has stopped in this process.\n"


async def test_a_broken_watcher_is_not_ready_until_it_runs_again(cluster: Cluster, async_client: AsyncClient) -> None:
    await stop([task for task in asyncio.all_tasks() if task.get_name() == "watcher of harbour"])
    answer = await async_client.get("/readyz")
    assert (answer.status_code, answer.content) == (503, b"1 of 1 watchers have stopped.\n")

    async def is_ready() -> bool:
        return (await async_client.get("/readyz")).status_code == 200

    await eventually(is_ready)


async def test_a_dead_channel_layer_is_not_ready(async_client: AsyncClient, settings: Settings) -> None:
    backend = "channels_redis.pubsub.RedisPubSubChannelLayer"
    settings.CHANNEL_LAYERS = {"default": {"BACKEND": backend, "CONFIG": {"hosts": ["redis://127.0.0.1:1"]}}}
    answer = await async_client.get("/readyz")
    assert (answer.status_code, answer.content) == (503, b"The channel layer takes no messages.\n")


async def test_every_process_counts_the_clusters_that_nobody_watches(
    async_client: AsyncClient, settings: Settings
) -> None:
    settings.PILOTHOUSE_METRICS_TOKEN = TOKEN
    await threads.write(people.cluster, "harbour")
    answer = await async_client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert "pilothouse_clusters_unwatched 1.0" in answer.content.decode()


async def test_asking_again_and_again_leaves_nothing_behind_in_redis(
    redis_url: str, async_client: AsyncClient, settings: Settings
) -> None:
    backend = "channels_redis.pubsub.RedisPubSubChannelLayer"
    settings.CHANNEL_LAYERS = {"default": {"BACKEND": backend, "CONFIG": {"hosts": [redis_url]}}}
    for _ in range(50):
        assert (await async_client.get("/readyz")).status_code == 200
    async with Redis.from_url(redis_url) as redis:
        assert await redis.pubsub_channels() == []
    await get_channel_layer().flush()


async def test_metrics_are_not_there_for_strangers(async_client: AsyncClient, settings: Settings) -> None:
    settings.PILOTHOUSE_METRICS_TOKEN = TOKEN
    for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": "Bearer "}):
        assert (await async_client.get("/metrics", headers=headers)).status_code == 404


async def test_an_empty_token_opens_nothing(async_client: AsyncClient, settings: Settings) -> None:
    settings.PILOTHOUSE_METRICS_TOKEN = ""
    assert (await async_client.get("/metrics", headers={"Authorization": "Bearer "})).status_code == 404


async def test_metrics_are_for_superusers_only(async_client: AsyncClient) -> None:
    for person, status in ((people.person, 404), (people.admin, 200)):
        await async_client.aforce_login(await threads.write(person, f"user-{status}"))
        assert (await async_client.get("/metrics")).status_code == status


async def test_metrics_count_clusters_rows_and_messages(
    cluster: Cluster, async_client: AsyncClient, settings: Settings
) -> None:
    settings.PILOTHOUSE_METRICS_TOKEN = TOKEN
    answer = await async_client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    text = answer.content.decode()
    assert 'pilothouse_clusters{health="synced"} 1.0' in text
    assert 'pilothouse_watches{kind="pods",state="synced"} 1.0' in text
    assert "pilothouse_watch_processes 1.0" in text
    assert "pilothouse_clusters_unwatched 0.0" in text
    assert 'pilothouse_commit_seconds_count{kind="pods"}' in text
    assert 'pilothouse_broadcasts_total{outcome="sent"}' in text
