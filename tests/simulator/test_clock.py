"""The time of the simulated world passes as its clock is told to."""

import asyncio
from datetime import timedelta

from simulator.clock import Clock, VirtualClock, micro_timestamp, moment_of, timestamp


async def test_virtual_hours_pass_in_order() -> None:
    clock, woken = VirtualClock(), []
    start = clock.now()

    async def sleep(hours: float) -> None:
        await clock.sleep(hours * 3600)
        woken.append((hours, clock.now() - start))

    await asyncio.gather(sleep(3), sleep(1), sleep(2))
    assert woken == [(hours, timedelta(hours=hours)) for hours in (1, 2, 3)]


async def test_virtual_time_waits_for_whoever_is_at_work() -> None:
    clock, steps = VirtualClock(), []

    async def work() -> None:
        await clock.sleep(1)
        for _ in range(10):
            await asyncio.sleep(0)
        steps.append("worked")

    async def sleep() -> None:
        await clock.sleep(2)
        steps.append("slept")

    await asyncio.gather(work(), sleep())
    assert steps == ["worked", "slept"]


async def test_a_cancelled_sleeper_holds_nobody_up() -> None:
    clock = VirtualClock()
    sleeper = asyncio.create_task(clock.sleep(1))
    await asyncio.sleep(0)
    sleeper.cancel()
    await clock.sleep(2)
    assert clock.monotonic() == 2


def test_a_jump_moves_the_date_only() -> None:
    clock = VirtualClock()
    before, steady = clock.now(), clock.monotonic()
    clock.jump(-3600)
    assert (clock.now() - before, clock.monotonic()) == (timedelta(hours=-1), steady)


async def test_a_fast_clock_gains() -> None:
    clock = Clock(speed=1000)
    before = clock.monotonic()
    await clock.sleep(10)
    assert clock.monotonic() - before >= 10


def test_timestamps_are_the_api_servers() -> None:
    moment = VirtualClock().now()
    assert timestamp(moment) == "2026-01-05T08:00:00Z"
    assert micro_timestamp(moment) == "2026-01-05T08:00:00.000000Z"
    assert moment_of(timestamp(moment)) == moment_of(micro_timestamp(moment)) == moment
