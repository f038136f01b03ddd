"""Scrolling up brings the lines from before those that were shown, as far back as the cluster has them."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from django.contrib.auth.models import User

from clusters.threads import write
from tests import people
from tests.harness.log_api import BEGAN, Instance
from tests.harness.log_cluster import LogCluster, LoggingPod, log_cluster
from tests.harness.many_logs import ManyLogs, many_logs

pytestmark = pytest.mark.django_db(transaction=True)

SHOWN = 10


@pytest.fixture
async def harbour() -> AsyncIterator[LogCluster]:
    """A pod with two thousand lines, five seconds apart."""
    async with log_cluster() as cluster:
        pod = await cluster.add(LoggingPod("web"))
        pod.log().write(2000, each=timedelta(seconds=5))
        yield cluster


@pytest.fixture
async def maria(harbour: LogCluster) -> User:
    return await write(people.admin, "maria")


@pytest.fixture
async def logs(maria: User) -> AsyncIterator[ManyLogs]:
    """A page that shows the last ten lines of it."""
    async with many_logs(maria, f"pod=harbour/web&tail={SHOWN}") as opened:
        await opened.start()
        await opened.until(" line 1999\n")
        assert opened.text[1].count(b"\n") == SHOWN
        yield opened


def log_of(harbour: LogCluster) -> Instance:
    return harbour.pods["harbour", "web"].log()


def moment(line: bytes | bytearray) -> str:
    return line.split()[0].decode()


async def test_page_after_page_up_to_the_first_line(harbour: LogCluster, logs: ManyLogs) -> None:
    lines = log_of(harbour).lines
    shown, more = bytes(logs.text[1]), True
    while more:
        older, more = await logs.older_than("web", moment(shown), 700)
        shown = older + shown
    assert shown == b"".join(lines)


async def test_what_goes_on_meanwhile_is_not_mixed_up_with_it(harbour: LogCluster, logs: ManyLogs) -> None:
    log_of(harbour).write(500, each=timedelta(seconds=5))
    older, _ = await logs.older_than("web", moment(log_of(harbour).lines[1000]), 5000)
    await logs.until(" line 2499\n")
    assert older == b"".join(log_of(harbour).lines[:1000])
    assert logs.text[1] == b"".join(log_of(harbour).lines[2000 - SHOWN :])


async def test_lines_of_one_moment_are_told_apart(harbour: LogCluster, maria: User) -> None:
    pod = await harbour.add(LoggingPod("burst"))
    pod.log().write_at(BEGAN, 100)
    async with many_logs(maria, "pod=harbour/burst&tail=10") as logs:
        await logs.start()
        await logs.until(" line 99\n")
        oldest = logs.text[1].partition(b"\n")[0].decode()
        older, more = await logs.older_than("burst", oldest.split()[0], 500, oldest)
    assert older + logs.text[1] == b"".join(pod.log().lines)
    assert not more


async def test_before_the_run_comes_the_run_before(harbour: LogCluster, maria: User) -> None:
    pod = harbour.pods["harbour", "web"]
    before = pod.log()
    young = pod.restart()
    for number in range(3):
        young.write_at(BEGAN + timedelta(days=1, seconds=number))
    async with many_logs(maria, "pod=harbour/web") as logs:
        await logs.start()
        await logs.until(" line 2\n")
        older, more = await logs.older_than("web", moment(young.lines[0]), 5)
    assert older == b"".join(before.lines[-5:])
    assert more


async def test_of_a_pod_that_is_gone_it_says_so(harbour: LogCluster, logs: ManyLogs) -> None:
    await harbour.remove("harbour", "web")
    assert await logs.older_than("web", moment(logs.text[1]), 5) == (b"", False)
    assert logs.answers[-1]["text"]
