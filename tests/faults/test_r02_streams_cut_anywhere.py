"""R2. The stream of three events breaks off after each of its bytes: nothing is lost, and nothing is applied twice."""

import asyncio
from collections import Counter
from contextlib import aclosing
from typing import Any

import msgspec
import pytest

from clusters.kube.client import Client
from clusters.kube.watching import Changes, Listed, watch
from clusters.models import Health
from tests.harness.doors import Door, FaultyCluster
from tests.harness.watches import PODS, Pod, Seen, StoppedTime
from tests.harness.watching import add_cluster, becomes, eventually, fleet, rows_equal_server

WORDS = "é漢🚢"
"""Characters of two, three and four bytes."""


async def on_server(client: Client) -> dict[str, str]:
    """uid -> resource version of all pods."""
    items: list[dict[str, Any]] = msgspec.json.decode(await client.get_page(PODS))["items"]
    return {item["metadata"]["uid"]: item["metadata"]["resourceVersion"] for item in items}


def three_events(door: Door, number: int) -> tuple[str, str]:
    """A pod comes, changes and goes; its uid, and the version of the change."""
    name = f"p{number}"
    door.put("pods", name, "default", metadata={"annotations": {"a": WORDS}})
    changed = door.put("pods", name, "default", metadata={"annotations": {"a": WORDS[::-1]}})
    door.remove("pods", name, "default")
    return changed["metadata"]["uid"], changed["metadata"]["resourceVersion"]


async def length_of_three_events(client: Client, door: Door) -> int:
    """The bytes of the three events."""
    seen = b""
    async with client.stream(PODS, {"watch": "1", "resourceVersion": await version_now(client)}, 10) as pieces:
        await asyncio.to_thread(three_events, door, 0)
        while seen.count(b"\n") < 3:
            seen += await anext(pieces)
    assert WORDS.encode() in seen
    return len(seen)


async def version_now(client: Client) -> str:
    page = msgspec.json.decode(await client.get_page(PODS, limit="1"))
    version: str = page["metadata"]["resourceVersion"]
    return version


async def test_after_every_byte(faulty: FaultyCluster, door: Door) -> None:
    seen, gone = Seen(), Counter[str]()
    changed = asyncio.Event()

    async def follow(client: Client) -> None:
        async with aclosing(watch(client, PODS, Pod, pace=StoppedTime().pace())) as steps:
            async for step in steps:
                seen.take(step)
                if isinstance(step, Changes):
                    gone.update(step.deleted)
                changed.set()

    async def has(uid: str) -> None:
        """The pod has come and gone, and the watch is open again."""
        while not gone[uid]:
            changed.clear()
            async with asyncio.timeout(20):
                await changed.wait()

    async with Client(faulty.connection()) as client:
        length = await length_of_three_events(client, door)
        following = asyncio.create_task(follow(client))
        while not any(isinstance(step, Listed) for step in seen.steps):
            await changed.wait()
            changed.clear()
        uids = []
        for after in range(length + 1):
            door.cause("cut", kind="pods", verb="watch", times=1, after=after)
            uid, _ = three_events(door, after % 10)
            uids.append(uid)
            await has(uid)
        assert seen.store == await on_server(client)
        following.cancel()
        await asyncio.wait([following])
    assert sum(isinstance(step, Listed) for step in seen.steps) == 1
    assert {uid: gone[uid] for uid in uids} == dict.fromkeys(uids, 1)
    applied = Counter(pod.metadata.resource_version for step in seen.steps for pod in upserts_of(step))
    assert max(applied.values()) == 1
    assert door.hits("cut") > length


def upserts_of(step: object) -> list[Pod]:
    return step.upserts if isinstance(step, Changes) else []


@pytest.mark.django_db(transaction=True)
async def test_the_rows_survive_cuts_too(faulty: FaultyCluster, door: Door) -> None:
    cluster = await add_cluster(faulty.connection())
    async with fleet():
        await becomes(cluster, Health.SYNCED)
        for after in range(0, 2000, 97):
            door.cause("cut", verb="watch", times=1, after=after)
        for number in range(40):
            door.put_pod(
                f"checkout-{number % 6}", phase="Failed" if number % 2 else "Running", labels={"n": f"{number}"}
            )
        await rows_equal_server(cluster)

        async def is_synced() -> bool:
            return (await becomes(cluster, Health.SYNCED)).health == Health.SYNCED

        await eventually(is_synced)
