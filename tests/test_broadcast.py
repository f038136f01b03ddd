"""Hints about changed rows reach whoever joined, merged when fast, and cost nothing when the layer is down."""

import asyncio
import logging
from typing import Any

import pytest
from channels.layers import get_channel_layer
from pytest_django import Settings

from clusters.broadcast import INTERVAL, MAX_UIDS, Broadcaster, group

pytestmark = pytest.mark.both_modes


async def joined(cluster_id: int, kind: str) -> str:
    layer = get_channel_layer()
    channel: str = await layer.new_channel()
    await layer.group_add(group(cluster_id, kind), channel)
    return channel


async def heard(channel: str) -> dict[str, Any]:
    async with asyncio.timeout(2):
        message: dict[str, Any] = await get_channel_layer().receive(channel)
        return message


async def test_a_hint_names_what_changed() -> None:
    channel = await joined(1, "pods")
    Broadcaster().tell(1, "pods", 7, frozenset({"a"}))
    assert await heard(channel) == {
        "type": "rows.changed",
        "cluster": 1,
        "kind": "pods",
        "sequence": 7,
        "uids": ["a"],
    }


async def test_hints_that_follow_fast_are_merged_into_one() -> None:
    channel, broadcaster = await joined(2, "pods"), Broadcaster()
    broadcaster.tell(2, "pods", 1, frozenset({"a"}))
    await heard(channel)
    for sequence, uid in ((2, "b"), (3, "c"), (4, "b")):
        broadcaster.tell(2, "pods", sequence, frozenset({uid}))
    message = await heard(channel)
    assert (message["sequence"], message["uids"]) == (4, ["b", "c"])


async def test_too_many_changes_are_not_named() -> None:
    channel, broadcaster = await joined(3, "pods"), Broadcaster()
    broadcaster.tell(3, "pods", 1, frozenset(str(number) for number in range(MAX_UIDS)))
    broadcaster.tell(3, "pods", 2, frozenset({"one more"}))
    broadcaster.tell(3, "pods", 3, frozenset({"and another"}))
    message = await heard(channel)
    assert (message["sequence"], message["uids"]) == (3, None)


async def test_a_hint_goes_to_its_cluster_and_kind_only() -> None:
    pods, nodes = await joined(4, "pods"), await joined(4, "nodes")
    broadcaster = Broadcaster()
    broadcaster.tell(4, "nodes", 1)
    broadcaster.tell(5, "pods", 1)
    assert (await heard(nodes))["kind"] == "nodes"
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(2 * INTERVAL):
            await get_channel_layer().receive(pods)


async def test_a_layer_that_is_down_is_said_once_and_stops_nobody(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.CHANNEL_LAYERS = {
        "default": {
            "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
            "CONFIG": {"hosts": ["redis://127.0.0.1:1"]},
        }
    }
    caplog.set_level(logging.ERROR, logger="clusters.broadcast")
    broadcaster = Broadcaster()
    for sequence in range(3):
        broadcaster.tell(6, "pods", sequence)
        await broadcaster.idle()
    assert len(caplog.records) == 1
    assert "pages update late" in caplog.text
