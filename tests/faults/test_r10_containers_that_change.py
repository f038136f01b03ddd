"""R10: containers restart, pods are made anew under the same name, logs are rotated: each line is of whom it says."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from django.contrib.auth.models import User

from clusters.streams import logs
from clusters.threads import write
from tests import people
from tests.harness.log_api import BEGAN, Instance
from tests.harness.log_cluster import LogCluster, LoggingPod, log_cluster
from tests.harness.many_logs import LogPage, ManyLogs, many_logs

pytestmark = pytest.mark.django_db(transaction=True)

MOMENT = timedelta(milliseconds=1)
QUERY = "pod=harbour/web-0"
ROTATIONS = 50
KEPT = 40
"""Lines that the kubelet still has after a rotation."""


@pytest.fixture
async def harbour(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[LogCluster]:
    monkeypatch.setattr(logs, "POLL_SECONDS", 0.01)
    async with log_cluster() as cluster:
        pod = await cluster.add(LoggingPod("web-0"))
        pod.log().write(10, each=MOMENT)
        yield cluster


@pytest.fixture
async def maria(harbour: LogCluster) -> User:
    return await write(people.admin, "maria")


async def until_mark(opened: ManyLogs, sign: str) -> None:
    while sign not in opened.page.signs():
        assert await opened.read()


async def test_a_restart_is_a_divider_and_the_last_words_come_before_it(harbour: LogCluster, maria: User) -> None:
    pod, page = harbour.pods["harbour", "web-0"], LogPage()
    old = pod.log()
    async with many_logs(maria, QUERY, page=page) as opened:
        await opened.start()
        await opened.until(" line 9\n")
        old.write(5, each=MOMENT)
        young = pod.restart()
        young.write_at(BEGAN + timedelta(hours=1), 3)
        await until_mark(opened, "divider")
        await opened.until(young.lines[-1].decode())
    assert page.of("web-0") == b"".join(old.lines + young.lines)
    assert page.signs()[-1] == "divider"
    assert "gap" not in page.signs()


async def test_restarts_while_nobody_was_connected(harbour: LogCluster, maria: User) -> None:
    pod, page = harbour.pods["harbour", "web-0"], LogPage()
    old = pod.log()
    async with many_logs(maria, QUERY, page=page) as opened:
        await opened.start()
        await opened.until(" line 9\n")
    old.write(5, each=MOMENT)
    young = pod.restart()
    young.write_at(BEGAN + timedelta(hours=1), 3)
    async with many_logs(maria, QUERY, page=page) as opened:
        await opened.start()
        await opened.until(young.lines[-1].decode())
    assert page.of("web-0") == b"".join(old.lines + young.lines)
    assert "gap" not in page.signs()


async def test_a_pod_of_the_same_name_is_another_source(harbour: LogCluster, maria: User) -> None:
    old, page = harbour.pods["harbour", "web-0"], LogPage()
    async with many_logs(maria, QUERY, page=page) as opened:
        await opened.start()
        await opened.until(" line 9\n")
        young = await harbour.add(LoggingPod("web-0", uid="uid-of-another"))
        young.log().write_at(BEGAN + timedelta(hours=1), 4)
        await opened.until(young.log().lines[-1].decode())
        ended = await opened.until_state("web-0", "ended")
        assert ended["uid"] == old.uid
    assert page.logs[old.uid, "main"].text == b"".join(old.log().lines)
    assert page.logs["uid-of-another", "main"].text == b"".join(young.log().lines)
    assert page.signs() == ["divider"]


async def test_a_pod_that_went_while_nobody_was_connected_leaves_a_gap_that_says_so(
    harbour: LogCluster, maria: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    from clusters.streams.feeds import close_feeds

    page = LogPage()
    async with many_logs(maria, QUERY, page=page) as opened:
        await opened.start()
        await opened.until(" line 9\n")
    await close_feeds()
    await harbour.add(LoggingPod("web-0", uid="uid-of-another"))
    async with many_logs(maria, QUERY, page=page) as opened:
        await opened.start()
        await until_mark(opened, "gap")
        assert opened.sources[opened.marks[-1]["source"]]["uid"] == "uid-harbour-web-0"


async def test_rotation_after_rotation_loses_nothing_of_what_is_read_in_time(harbour: LogCluster, maria: User) -> None:
    log, page, written = harbour.pods["harbour", "web-0"].log(), LogPage(), []
    moment = BEGAN + timedelta(minutes=1)
    written += log.lines
    async with many_logs(maria, f"{QUERY}&tail=all", page=page) as opened:
        await opened.start()
        for _ in range(ROTATIONS):
            moment += timedelta(seconds=1)
            fresh = [f"{moment:%Y-%m-%dT%H:%M:%S}.{number:09d}Z {moment}\n".encode() for number in range(30)]
            log.lines += fresh
            written += fresh
            await opened.until(fresh[-1].decode())
            harbour.cut("web-0")
            del log.lines[:-KEPT]
    assert page.of("web-0") == b"".join(written)
    assert page.signs() == []


async def test_what_was_rotated_away_before_it_was_read_is_a_gap(harbour: LogCluster, maria: User) -> None:
    from clusters.streams.feeds import close_feeds

    log, page = harbour.pods["harbour", "web-0"].log(), LogPage()
    async with many_logs(maria, QUERY, page=page) as opened:
        await opened.start()
        await opened.until(" line 9\n")
    await close_feeds()
    log.lines.clear()
    log.write_at(BEGAN + timedelta(hours=1), 5)
    async with many_logs(maria, QUERY, page=page) as opened:
        await opened.start()
        await opened.until(" line 4\n")
        await until_mark(opened, "gap")


async def test_init_and_ephemeral_containers_and_the_previous_run(harbour: LogCluster, maria: User) -> None:
    containers = {"main": [Instance()], "setup": [Instance()], "debugger": [Instance()]}
    pod = await harbour.add(
        LoggingPod("web-1", containers=containers, sorts={"setup": "init", "debugger": "ephemeral"})
    )
    for name in containers:
        pod.log(name).lines.append(f"2026-11-24T10:00:00Z from {name}\n".encode())
    async with many_logs(maria, "pod=harbour/web-1&init=1&ephemeral=1") as opened:
        await opened.start()
        for name in containers:
            await opened.until(f"from {name}")
        assert {source["container"]: source["kind"] for source in opened.sources.values()} == {
            "main": "app",
            "setup": "init",
            "debugger": "ephemeral",
        }
    pod.restart(exit_code=3)
    async with many_logs(maria, "pod=harbour/web-1&container=main&previous=1") as opened:
        await opened.start()
        assert await opened.until_closed() == "This was the previous instance; it has ended."
        assert opened.text[1] == b"2026-11-24T10:00:00Z from main\n"
