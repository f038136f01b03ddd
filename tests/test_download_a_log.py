"""A log as a file, on a scripted server: what goes wrong is said on a page, and nothing stays open."""

import gc
from collections.abc import AsyncIterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import AsyncClient

from clusters.clients import close_clients
from clusters.kube.connection import Connection
from clusters.models import Activity, Cluster
from clusters.sealing import seal_connection
from clusters.streams import open_logs
from clusters.threads import read, write
from tests import people
from tests.harness.log_api import LogApi, log_api
from tests.harness.watching import eventually

pytestmark = pytest.mark.django_db(transaction=True)

ADDRESS = "/clusters/harbour/logs/file/?pod=harbour/web&container=main"


@pytest.fixture
async def harbour() -> Cluster:
    """With the row of its only pod, harbour/web."""
    harbour = await write(people.cluster, "harbour")
    pod = await write(people.pod, harbour, "harbour", "web")
    pod.detail = b'{"metadata": {"name": "web", "uid": "x"}, "spec": {"containers": [{"name": "main"}]}}'
    await write(pod.save)
    return harbour


@pytest.fixture
async def api(harbour: Cluster) -> AsyncIterator[LogApi]:
    """The API server of the cluster; its pod is harbour/web."""
    async with log_api() as api:
        seal_connection(harbour, Connection(server=api.url))
        await write(harbour.save)
        yield api
        await close_clients()


@pytest.fixture
async def maria(harbour: Cluster) -> AsyncClient:
    client = AsyncClient()
    user: User = await write(people.admin, "maria")
    await client.aforce_login(user)
    return client


async def test_a_connection_that_cannot_be_read_is_said(maria: AsyncClient) -> None:
    answer = await maria.get(ADDRESS)
    assert answer.status_code == 502
    assert "Import its kubeconfig again" in answer.content.decode()


@pytest.mark.parametrize(
    ("query", "words"), [("tail=many", "tail is a number of lines"), ("since=soon", "since is a number with")]
)
@pytest.mark.parametrize("page", [ADDRESS, "/clusters/harbour/pods/harbour/web/logs/?container=main"])
async def test_what_cannot_be_meant_is_said(maria: AsyncClient, query: str, words: str, page: str) -> None:
    answer = await maria.get(f"{page}&{query}")
    assert answer.status_code == 400
    assert words in answer.content.decode()


async def test_of_a_download_that_nobody_reads_nothing_stays_open(api: LogApi, maria: AsyncClient) -> None:
    answer: Any = await maria.get(ADDRESS)
    assert answer.streaming
    assert await read(acts) == [Activity.Act.LOG_OPENED]
    del answer
    gc.collect()
    await eventually(is_closed)


async def test_downloads_count_as_open_logs(api: LogApi, maria: AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(open_logs, "MOST_LOGS", 1)
    api.instances[-1].lines.append(b"2026-11-24T10:00:00Z hello\n")
    first: Any = await maria.get(ADDRESS)
    second = await maria.get(ADDRESS)
    assert second.status_code == 429
    assert "You have 1 logs open" in second.content.decode()
    assert b"".join([piece async for piece in first]) == b"2026-11-24T10:00:00Z hello\n"
    third: Any = await maria.get(ADDRESS)
    assert third.status_code == 200
    assert b"".join([piece async for piece in third])


async def test_a_line_is_whole_however_long_it_is(api: LogApi, maria: AsyncClient) -> None:
    line = b"2026-11-24T10:00:00Z " + b"x" * 3_000_000 + b"\n"
    api.instances[-1].lines.append(line)
    answer: Any = await maria.get(f"{ADDRESS}&times=1")
    assert b"".join([piece async for piece in answer]) == line


def acts() -> list[str]:
    return list(Activity.objects.filter(act__startswith="log").order_by("pk").values_list("act", flat=True))


async def is_closed() -> bool:
    return await read(acts) == [Activity.Act.LOG_OPENED, Activity.Act.LOG_CLOSED]
