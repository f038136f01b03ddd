"""The socket of a stream is opened with a ticket: for one pod, container and act, by whoever asked, once (S3)."""

from typing import Any

import pytest
from channels.routing import URLRouter
from channels.testing import WebsocketCommunicator
from django.contrib.auth.models import User
from django.contrib.sessions.backends.db import SessionStore
from django.test import Client

from clusters.models import TerminalSession
from clusters.streams import tickets
from clusters.threads import read, write
from dashboard.consumers.base import REFUSED
from dashboard.routing import websocket_urlpatterns
from tests import people

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_modes]

SHELL = "/ws/clusters/harbour/pods/payments/web/shell/"
ADDRESS = f"{SHELL}?container=app"


@pytest.fixture
async def maria() -> User:
    await write(people.cluster, "harbour")
    return await write(people.admin, "maria")


@pytest.fixture
async def session(maria: User) -> SessionStore:
    return await write(people.session, maria)


async def answer(user: User, session: SessionStore, address: str) -> dict[str, Any]:
    """The first thing that the socket says."""
    socket = WebsocketCommunicator(URLRouter(websocket_urlpatterns), address)
    socket.scope["user"], socket.scope["session"] = user, session
    assert (await socket.connect(timeout=5))[0]
    message: dict[str, Any] = await socket.receive_json_from(timeout=5)
    if message["code"] == REFUSED:
        assert await socket.receive_output(timeout=5) == {"type": "websocket.close", "code": REFUSED}
    await socket.disconnect()
    return message


async def refused(user: User, session: SessionStore, address: str) -> bool:
    told = await answer(user, session, address)
    assert not await read(TerminalSession.objects.exists)
    return told["code"] == REFUSED and "ticket" in told["reason"]


async def test_a_fresh_one_opens_once(maria: User, session: SessionStore) -> None:
    address = people.with_ticket(ADDRESS, session)
    # The cluster of this test has no connection: it comes as far as that.
    assert "connection of this cluster" in (await answer(maria, session, address))["reason"]
    assert await refused(maria, session, address)


@pytest.mark.parametrize("ticket", ["", "?ticket=", "?ticket=abc", "?container=app&ticket=W10:1wgdSf:mgz9nJ8OvJ5a4"])
async def test_none_and_made_up_ones_open_nothing(maria: User, session: SessionStore, ticket: str) -> None:
    assert await refused(maria, session, f"{SHELL}{ticket}")


@pytest.mark.parametrize(
    "other",
    [
        f"{SHELL}?container=other",
        "/ws/clusters/harbour/pods/payments/db/shell/?container=app",
        "/ws/clusters/harbour/pods/payments/web/logs/?container=app",
        "/ws/clusters/harbour/pods/payments/web/run/?container=app",
    ],
)
async def test_one_for_another_pod_container_or_act_opens_nothing(
    maria: User, session: SessionStore, other: str
) -> None:
    ticket = people.with_ticket(other, session).rpartition("ticket=")[2]
    assert await refused(maria, session, f"{ADDRESS}&ticket={ticket}")


async def test_one_of_another_sign_in_opens_nothing(maria: User, session: SessionStore) -> None:
    assert await refused(maria, await write(people.session, maria), people.with_ticket(ADDRESS, session))


async def test_one_that_is_too_old_opens_nothing(
    maria: User, session: SessionStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = people.with_ticket(ADDRESS, session)
    monkeypatch.setattr(tickets, "LASTS_SECONDS", -1)
    assert await refused(maria, session, address)


def test_pages_ask_for_them() -> None:
    people.cluster("harbour")
    client = Client()
    client.force_login(people.admin())
    assert client.get("/ticket/", {"for": ADDRESS}).json()["ticket"]
    for address in ("/admin/", "/ws/changes/", "/ws/nowhere/"):
        assert client.get("/ticket/", {"for": address}).status_code == 400
