"""Exporting: all that matches, in kubectl's words, harmless to a spreadsheet."""

import csv
import io
import json
import threading
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from django.test import AsyncClient
from django.utils import timezone

from clusters.models import Cluster, Role
from clusters.threads import write
from dashboard.tables.export import as_csv, as_json
from dashboard.tables.kinds import TABLES
from dashboard.tables.state import State
from tests import people
from tests.rows import ago, pod, pods

PODS = "/clusters/harbour/pods/"
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_modes]


@pytest.fixture
async def harbour() -> Cluster:
    return await write(people.cluster, "harbour")


@pytest.fixture
async def admin() -> AsyncClient:
    client = AsyncClient()
    await client.aforce_login(await write(people.admin))
    return client


async def download(client: AsyncClient, address: str) -> str:
    response: Any = await client.get(address)
    assert response.status_code == 200
    return b"".join([part async for part in response]).decode()


async def rows(client: AsyncClient, query: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(await download(client, f"{PODS}?format=csv{query}"))))


async def test_csv_says_what_kubectl_prints(admin: AsyncClient, harbour: Cluster) -> None:
    await write(
        pod, harbour, "web-1", status="CrashLoopBackOff", summary="Crash loop", ready=1, total=2, restarts=14,
        last_restart=ago(minutes=12), created=ago(days=4, hours=3), node="node1",
    )  # fmt: skip
    [row] = await rows(admin, "")
    assert row["Name"] == "web-1"
    assert row["Status"] == "CrashLoopBackOff"
    assert row["Ready"] == "1/2"
    assert row["Restarts"] == "14 (12m ago)"
    assert row["Age"] == "4d3h"
    assert row["IP"] == row["Nominated node"] == "<none>"


async def test_only_the_columns_asked_for_in_their_order(admin: AsyncClient, harbour: Cluster) -> None:
    await write(pod, harbour, "web-1")
    text = await download(admin, f"{PODS}?format=csv&columns=status,name")
    assert text.splitlines() == ["Status,Name", "Running,web-1"]


async def test_every_row_that_matches_is_there_beyond_one_batch(admin: AsyncClient, harbour: Cluster) -> None:
    await write(pods, harbour, 2003)
    await write(pod, harbour, "other", namespace="payments")
    names = [row["Name"] for row in await rows(admin, "&namespace=shop&sort=name")]
    assert len(names) == len(set(names)) == 2003


async def test_json_holds_the_same(admin: AsyncClient, harbour: Cluster) -> None:
    await write(pods, harbour, 3)
    found = json.loads(await download(admin, f"{PODS}?format=json&columns=name,status&sort=name"))
    assert found == [{"name": f"pod-00{number}", "status": "Running"} for number in range(3)]


async def test_json_of_nothing_is_an_empty_list(admin: AsyncClient, harbour: Cluster) -> None:
    assert json.loads(await download(admin, f"{PODS}?format=json")) == []


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1"])
async def test_no_cell_is_a_formula(admin: AsyncClient, harbour: Cluster, text: str) -> None:
    await write(pod, harbour, "web-1", status=text)
    [row] = await rows(admin, "")
    assert row["Status"] == f"'{text}"


@pytest.mark.parametrize("write_out", [as_csv, as_json])
async def test_rows_are_not_written_on_the_event_loop_that_serves_everybody(harbour: Cluster, write_out: Any) -> None:
    await write(pods, harbour, 3)
    threads: list[int] = []

    def note(row: Any, now: datetime) -> str:
        threads.append(threading.get_ident())
        return str(row.name)

    name = next(column for column in TABLES["pods"].columns if column.key == "name")
    state = State(replace(TABLES["pods"], columns=(replace(name, text=note),)), sort="name")
    boss = await write(people.admin)
    assert "pod-002" in "".join([part async for part in write_out(boss, harbour, state, timezone.now())])
    assert len(threads) == 3
    assert threading.get_ident() not in threads


async def test_nothing_of_a_namespace_that_is_not_granted(harbour: Cluster) -> None:
    await write(pod, harbour, "secret", namespace="payments")
    maria = await write(people.person, "maria")
    await write(people.grant, maria, harbour, Role.VIEW, "shop")
    client = AsyncClient()
    await client.aforce_login(maria)
    assert await rows(client, "") == []
