"""R4. For ten minutes the API servers of twenty clusters answer 429, then 503, then reset every connection.

Time is scaled: a second here is twenty of the watches'. Each watch has a client of its own, as each cluster has.
"""

import asyncio
import time
from collections import defaultdict
from contextlib import AsyncExitStack, aclosing
from dataclasses import dataclass, field
from typing import Any

import msgspec
import pytest

from clusters.kinds import KINDS
from clusters.kube.backoff import Pace
from clusters.kube.client import Client
from clusters.kube.watching import Listed, Trouble, watch
from tests.harness.doors import Door, FaultyCluster
from tests.harness.watches import Pod, Seen
from tests.harness.watching import eventually

SCALE = 20.0
CLUSTERS = 20
WATCHES = CLUSTERS * len(KINDS)
RETRY_AFTER = 7
MINUTE = 60.0
STEADY = 0.05
"""Requests a second of one watch."""


def scaled_now() -> float:
    return time.monotonic() * SCALE


async def scaled_sleep(seconds: float) -> None:
    await asyncio.sleep(seconds / SCALE)


PACE = Pace(clock=scaled_now, sleep=scaled_sleep)


@dataclass
class Follower:
    """One watch: what it knows, and its waits by the error that led to them."""

    path: str
    seen: Seen = field(default_factory=Seen)
    waits: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    async def follow(self, client: Client) -> None:
        async with aclosing(watch(client, self.path, Pod, pace=PACE)) as steps:
            async for step in steps:
                self.seen.take(step)
                if isinstance(step, Trouble):
                    self.waits[type(step.error).__name__].append(step.retry_in)

    @property
    def is_listed(self) -> bool:
        return any(isinstance(step, Listed) for step in self.seen.steps)


async def during(minutes: float) -> None:
    await asyncio.sleep(minutes * MINUTE / SCALE)


@pytest.mark.long
async def test_all_wait_as_long_as_they_are_told_and_come_back_one_by_one(faulty: FaultyCluster) -> None:
    door, followers = faulty.door, [Follower(kind.path()) for _ in range(CLUSTERS) for kind in KINDS.values()]
    async with AsyncExitStack() as stack:
        clients = [await stack.enter_async_context(Client(faulty.connection())) for _ in range(CLUSTERS)]
        tasks = [
            asyncio.create_task(follower.follow(clients[number // len(KINDS)]))
            for number, follower in enumerate(followers)
        ]

        async def all_listed() -> bool:
            return all(follower.is_listed for follower in followers)

        await eventually(all_listed, seconds=60)
        await ask(door.cause, "too-many-requests", retry_after=RETRY_AFTER)
        await ask(door.cause, "cut", verb="watch", times=WATCHES)
        await during(2)
        await ask(door.clear)
        await ask(door.cause, "unavailable")
        await during(2)
        await ask(door.clear)
        await ask(door.cause, "reset")
        await during(2)

        async def is_steady() -> bool:
            return await requests_a_second(door) <= STEADY

        # A machine that stands still for six seconds lets two minutes of the watches' time pass: they begin anew.
        await eventually(is_steady, seconds=60)
        await ask(door.put_pod, "changed-meanwhile")
        await ask(door.remove, "pods", "checkout-0", "default")
        before = len(await ask(door.asked))
        await ask(door.clear)

        async def all_in_step() -> bool:
            server = await ask(on_server, faulty)
            return all(follower.seen.store == server for follower in followers if follower.path.endswith("/pods"))

        await eventually(all_in_step, seconds=20)
        back = (await ask(door.asked))[before:]
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
    assert all(wait >= RETRY_AFTER for follower in followers for wait in told_to_wait(follower))
    first = sorted(told_to_wait(follower)[0] for follower in followers)
    assert len({round(wait, 2) for wait in first}) > WATCHES / 3, "the first retries are not spread"
    assert not [each for each in back if each.verb == "watch" and each.lists], "lists at recovery"


async def requests_a_second(door: Door) -> float:
    """Of one watch, over three minutes from now."""
    before, began = len(await ask(door.asked)), scaled_now()
    await during(3)
    return (len(await ask(door.asked)) - before) / WATCHES / (scaled_now() - began)


def told_to_wait(follower: Follower) -> list[float]:
    """The waits after 429 with Retry-After: those before the first that came without."""
    return follower.waits["TooManyRequests"][:2]


def on_server(faulty: FaultyCluster) -> dict[str, str]:
    async def read() -> dict[str, str]:
        async with Client(faulty.connection()) as client:
            items: list[dict[str, Any]] = msgspec.json.decode(await client.get_page("/api/v1/pods"))["items"]
            return {item["metadata"]["uid"]: item["metadata"]["resourceVersion"] for item in items}

    return asyncio.run(read())


async def ask(call: Any, *arguments: Any, **parameters: Any) -> Any:
    """The door is another process: the watches go on while it is asked."""
    return await asyncio.to_thread(call, *arguments, **parameters)
