"""The socket of a table: rows that change are sent, and only those; nobody without the right is told anything."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest
from channels.layers import get_channel_layer
from channels.routing import URLRouter
from channels.testing import WebsocketCommunicator
from django.contrib.sessions.models import Session
from django.db import connection
from django.utils import timezone

from clusters import broadcast, standing_rights
from clusters.models import Cluster, Grant, Pod, Role
from clusters.threads import write
from dashboard.consumers import base
from dashboard.routing import websocket_urlpatterns
from tests import people
from tests.rows import pod, pods

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_modes]


class Table:
    """A page with a table: says what it has, shows what it is sent."""

    def __init__(self, user: Any, query: str = "?sort=name") -> None:
        self.socket = WebsocketCommunicator(
            URLRouter(websocket_urlpatterns), f"/ws/clusters/harbour/tables/pods/{query}"
        )
        self.socket.scope["user"] = user

    async def is_accepted(self) -> bool:
        self.socket.scope["session"] = await write(people.session, self.socket.scope["user"])
        accepted, _ = await self.socket.connect(timeout=5)
        return bool(accepted)

    async def open(self, have: dict[str, str]) -> None:
        assert await self.is_accepted()
        await self.socket.send_json_to({"have": have})

    async def is_cut(self) -> int:
        """Shows whatever comes until the socket is closed; the code."""
        while (event := await self.socket.receive_output(timeout=5))["type"] != "websocket.close":
            await self.socket.send_json_to({"shown": json.loads(event["text"])["n"]})
        return int(event["code"])

    async def next(self, part: str) -> dict[str, Any]:
        """The next message with `part` in it; all are acknowledged."""
        while True:
            message: dict[str, Any] = json.loads(await self.socket.receive_from(timeout=5))
            await self.socket.send_json_to({"shown": message["n"]})
            if part in message:
                return message


@pytest.fixture
async def harbour() -> Cluster:
    return await write(people.cluster, "harbour")


@pytest.fixture
async def table(harbour: Cluster) -> AsyncIterator[Table]:
    table = Table(await write(people.admin))
    yield table
    await table.socket.disconnect()


async def hint(cluster: Cluster, kind: str = "pods", sequence: int = 1) -> None:
    message = {"type": "rows.changed", "cluster": cluster.pk, "kind": kind, "sequence": sequence, "uids": None}
    await get_channel_layer().group_send(broadcast.group(cluster.pk, kind), message)


def change(name: str, **fields: Any) -> None:
    Pod.objects.filter(name=name).update(**fields)


async def test_a_page_that_is_up_to_date_is_sent_no_rows(table: Table, harbour: Cluster) -> None:
    await write(pods, harbour, 2)
    await table.open({"shop-pod-000": "1", "shop-pod-001": "1"})
    message = await table.next("pager")
    assert "rows" not in message
    assert "1\u20132 of 2" in message["pager"]


async def test_what_changed_before_the_socket_opened_is_sent(table: Table, harbour: Cluster) -> None:
    await write(pods, harbour, 2)
    await table.open({"shop-pod-000": "0"})
    message = await table.next("rows")
    assert set(message["rows"]) == {"shop-pod-001"}
    assert set(message["cells"]["shop-pod-000"]["cells"]) >= {"name", "status", "age"}
    assert message["order"] == ["shop-pod-000", "shop-pod-001"]


async def test_only_the_cells_that_changed_travel(table: Table, harbour: Cluster) -> None:
    await write(pods, harbour, 3)
    await table.open({f"shop-pod-00{number}": "1" for number in range(3)})
    await table.next("pager")
    await write(change, "pod-001", resource_version="2", status="Terminating")
    await hint(harbour)
    message = await table.next("cells")
    assert list(message["cells"]) == ["shop-pod-001"]
    changed = message["cells"]["shop-pod-001"]
    assert changed["rv"] == "2"
    assert list(changed["cells"]) == ["status"]
    assert "Terminating" in changed["cells"]["status"]
    assert "order" not in message
    assert "rows" not in message


async def test_a_new_version_in_which_no_cell_differs_is_noted_without_any(table: Table, harbour: Cluster) -> None:
    await write(pods, harbour, 1)
    await table.open({"shop-pod-000": "1"})
    await table.next("pager")
    await write(change, "pod-000", resource_version="2")
    await hint(harbour)
    assert (await table.next("cells"))["cells"] == {"shop-pod-000": {"rv": "2", "cells": {}}}


async def test_a_row_that_is_gone_is_named(table: Table, harbour: Cluster) -> None:
    await write(pods, harbour, 2)
    await table.open({"shop-pod-000": "1", "shop-pod-001": "1"})
    await table.next("pager")
    await write(lambda: Pod.objects.filter(name="pod-000").delete())
    await hint(harbour)
    message = await table.next("order")
    assert message["gone"] == ["shop-pod-000"]
    assert message["order"] == ["shop-pod-001"]


async def test_a_row_that_no_longer_matches_leaves_without_being_called_gone(harbour: Cluster) -> None:
    table = Table(await write(people.admin, "maria"), "?status=Running")
    await write(pods, harbour, 1)
    await table.open({"shop-pod-000": "1"})
    await table.next("pager")
    await write(change, "pod-000", resource_version="2", status="Error")
    await hint(harbour)
    message = await table.next("order")
    assert (message["order"], message["gone"]) == ([], [])
    await table.socket.disconnect()


async def test_of_rows_that_the_user_may_not_see_the_page_learns_nothing(harbour: Cluster) -> None:
    maria = await write(people.person, "maria")
    await write(people.grant, maria, harbour, Role.VIEW, "shop")
    await write(pod, harbour, "hidden", namespace="payments")
    table = Table(maria)
    await table.open({"payments-hidden": "1", "payments-invented": "1"})
    assert (await table.next("order"))["gone"] == ["payments-hidden", "payments-invented"]
    await table.socket.disconnect()


async def test_counts_follow_within_a_second(table: Table, harbour: Cluster) -> None:
    await table.open({})
    assert "0 of 0" in (await table.next("pager"))["pager"]
    await write(pods, harbour, 250)
    await hint(harbour)
    assert len((await table.next("order"))["order"]) == 100
    assert "1\u2013100 of 250" in (await table.next("pager"))["pager"]


async def test_lost_contact_is_told(table: Table, harbour: Cluster) -> None:
    await table.open({})
    await table.next("pager")
    watched = {"lease_until": timezone.now() + timedelta(minutes=1)}
    await write(lambda: Cluster.objects.update(health="unreachable", health_reason="The port is closed.", **watched))
    await hint(harbour, broadcast.HEALTH)
    message = await table.next("stale")
    assert "The port is closed." in message["stale"]
    assert message["health"] == "Unreachable"


async def test_nothing_more_is_sent_before_the_page_has_shown_it(table: Table, harbour: Cluster) -> None:
    await write(pods, harbour, 1)
    await table.open({})
    json.loads(await table.socket.receive_from(timeout=5))
    for version in range(2, 30):
        await write(change, "pod-000", resource_version=str(version))
        await hint(harbour, sequence=version)
    assert await table.socket.receive_nothing(timeout=0.5)


async def test_when_the_right_is_gone_the_socket_is_closed(harbour: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(base, "RECHECK_SECONDS", 0.05)
    maria = await write(people.person, "maria")
    await write(people.grant, maria, harbour, Role.VIEW, "shop")
    await write(pod, harbour, "hidden", namespace="payments")
    table = Table(maria)
    await table.open({})
    assert "0 of 0" in (await table.next("pager"))["pager"]
    await write(lambda: Grant.objects.all().delete())
    assert await table.is_cut() == base.REFUSED


async def test_when_the_cluster_is_removed_the_socket_is_closed(
    table: Table, harbour: Cluster, caplog: pytest.LogCaptureFixture
) -> None:
    await table.open({})
    await table.next("pager")
    await write(lambda: Cluster.objects.all().delete())
    await hint(harbour)
    assert await table.is_cut() == base.REFUSED
    assert "failed" not in caplog.text


@asynccontextmanager
async def sessions_away() -> AsyncIterator[None]:
    """The database cannot answer whether a session lasts."""

    def rename(table: str, to: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER TABLE {table} RENAME TO {to}")

    await write(rename, "django_session", "away")
    try:
        yield
    finally:
        await write(rename, "away", "django_session")


async def test_while_the_right_cannot_be_looked_up_for_a_moment_it_stays_open(
    table: Table, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(base, "RECHECK_SECONDS", 0.05)
    await table.open({})
    await table.next("pager")
    async with sessions_away(), asyncio.timeout(5):
        while "could not be confirmed" not in caplog.text:  # noqa: ASYNC110 - a log tells nobody
            await asyncio.sleep(0.01)
    assert await table.socket.receive_nothing(timeout=0.2)
    await write(lambda: Session.objects.all().delete())
    assert await table.is_cut() == base.REFUSED


async def test_while_the_right_cannot_be_looked_up_for_long_it_is_closed(
    table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(base, "RECHECK_SECONDS", 0.05)
    monkeypatch.setattr(standing_rights, "UNCONFIRMED_SECONDS", 0.1)
    await table.open({})
    await table.next("pager")
    async with sessions_away():
        assert await table.is_cut() == base.FAILED


async def test_when_the_session_has_expired_the_socket_is_closed(table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(base, "RECHECK_SECONDS", 0.05)
    await table.open({})
    await table.next("pager")
    await write(lambda: Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1)))
    assert await table.is_cut() == base.REFUSED


async def test_without_a_session_it_does_not_open(table: Table) -> None:
    assert not (await table.socket.connect(timeout=5))[0]


async def test_a_page_says_only_once_what_it_has(table: Table, harbour: Cluster) -> None:
    await table.open({})
    await table.next("pager")
    await table.socket.send_json_to({"have": {}})
    assert await table.is_cut() == base.MALFORMED


@pytest.mark.parametrize("text", ["no JSON", "[]", '{"have": 7}', '{"have": {"a": 1}}', "x" * 70_000])
async def test_a_page_that_talks_nonsense_is_cut(table: Table, harbour: Cluster, text: str) -> None:
    assert await table.is_accepted()
    await table.socket.send_to(text_data=text)
    assert await table.socket.receive_output(timeout=5) == {"type": "websocket.close", "code": base.MALFORMED}


@pytest.mark.parametrize("query", ["?sort=detail", "?namespace=../", "?nonsense=1"])
async def test_an_address_that_cannot_be_meant_is_refused(harbour: Cluster, query: str) -> None:
    table = Table(await write(people.admin, "maria"), query)
    assert not await table.is_accepted()
