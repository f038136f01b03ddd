"""However many look at one log, the cluster is asked for it once, and none of them waits for another."""

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import OperationalError

from clusters.clients import client_for
from clusters.kube.client import Client
from clusters.kube.connection import Connection
from clusters.models import Role
from clusters.streams import catching_up, feeds, open_logs, selection, viewing
from clusters.streams.feeds import Feed, feed_of
from clusters.streams.followers import Follower
from clusters.streams.logs import Mark, Sign
from clusters.streams.requests import LogRequest
from clusters.streams.selection import Source
from clusters.threads import write
from dashboard.consumers import base
from tests import people
from tests.harness.log_cluster import LogCluster, LoggingPod, log_cluster
from tests.harness.many_logs import LogPage, many_logs

pytestmark = pytest.mark.django_db(transaction=True)

MOMENT = timedelta(milliseconds=1)
VIEWERS = 1000
QUERY = "pod=harbour/web"


@pytest.fixture
async def harbour() -> AsyncIterator[LogCluster]:
    async with log_cluster() as cluster:
        pod = await cluster.add(LoggingPod("web"))
        pod.log().write(10, each=MOMENT)
        yield cluster


@pytest.fixture
async def maria(harbour: LogCluster) -> User:
    return await write(people.admin, "maria")


class Viewer:
    """Takes what a follower gives him; `hold` keeps him from taking more."""

    def __init__(self) -> None:
        self.text = b""
        self.marks: list[Mark] = []
        self.free = asyncio.Event()
        self.free.set()
        self.came = asyncio.Event()

    async def give(self, step: bytes | Mark) -> None:
        await self.free.wait()
        if isinstance(step, bytes):
            self.text += step
        else:
            self.marks.append(step)
        self.came.set()

    async def tell(self, state: object, text: str) -> None:
        """Nobody here asks for the state."""

    async def until(self, text: bytes) -> None:
        while text not in self.text:
            self.came.clear()
            await self.came.wait()


async def feed(harbour: LogCluster) -> Feed:
    return feed_of(
        harbour.row.pk, await client_for(harbour.row), Source("harbour", "web", "uid-harbour-web", "main", "app")
    )


async def watch(stack: AsyncExitStack, harbour: LogCluster, count: int) -> list[Viewer]:
    """So many viewers of the log, until the stack is left."""
    client = await stack.enter_async_context(harbour.client())
    request = LogRequest("harbour", "web", "main")
    group = await stack.enter_async_context(asyncio.TaskGroup())
    viewers = [Viewer() for _ in range(count)]
    for viewer in viewers:
        follower = Follower(client, await feed(harbour), request, give=viewer.give, tell=viewer.tell)
        stack.callback(group.create_task(follower.run()).cancel)
    return viewers


async def test_a_thousand_viewers_are_one_reader(harbour: LogCluster) -> None:
    log = harbour.pods["harbour", "web"].log()
    async with AsyncExitStack() as stack:
        viewers = await watch(stack, harbour, VIEWERS)
        for _ in range(3):
            log.write(100, each=MOMENT)
            await asyncio.gather(*(viewer.until(log.lines[-1]) for viewer in viewers))
        assert harbour.opened["web"] == 1
    assert {viewer.text for viewer in viewers} == {b"".join(log.lines)}
    assert (await feed(harbour)).ring.size < feeds.RING_BYTES


async def test_one_that_takes_nothing_holds_up_nobody_and_is_told_what_he_missed(
    harbour: LogCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feeds, "RING_BYTES", 100_000)
    log = harbour.pods["harbour", "web"].log()
    async with AsyncExitStack() as stack:
        slow, quick = await watch(stack, harbour, 2)
        await slow.until(log.lines[-1])
        slow.free.clear()
        for _ in range(20):
            log.write(500, each=MOMENT)
            await quick.until(log.lines[-1])
        assert log.lines[-1] not in slow.text
        slow.free.set()
        await slow.until(log.lines[-1])
    missed = sum(mark.lines for mark in slow.marks if mark.sign is Sign.SKIPPED)
    assert missed
    assert slow.text.count(b"\n") + missed == len(log.lines)
    assert quick.text == b"".join(log.lines)


