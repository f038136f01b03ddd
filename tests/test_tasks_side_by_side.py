"""What runs side by side in a process: one part that fails is said so, and the others go on."""

import asyncio

import pytest

from clusters import tasks


async def fail() -> None:
    raise ValueError("out of fuel")


async def test_a_part_that_fails_is_logged_and_ends_no_other(caplog: pytest.LogCaptureFixture) -> None:
    ended = asyncio.Event()

    async def go_on() -> None:
        await asyncio.sleep(0.01)
        ended.set()

    await tasks.together(one=fail(), other=go_on())
    assert "Task one failed." in caplog.text
    assert "out of fuel" in caplog.text
    assert ended.is_set()


async def test_cancelling_ends_every_part() -> None:
    begun, cancelled = asyncio.Event(), asyncio.Event()

    async def wait_for_ever() -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled.set()
            raise

    both = asyncio.create_task(tasks.together(one=wait_for_ever()))
    await begun.wait()
    await tasks.stop([both])
    assert cancelled.is_set()
