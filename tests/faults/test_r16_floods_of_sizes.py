"""R16: whatever sizes a page sends, the terminal gets sizes that it can have, few of them, and the last one."""

import asyncio

import msgspec
import pytest
from aiohttp import web

from clusters.kube.channels import Channel
from tests.harness.exec_api import exec_api, held

pytestmark = pytest.mark.django_db(transaction=True)

HOSTILE = ((0, 0), (-1, -70_000), (70_000, 10**30), (501, 1))


def sizes(heard: list[bytes]) -> list[tuple[int, int]]:
    """The sizes that reached the container."""
    decoded = [msgspec.json.decode(frame[1:]) for frame in heard if frame[0] == Channel.RESIZE]
    return [(size["Width"], size["Height"]) for size in decoded]


async def test_a_flood_and_then_one_that_counts() -> None:
    async with exec_api() as api:
        resized = asyncio.Event()

        async def session(socket: web.WebSocketResponse) -> None:
            async for _ in api.listen(socket):
                if (99, 33) in sizes(api.heard):
                    resized.set()

        api.session = session
        async with held(api) as shell, asyncio.timeout(20):
            await shell.until(lambda terminal: terminal.started)
            for _ in range(1000):
                for columns, rows in HOSTILE:
                    shell.terminal.resize(columns, rows)
                    assert all(1 <= cells <= 500 for cells in shell.terminal.size)  # which watchers and recordings get
                    shell.terminal.type(shell.viewer, b"k")
                await asyncio.sleep(0)
            shell.terminal.resize(99, 33)
            await resized.wait()
        heard = sizes(api.heard)
        assert all(1 <= cells <= 500 for size in heard for cells in size)
        assert len(heard) < 100
        assert heard[-1] == (99, 33)


async def test_a_key_does_not_overtake_the_size_before_it() -> None:
    async with exec_api() as api:
        typed = asyncio.Event()

        async def session(socket: web.WebSocketResponse) -> None:
            async for frame in api.listen(socket):
                if frame == b"\x00z":
                    typed.set()

        api.session = session
        async with held(api) as shell, asyncio.timeout(20):
            await shell.until(lambda terminal: terminal.started)
            for columns, key in zip(range(91, 117), b"abcdefghijklmnopqrstuvwxyz", strict=True):
                shell.terminal.resize(columns, 31)
                shell.terminal.type(shell.viewer, bytes([key]))
                if key % 3 == 0:
                    await asyncio.sleep(0)
            await typed.wait()
        last = 0
        for frame in api.heard:
            if frame[0] == Channel.RESIZE:
                last = sizes([frame])[0][0]
            elif frame[0] == Channel.STDIN:
                assert last >= 91 + frame[1] - ord("a"), "a key came before its size"