async def test_a_page_that_is_loaded_anew_goes_on_from_what_was_kept(harbour: LogCluster, maria: User) -> None:
    page, log = LogPage(), harbour.pods["harbour", "web"].log()
    async with many_logs(maria, QUERY, page=page) as first:
        await first.start()
        await first.until(" line 9\n")
    log.write(10, each=MOMENT)
    async with many_logs(maria, QUERY, page=page) as again:
        await again.start()
        await again.until(" line 19\n")
    assert page.of("web") == b"".join(log.lines)
    assert harbour.opened["web"] == 1


async def test_what_nobody_comes_back_to_is_let_go(
    harbour: LogCluster, maria: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feeds, "LINGER_SECONDS", 0.01)
    async with many_logs(maria, QUERY) as logs:
        await logs.start()
        await logs.until(" line 9\n")
    async with asyncio.timeout(10):
        await harbour.until_nobody_reads("web")


async def test_each_viewer_is_looked_at_on_his_own(harbour: LogCluster, maria: User) -> None:
    tomas = await write(people.person, "tomas")
    await write(people.grant, tomas, harbour.row, Role.LOGS, "elsewhere")
    async with many_logs(maria, "namespace=harbour") as hers, many_logs(tomas, "node=node-1") as his:
        await hers.start()
        await hers.until(" line 9\n")
        await his.start()
        while not his.marks:
            assert await his.read(), his.end
        assert his.marks[0]["text"].startswith("No container is selected")
        assert not his.sources


async def test_of_very_many_containers_so_many_are_followed_and_it_says_so(harbour: LogCluster, maria: User) -> None:
    await harbour.add(
        LoggingPod("crowd", containers={f"c{n}": [type(harbour.pods["harbour", "web"].log())()] for n in range(60)})
    )
    async with many_logs(maria, "pod=harbour/crowd") as logs:
        await logs.start()
        while not logs.marks:
            assert await logs.read(), logs.end
        assert logs.marks[0]["text"].startswith("60 containers are selected; 50 are followed at once.")
        assert len(logs.sources) == 50


