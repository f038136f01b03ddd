"""The socket of the other pages: tells that something they show changed, and nothing of what they may not see."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from channels.layers import get_channel_layer
from channels.routing import URLRouter
from channels.testing import WebsocketCommunicator
from django.contrib.auth.models import User

from clusters import broadcast
from clusters.models import Cluster, Grant, Role
from clusters.threads import write
from dashboard.consumers import base
from dashboard.consumers.base import MALFORMED, REFUSED
from dashboard.routing import websocket_urlpatterns
from tests import people

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
async def harbour() -> Cluster:
    return await write(people.cluster, "harbour")


@pytest.fixture
async def socket(harbour: Cluster) -> AsyncIterator[WebsocketCommunicator]:
    maria = await write(people.person, "maria")
    await write(people.grant, maria, harbour, Role.VIEW)
    socket = await opened(maria)
    yield socket
    await socket.disconnect()


async def opened(user: User) -> WebsocketCommunicator:
    socket = WebsocketCommunicator(URLRouter(websocket_urlpatterns), "/ws/changes/")
    socket.scope["user"], socket.scope["session"] = user, await write(people.session, user)
    assert (await socket.connect(timeout=5))[0]
    return socket


async def follow(socket: WebsocketCommunicator, *topics: str) -> None:
    """Follows, and shows the first word, which covers what changed before."""
    await socket.send_json_to({"follow": list(topics)})
    await shown(socket)


async def shown(socket: WebsocketCommunicator) -> None:
    message = await socket.receive_json_from(timeout=5)
    assert message["changed"] is True
    await socket.send_json_to({"shown": message["n"]})


async def hint(cluster: Cluster, kind: str, uids: list[str] | None) -> None:
    message: dict[str, Any] = {"type": "rows.changed", "cluster": cluster.pk, "kind": kind, "sequence": 1, "uids": uids}
    await get_channel_layer().group_send(broadcast.group(cluster.pk, kind), message)


async def test_a_change_of_the_kind_is_told(socket: WebsocketCommunicator, harbour: Cluster) -> None:
    await follow(socket, "harbour/pods")
    await hint(harbour, "pods", ["a"])
    await shown(socket)


async def test_of_one_object_only_its_own_changes_are_told(socket: WebsocketCommunicator, harbour: Cluster) -> None:
    await follow(socket, "harbour/pods/a", "harbour/pods/b")
    await hint(harbour, "pods", ["c"])
    await hint(harbour, "deployments", ["a"])
    assert await socket.receive_nothing(timeout=0.4)
    await hint(harbour, "pods", ["c", "b"])
    await shown(socket)
    await hint(harbour, "pods", None)
    await shown(socket)


async def test_many_changes_are_one_word(socket: WebsocketCommunicator, harbour: Cluster) -> None:
    await follow(socket, "harbour/pods")
    await asyncio.gather(*(hint(harbour, "pods", ["a"]) for _ in range(50)))
    await shown(socket)
    assert await socket.receive_nothing(timeout=0.1)


@pytest.mark.parametrize("topics", [[], ["harbour"], ["harbour/secrets"], ["harbour/pods/a/b"], [7], "harbour/pods"])
async def test_what_is_no_topic_cuts_the_socket(socket: WebsocketCommunicator, topics: object) -> None:
    await socket.send_json_to({"follow": topics})
    assert await socket.receive_output(timeout=5) == {"type": "websocket.close", "code": MALFORMED}


async def test_a_cluster_that_is_not_granted_is_refused_like_none(socket: WebsocketCommunicator) -> None:
    await write(people.cluster, "lab")
    await socket.send_json_to({"follow": ["lab/pods"]})
    assert await socket.receive_output(timeout=5) == {"type": "websocket.close", "code": REFUSED}


async def test_a_page_of_very_many_clusters_is_live(harbour: Cluster) -> None:
    chief = await write(people.admin, "chief")
    slugs = ["harbour", *(f"cluster-{number}" for number in range(100))]
    for slug in slugs[1:]:
        await write(people.cluster, slug)
    socket = await opened(chief)
    await follow(socket, *(f"{slug}/{kind}" for slug in slugs for kind in ("health", "nodes", "pods", "deployments")))
    await hint(harbour, "pods", ["a"])
    await shown(socket)
    await socket.disconnect()


async def test_one_cluster_that_goes_leaves_the_others_live(harbour: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(base, "RECHECK_SECONDS", 0.05)
    chief, lab = await write(people.admin, "chief"), await write(people.cluster, "lab")
    socket = await opened(chief)
    await follow(socket, "harbour/pods", "lab/pods")
    gone = lab.pk
    await write(lab.delete)

    async def is_forgotten() -> bool:
        await hint(Cluster(pk=gone), "pods", ["a"])
        return bool(await socket.receive_nothing(timeout=0.4))

    while not await is_forgotten():
        await shown(socket)
    await hint(harbour, "pods", ["a"])
    await shown(socket)
    await socket.disconnect()


async def test_nodes_are_told_only_to_those_who_see_the_whole_cluster(harbour: Cluster) -> None:
    tomas = await write(people.person, "tomas")
    await write(people.grant, tomas, harbour, Role.VIEW, "shop")
    socket = await opened(tomas)
    await follow(socket, "harbour/nodes", "harbour/pods")
    await hint(harbour, "nodes", ["a"])
    assert await socket.receive_nothing(timeout=0.4)
    await hint(harbour, "pods", ["a"])
    await shown(socket)
    await socket.disconnect()


async def test_when_only_a_namespace_is_left_nodes_are_told_no_more(
    harbour: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(base, "RECHECK_SECONDS", 0.05)
    tomas = await write(people.person, "tomas")
    await write(people.grant, tomas, harbour, Role.VIEW)
    socket = await opened(tomas)
    await follow(socket, "harbour/nodes")
    await write(lambda: Grant.objects.update(namespaces=["shop"]))
    assert await socket.receive_output(timeout=5) == {"type": "websocket.close", "code": REFUSED}
