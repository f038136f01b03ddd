"""R15: an error or a block in our own handler leaves the shell as a lost socket does, for the grace time."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import pytest
from channels.routing import URLRouter
from channels.testing import WebsocketCommunicator
from django.db import connection
from django.urls import path
from pytest_django import Settings

from clusters.clients import close_clients
from clusters.models import Activity, Role, TerminalSession
from clusters.models import Cluster as ClusterRow
from clusters.sealing import seal_connection
from clusters.streams import holding, sessions
from clusters.threads import read, write
from dashboard.consumers.shell import ShellConsumer
from tests import people
from tests.harness.clusters import Cluster
from tests.harness.connections import connection_to
from tests.harness.containers import BUSY, is_busy, nothing_is_left
from tests.harness.kubectl import Kubectl

pytestmark = pytest.mark.django_db(transaction=True)


class Faulty(ShellConsumer):
    """Fails or blocks when the page says so."""

    async def received(self, message: dict[str, Any]) -> None:
        if "fail" in message:
            raise RuntimeError("a fault of this test")
        if "block" in message:
            await asyncio.Event().wait()
        await super().received(message)


@pytest.fixture
async def harbour(cluster: Cluster, settings: Settings) -> AsyncIterator[ClusterRow]:
    def made() -> ClusterRow:
        row = people.cluster("harbour")
        seal_connection(row, connection_to(cluster))
        row.save()
        return row

    settings.PILOTHOUSE_SHELL_GRACE_SECONDS = 1
    yield await write(made)
    await holding.end_all()
    await close_clients()


async def opened(harbour: ClusterRow, near: Kubectl, pod: str) -> WebsocketCommunicator:
    """A shell of maria's, at its prompt."""
    maria = await write(people.person, "maria")
    await write(people.grant, maria, harbour, Role.SHELL, near.namespace)
    routes = URLRouter([path("<slug:slug>/<str:namespace>/<str:name>/", Faulty.as_asgi())])
    session = await write(people.session, maria)
    address = people.with_ticket(f"/harbour/{near.namespace}/{pod}/?container=main", session)
    socket = WebsocketCommunicator(routes, address)
    socket.scope["user"], socket.scope["session"] = maria, session
    assert (await socket.connect(timeout=5))[0]
    await shows(socket, b"#")
    return socket


async def shows(socket: WebsocketCommunicator, text: bytes) -> None:
    """Wait until the shell has printed the text."""
    screen = b""
    while text not in screen:
        screen += (await socket.receive_output(timeout=20)).get("bytes") or b""


@pytest.fixture
async def shell(harbour: ClusterRow, near: Kubectl, pod: str) -> WebsocketCommunicator:
    """A busy shell."""
    socket = await opened(harbour, near, pod)
    await socket.send_to(bytes_data=f"{BUSY}\n".encode())
    await asyncio.to_thread(is_busy, near, pod)
    return socket


async def all_is_over(near: Kubectl, pod: str) -> None:
    """Nothing is left in the container, and the books are closed."""
    await asyncio.to_thread(nothing_is_left, near, pod)
    async with asyncio.timeout(10):
        while not await read(TerminalSession.objects.exclude(ended=None).exists):  # noqa: ASYNC110 - a row tells nobody
            await asyncio.sleep(0.1)
    assert (await read(TerminalSession.objects.get)).exit_code is None
    assert await read(Activity.objects.filter(act=Activity.Act.SHELL_CLOSED).exists)


async def test_a_handler_that_fails(shell: WebsocketCommunicator, near: Kubectl, pod: str) -> None:
    await shell.send_input({"type": "websocket.receive", "text": json.dumps({"fail": True})})
    with pytest.raises(RuntimeError, match="a fault of this test"):
        await shell.future
    await all_is_over(near, pod)


async def test_a_handler_that_blocks_until_daphne_cancels_it(
    shell: WebsocketCommunicator, near: Kubectl, pod: str
) -> None:
    await shell.send_input({"type": "websocket.receive", "text": json.dumps({"block": True})})
    await shell.send_input({"type": "websocket.disconnect", "code": 1006})
    shell.future.cancel()
    with suppress(asyncio.CancelledError):
        await shell.future
    await all_is_over(near, pod)


async def test_a_database_that_cannot_be_written_ends_no_shell(
    harbour: ClusterRow, near: Kubectl, pod: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(sessions, "HEARTBEAT_SECONDS", 0.1)
    shell = await opened(harbour, near, pod)
    await write(rename, "clusters_terminalsession", "away")
    try:
        async with asyncio.timeout(10):
            while "could not give its sign of life" not in caplog.text:  # noqa: ASYNC110 - a log tells nobody
                await asyncio.sleep(0.01)
    finally:
        await write(rename, "away", "clusters_terminalsession")
    await shell.send_to(bytes_data=b"echo still-$((40 + 2))\n")
    await shows(shell, b"still-42")
    await shell.disconnect()


def rename(table: str, to: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} RENAME TO {to}")
