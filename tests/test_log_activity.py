"""Activity says that a log was opened when it was, live or as a file, and not when there was nothing to open."""

from collections.abc import AsyncIterator

import pytest
from channels.routing import URLRouter
from channels.testing import WebsocketCommunicator
from django.contrib.auth.models import User

from clusters.models import Activity
from clusters.threads import read, write
from dashboard.routing import websocket_urlpatterns
from tests import people
from tests.harness.log_cluster import LogCluster, LoggingPod, log_cluster

pytestmark = pytest.mark.django_db(transaction=True)

Act = Activity.Act


@pytest.fixture
async def harbour() -> AsyncIterator[LogCluster]:
    """The cluster harbour; its only pod is harbour/web."""
    async with log_cluster() as cluster:
        await cluster.add(LoggingPod("web"))
        yield cluster


@pytest.fixture
async def maria(harbour: LogCluster) -> User:
    return await write(people.admin, "maria")


async def socket(user: User, pod: str, stream: str = "logs") -> WebsocketCommunicator:
    path = f"/ws/clusters/harbour/pods/harbour/{pod}/{stream}/?container=main"
    session = await write(people.session, user)
    opened = WebsocketCommunicator(URLRouter(websocket_urlpatterns), people.with_ticket(path, session))
    opened.scope["user"], opened.scope["session"] = user, session
    return opened


def acts() -> list[str]:
    return list(Activity.objects.filter(act__startswith="log").order_by("pk").values_list("act", flat=True))


async def test_a_log_that_is_read_is_noted_at_both_ends(harbour: LogCluster, maria: User) -> None:
    log = await socket(maria, "web")
    assert (await log.connect(timeout=5))[0]
    await log.send_json_to({"start": {"sources": []}})
    await log.receive_output(timeout=5)
    harbour.pods["harbour", "web"].log().lines.append(b"2026-11-24T10:00:00Z hello\n")
    while b"hello" not in ((await log.receive_output(timeout=5)).get("bytes") or b""):
        pass
    assert await read(acts) == [Act.LOG_OPENED]
    await log.disconnect()
    assert await read(acts) == [Act.LOG_OPENED, Act.LOG_CLOSED]


async def test_of_a_pod_that_is_not_there_nothing_is_noted(maria: User) -> None:
    log = await socket(maria, "absent")
    assert (await log.connect(timeout=5))[0]
    await log.send_json_to({"start": {"sources": []}})
    assert b"No container is selected" in (await log.receive_output(timeout=5))["text"].encode()
    await log.disconnect()
    assert await read(acts) == []


@pytest.mark.parametrize("stream", ["logs", "shell"])
@pytest.mark.parametrize("pod", ["..", "Web", "a" * 5003, "we%00b"])
async def test_a_name_that_no_pod_can_have_opens_no_socket(maria: User, stream: str, pod: str) -> None:
    log = await socket(maria, pod, stream)
    assert not (await log.connect(timeout=5))[0]
