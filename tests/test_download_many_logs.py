"""The logs of a workload as one file: every line, in the order of time, plain or as JSON, packed or not."""

import gzip
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from http import HTTPStatus
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import AsyncClient

from clusters.models import Activity, Role
from clusters.streams import open_logs
from clusters.threads import read, write
from tests import people
from tests.harness.log_api import BEGAN
from tests.harness.log_cluster import LogCluster, LoggingPod, log_cluster

pytestmark = pytest.mark.django_db(transaction=True)

PODS = ("web-1", "web-2", "web-3")
LINES = 3000


@pytest.fixture
async def harbour() -> AsyncIterator[LogCluster]:
    """Three pods that wrote in turns."""
    async with log_cluster() as cluster:
        pods = [await cluster.add(LoggingPod(name, owner=("StatefulSet", "web"))) for name in PODS]
        for number in range(LINES):
            pods[number % len(pods)].log().write_at(BEGAN + timedelta(milliseconds=number))
        yield cluster


@pytest.fixture
async def maria(harbour: LogCluster) -> User:
    maria = await write(people.person, "maria")
    await write(people.grant, maria, harbour.row, Role.LOGS, "harbour")
    return maria


async def download(user: User, query: str) -> tuple[Any, bytes]:
    """The answer and its whole body."""
    client = AsyncClient()
    await write(client.force_login, user)
    answer: Any = await client.get(f"/clusters/harbour/logs/file/?{query}")
    return answer, b"".join([piece async for piece in answer.streaming_content]) if answer.streaming else answer.content


async def test_all_lines_stand_in_the_order_of_time(maria: User) -> None:
    answer, body = await download(maria, "namespace=harbour&owner=StatefulSet/web&times=1")
    lines = body.decode().splitlines()
    assert len(lines) == LINES
    moments = [line.split(" ")[2] for line in lines]
    assert moments == sorted(moments)
    assert [line.split(" ")[0] for line in lines] == [PODS[number % 3] for number in range(LINES)]
    assert lines[-1].endswith("main 2026-11-24T10:00:02.999000000Z line 999")
    assert answer["Content-Disposition"] == 'attachment; filename="web.log"'


async def test_one_log_stands_alone(harbour: LogCluster, maria: User) -> None:
    _, body = await download(maria, "pod=harbour/web-1&times=1")
    assert body == b"".join(harbour.pods["harbour", "web-1"].log().lines)


async def test_as_json_lines_and_packed(maria: User) -> None:
    answer, body = await download(maria, "namespace=harbour&format=json&gzip=1")
    first, *_, last = (json.loads(line) for line in gzip.decompress(body).splitlines())
    assert first == {
        "time": "2026-11-24T10:00:00.000000000Z",
        "namespace": "harbour",
        "pod": "web-1",
        "container": "main",
        "text": "line 0",
    }
    assert last["text"] == "line 999"
    assert answer["Content-Disposition"] == 'attachment; filename="harbour.jsonl.gz"'


async def test_only_the_time_that_is_asked_for(maria: User) -> None:
    _, body = await download(
        maria, "namespace=harbour&times=1&since=2026-11-24T10:00:01Z&until=2026-11-24T10:00:02.000Z"
    )
    moments = [line.split(" ")[2] for line in body.decode().splitlines()]
    assert (moments[0], moments[-1]) == ("2026-11-24T10:00:01.000000000Z", "2026-11-24T10:00:02.000000000Z")
    assert len(moments) == 1001


async def test_what_he_may_not_read_is_not_in_it(harbour: LogCluster, maria: User) -> None:
    secret = await harbour.add(LoggingPod("safe", namespace="vault", owner=("StatefulSet", "web")))
    secret.log().write(5, each=timedelta(0))
    _, body = await download(maria, "node=node-1&format=json")
    assert {json.loads(line)["namespace"] for line in body.splitlines()} == {"harbour"}
    assert (await download(maria, "pod=vault/safe"))[0].status_code == 400


async def test_the_logs_of_all_files_of_one_person_are_only_so_many_at_once(
    harbour: LogCluster, maria: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(open_logs, "MOST_DOWNLOADED_BY_ONE", 5)
    client = AsyncClient()
    await write(client.force_login, maria)
    first: Any = await client.get("/clusters/harbour/logs/file/?namespace=harbour")
    refused, body = await download(maria, "namespace=harbour")
    assert refused.status_code == HTTPStatus.TOO_MANY_REQUESTS
    assert b"You are downloading logs of this cluster already" in body
    async for _ in first.streaming_content:
        pass
    assert (await download(maria, "namespace=harbour"))[0].status_code == HTTPStatus.OK


async def test_it_is_written_down_whose_logs_were_read(maria: User) -> None:
    await download(maria, "namespace=harbour&owner=StatefulSet/web")
    closed = await read(Activity.objects.filter(act=Activity.Act.LOG_CLOSED).get)
    assert (closed.namespace, closed.pod) == ("harbour", "StatefulSet/web")
    assert closed.detail == "3 logs: web-1/main, web-2/main, web-3/main"
