"""Whoever wants more of a log than is kept for all gets it from the cluster, and then goes on with the others."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import User

from clusters.streams import bounds, feeds
from clusters.streams import logs as followed_logs
from clusters.threads import write
from tests import people
from tests.harness.log_api import BEGAN, Instance
from tests.harness.log_cluster import LogCluster, LoggingPod, log_cluster
from tests.harness.many_logs import LogPage, many_logs

pytestmark = pytest.mark.django_db(transaction=True)

QUERY = "pod=harbour/web"
BURST = 20
LINES = 3000


@pytest.fixture
async def harbour() -> AsyncIterator[LogCluster]:
    """A pod that has written three thousand lines, twenty at each moment."""
    async with log_cluster() as cluster:
        write_bursts((await cluster.add(LoggingPod("web"))).log(), LINES)
        yield cluster


@pytest.fixture
async def maria(harbour: LogCluster) -> User:
    return await write(people.admin, "maria")


def write_bursts(log: Instance, count: int) -> None:
    for _ in range(count // BURST):
        log.write_at(BEGAN + timedelta(milliseconds=len(log.lines)), BURST)


@pytest.mark.parametrize(("tail", "lines"), [("10", 10), ("500", 500), ("2500", 2500), ("all", LINES)])
async def test_beside_one_who_looks_already(harbour: LogCluster, maria: User, tail: str, lines: int) -> None:
    log = harbour.pods["harbour", "web"].log()
    async with many_logs(maria, QUERY) as first, many_logs(maria, f"{QUERY}&tail={tail}") as second:
        await first.start()
        await first.until(" line 2999\n")
        await second.start()
        await second.until(" line 2999\n")
        write_bursts(log, 200)
        await second.until(" line 3199\n")
        assert second.text[1] == b"".join(log.lines[LINES - lines :])
        assert second.page.signs() == []


async def test_since_a_moment(harbour: LogCluster, maria: User) -> None:
    log = harbour.pods["harbour", "web"].log()
    async with (
        many_logs(maria, QUERY) as first,
        many_logs(maria, f"{QUERY}&tail=all&since=2026-11-24T10:00:01Z") as second,
    ):
        await first.start()
        await first.until(" line 2999\n")
        await second.start()
        await second.until(" line 2999\n")
        assert second.text[1] == b"".join(log.lines[1000:])


async def test_until_a_moment_that_is_past(harbour: LogCluster, maria: User) -> None:
    log = harbour.pods["harbour", "web"].log()
    async with many_logs(maria, f"{QUERY}&tail=100&until=2026-11-24T10:00:01.5Z") as logs:
        await logs.start()
        await logs.until_closed()
    assert logs.text[1] == b"".join(log.lines[1420:1520])


async def test_one_who_comes_back_after_much_was_written(
    harbour: LogCluster, maria: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feeds, "RING_BYTES", 50_000)
    page, log = LogPage(), harbour.pods["harbour", "web"].log()
    async with many_logs(maria, f"{QUERY}&tail=all") as other:
        async with many_logs(maria, f"{QUERY}&tail=all", page=page) as before:
            await before.start()
            await before.until(" line 2999\n")
        await other.start()
        for _ in range(5):
            write_bursts(log, 1000)
            await other.until(log.lines[-1].decode())
        async with many_logs(maria, f"{QUERY}&tail=all", page=page) as after:
            await after.start()
            await after.until(" line 7999\n")
    assert page.of("web") == b"".join(log.lines)
    assert page.signs() == []


async def test_what_cannot_be_read_is_a_gap_that_says_why(harbour: LogCluster, maria: User) -> None:
    log = harbour.pods["harbour", "web"].log()
    async with many_logs(maria, QUERY) as first, many_logs(maria, f"{QUERY}&tail=all") as second:
        await first.start()
        await first.until(" line 2999\n")
        harbour.refuses = True
        await second.start()
        await second.until(" line 2999\n")
        assert second.text[1] == b"".join(log.lines[-500:])
        [gap] = [mark for mark in second.marks if mark["type"] == "gap"]
        assert gap["text"].startswith("Lines may be missing here: The cluster's credentials may not read this log.")


@pytest.mark.parametrize(("tail", "lines"), [("10", 10), ("all", LINES)])
async def test_of_a_log_that_cannot_be_read_at_first(
    harbour: LogCluster, maria: User, monkeypatch: pytest.MonkeyPatch, tail: str, lines: int
) -> None:
    monkeypatch.setattr(followed_logs, "POLL_SECONDS", 0.01)
    log = harbour.pods["harbour", "web"].log()
    harbour.stumbles = True
    async with many_logs(maria, f"{QUERY}&tail={tail}") as page:
        await page.start()
        while not page.sources or page.sources[1]["text"] != "not now Trying again.":
            assert await page.read(), page.end
        harbour.stumbles = False
        await page.until(" line 2999\n")
        assert page.text[1] == b"".join(log.lines[-lines:])
        assert page.page.signs() == []


async def test_of_a_log_that_could_not_be_read_until_another_looked(harbour: LogCluster, maria: User) -> None:
    log = harbour.pods["harbour", "web"].log()
    harbour.refuses = True
    async with many_logs(maria, f"{QUERY}&tail=all") as first, many_logs(maria, QUERY) as second:
        await first.start()
        await first.until_state("web", "failed")
        harbour.refuses = False
        await second.start()
        await first.until(" line 2999\n")
        assert first.text[1] == b"".join(log.lines)


async def test_not_followed_what_cannot_be_read_has_failed(harbour: LogCluster, maria: User) -> None:
    harbour.refuses = True
    async with many_logs(maria, f"{QUERY}&follow=0") as logs:
        await logs.start()
        failed = await logs.until_state("web", "failed")
        assert failed["text"].startswith("The cluster's credentials may not read this log.")


async def test_of_a_time_that_ends_lines_that_are_too_many_bytes_are_left_out_and_counted(
    harbour: LogCluster, maria: User
) -> None:
    """The API cannot give the last lines before a moment: they are kept here until it is reached."""
    log = harbour.pods["harbour", "web"].log()
    log.lines = [f"{BEGAN:%Y-%m-%dT%H:%M:%S}.000000000Z {number:0100}\n".encode() for number in range(40_000)]
    async with many_logs(maria, f"{QUERY}&tail=39000&until=2026-11-24T11:00:00Z") as logs:
        await logs.start()
        await logs.until_closed()
    [gap] = [mark for mark in logs.marks if mark["type"] == "gap"]
    kept = logs.text[1].count(b"\n")
    assert logs.text[1] == b"".join(log.lines[-kept:])
    assert gap["text"].startswith(f"{39_000 - kept:,} lines are left out here")


async def test_until_a_moment_to_come_a_quiet_log_ends_there(
    harbour: LogCluster, maria: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bounds, "LATE", timedelta())
    until = (datetime.now(UTC) + timedelta(seconds=2)).strftime("%Y-%m-%dT%H:%M:%SZ")
    async with many_logs(maria, f"pod=harbour/web&until={until}") as logs:
        await logs.start()
        assert await logs.until_closed() == "That was the last line of the time that was asked for."
        # The container runs on.
        assert logs.sources[logs.number("web")]["state"] == "read"
        assert logs.text[logs.number("web")]
