"""R12: a browser that draws slowly, and one that is frozen, cost the server little and nobody else anything."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from django.contrib.auth.models import User

from clusters.threads import write
from dashboard.consumers import logs
from tests import people
from tests.harness.log_api import BEGAN
from tests.harness.log_cluster import LogCluster, LoggingPod, log_cluster
from tests.harness.many_logs import ManyLogs, many_logs

pytestmark = pytest.mark.django_db(transaction=True)

MOST_BYTES = 2 * 1024 * 1024
BURSTS = 20
BURST = 2500
LINE = "x" * 200
LAST = f" line {BURSTS * BURST - 1}\n"
MOMENT = timedelta(milliseconds=1)


@pytest.fixture
async def harbour() -> AsyncIterator[LogCluster]:
    """A pod that has written nothing yet."""
    async with log_cluster() as cluster:
        await cluster.add(LoggingPod("web"))
        yield cluster


@pytest.fixture
async def maria(harbour: LogCluster) -> User:
    return await write(people.admin, "maria")


async def flood(harbour: LogCluster, quick: ManyLogs) -> None:
    """Write many times what a browser may hold back; `quick` reads all of it."""
    log = harbour.pods["harbour", "web"].log()
    log.lines.append(b"2026-11-24T09:00:00Z first of all\n")
    await quick.until("first of all")
    for burst in range(BURSTS):
        stamp = f"{BEGAN + MOMENT * burst:%Y-%m-%dT%H:%M:%S.%f}000Z"
        lines = range(burst * BURST, (burst + 1) * BURST)
        log.lines.append("".join(f"{stamp} {LINE} line {number}\n" for number in lines).encode())
        await quick.until(f" line {lines[-1]}\n")
    assert quick.text[1] == b"".join(log.lines)
    assert len(quick.text[1]) > 4 * MOST_BYTES


async def test_a_frozen_one_is_let_go_and_no_other_notices(
    harbour: LogCluster, maria: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logs, "PATIENCE", 2.0)
    async with many_logs(maria, "pod=harbour/web") as frozen, many_logs(maria, "pod=harbour/web") as quick:
        frozen.draws = False
        await frozen.start()
        await quick.start()
        await flood(harbour, quick)
        assert (await frozen.until_closed()).startswith("The browser drew nothing for 2 s.")
        assert sum(len(text) for _, text in frozen.frames) < MOST_BYTES
        harbour.pods["harbour", "web"].log().lines.append(b"2026-11-24T11:00:00Z and on\n")
        await quick.until("and on")


async def test_a_slow_one_gets_what_he_can_take_and_is_told_what_he_missed(harbour: LogCluster, maria: User) -> None:
    async with many_logs(maria, "pod=harbour/web") as slow, many_logs(maria, "pod=harbour/web") as quick:
        await slow.start()
        await slow.until_state("web", "running")
        await quick.start()
        await flood(harbour, quick)
        async with asyncio.timeout(60):
            await slow.until(LAST)
        skipped = sum(mark["lines"] for mark in slow.marks if mark["type"] == "skipped")
        assert skipped
        assert slow.text[1].count(b"\n") + skipped == 1 + BURSTS * BURST


async def test_one_that_is_paused_is_not_let_go(
    harbour: LogCluster, maria: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logs, "PATIENCE", 0.5)
    async with many_logs(maria, "pod=harbour/web") as paused, many_logs(maria, "pod=harbour/web") as quick:
        await paused.start()
        await paused.tell(paused=True)
        await paused.until_state("web", "running")
        await quick.start()
        await flood(harbour, quick)
        await paused.tell(paused=False)
        await paused.until(LAST)