async def test_while_more_are_followed_than_may_be_none_joins(
    harbour: LogCluster, maria: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = [f"job-{number}" for number in range(4)]
    for name in names[:2]:
        await harbour.add(LoggingPod(name))
    async with many_logs(maria, "namespace=harbour") as logs:
        await logs.start()
        for name in names[:2]:
            await logs.until_state(name, "running")
        monkeypatch.setattr(viewing, "MOST_SOURCES", 2)
        for name in names[2:]:
            await harbour.add(LoggingPod(name))
        while not any(mark["text"].startswith("5 containers are selected; 2 are followed") for mark in logs.marks):
            assert await logs.read(), logs.end
        assert {source["pod"] for source in logs.sources.values()} == {"web", *names[:2]}


async def test_a_database_that_does_not_answer_ends_no_viewer(
    harbour: LogCluster, maria: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    failures, failed, log = 0, threading.Event(), harbour.pods["harbour", "web"].log()

    def fails(*_: object) -> list[Source]:
        nonlocal failures
        failures += 1
        failed.set()
        raise OperationalError("database is locked")

    async def until_failures(count: int) -> None:
        async with asyncio.timeout(20):
            while failures < count:
                failed.clear()
                await asyncio.to_thread(failed.wait, 1)

    monkeypatch.setattr(viewing, "LOOK_SECONDS", 0.01)
    answers = selection.sources_of
    monkeypatch.setattr(selection, "sources_of", fails)
    async with many_logs(maria, f"{QUERY}&follow=0") as once, many_logs(maria, QUERY) as logs:
        await once.start()
        await logs.start()
        await until_failures(3)
        monkeypatch.setattr(selection, "sources_of", answers)
        await once.until(" line 9\n")
        await logs.until(" line 9\n")
        monkeypatch.setattr(selection, "sources_of", fails)
        await until_failures(6)
        log.write(1, each=MOMENT)
        await logs.until(" line 10\n")


async def test_older_lines_wait_for_a_turn_too(
    harbour: LogCluster, maria: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catching_up, "MOST_OF_ONE", 1)
    log = harbour.pods["harbour", "web"].log()
    async with many_logs(maria, f"{QUERY}&tail=5") as logs:
        await logs.start()
        await logs.until(" line 9\n")
        async with catching_up.turn(await client_for(harbour.row), maria.pk):
            before = logs.text[1].split()[0].decode()
            await logs.tell(older={"source": 1, "before": before, "lines": 100, "line": ""})
            for number in range(10, 20):
                log.write(1, each=MOMENT)
                await logs.until(f" line {number}\n")
            assert not logs.answers
        while logs.older[1].count(b"\n") != 5:
            assert await logs.read(), logs.end


async def test_the_end_of_one_event_loop_leaves_the_logs_of_another_alone(harbour: LogCluster) -> None:
    """As of a test beside the server of another."""
    began, ends = threading.Event(), threading.Event()
    source = Source("harbour", "far", "uid-far", "main", "app")

    async def elsewhere() -> bool:
        async with Client(Connection("http://127.0.0.1:1")) as client:
            feed_of(harbour.row.pk, client, source)
            began.set()
            await asyncio.to_thread(ends.wait)
            is_known = feeds.known_feed(harbour.row.pk, source.uid, source.container) is not None
            await feeds.close_feeds()
            return is_known

    other = asyncio.create_task(asyncio.to_thread(asyncio.run, elsewhere()))
    await asyncio.to_thread(began.wait)
    await feed(harbour)
    await feeds.close_feeds()
    ends.set()
    assert await other
    assert not feeds.known_feed(harbour.row.pk, "uid-harbour-web", "main")


async def test_one_person_has_only_so_many_pages_open(
    harbour: LogCluster, maria: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(open_logs, "MOST_LOGS", 1)
    async with many_logs(maria, QUERY) as first, many_logs(maria, QUERY) as second:
        await first.start()
        await first.until(" line 9\n")
        await second.start()
        assert await second.until_closed() == "You have 1 logs open; close one first."


async def test_one_person_does_not_take_all_the_room_for_logs(
    harbour: LogCluster, maria: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(open_logs, "MOST_FOLLOWED", 1)
    for name in ("job-1", "job-2"):
        (await harbour.add(LoggingPod(name))).log().write(3, each=MOMENT)
    async with (
        many_logs(maria, QUERY) as first,
        many_logs(maria, QUERY) as same,
        many_logs(maria, "pod=harbour/job-1") as other,
    ):
        # One after the other: whoever comes first has the room.
        for logs in (first, same):
            await logs.start()
            await logs.until(" line 9\n")
        await other.start()
        while not (waits := other.sources.get(1, {}).get("text")):
            assert await other.read(), f"closed before it waits: {other.end}"
        assert waits.startswith("You follow 1 logs of this cluster already")


async def test_one_who_takes_nothing_does_not_keep_the_turn_of_others(
    harbour: LogCluster, maria: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catching_up, "TAKING_SECONDS", 0.1)
    page, log, query = LogPage(), harbour.pods["harbour", "web"].log(), f"{QUERY}&follow=0&tail=all"
    log.write(30_000, each=MOMENT)
    async with many_logs(maria, query, page=page) as logs:
        logs.draws = False
        await logs.tell(paused=True)
        await logs.start()
        assert (await logs.until_closed()).startswith("The log was still being read, and this browser kept it waiting")
        assert logs.end_code == base.SILENT
    assert page.of("web") != b"".join(log.lines)
    monkeypatch.setattr(catching_up, "TAKING_SECONDS", 100.0)
    async with many_logs(maria, query, page=page) as again:
        await again.start()
        await again.until_closed()
    assert page.of("web") == b"".join(log.lines)
