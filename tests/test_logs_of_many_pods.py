"""The logs of many pods come over one socket, each line from the source that it names."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from django.contrib.auth.models import User

from clusters.models import Role
from clusters.streams.feeds import close_feeds
from clusters.threads import write
from tests import people
from tests.harness.log_cluster import LogCluster, LoggingPod, log_cluster
from tests.harness.many_logs import LogPage, many_logs

pytestmark = pytest.mark.django_db(transaction=True)

MOMENT = timedelta(milliseconds=1)


@pytest.fixture
async def harbour() -> AsyncIterator[LogCluster]:
    async with log_cluster() as cluster:
        for name in ("web-1", "web-2"):
            pod = await cluster.add(LoggingPod(name, owner=("StatefulSet", "web")))
            pod.log().write(10, each=MOMENT)
        yield cluster


@pytest.fixture
async def maria(harbour: LogCluster) -> User:
    maria = await write(people.person, "maria")
    await write(people.grant, maria, harbour.row, Role.LOGS, "harbour")
    return maria


async def test_each_pod_is_a_source_of_its_own(harbour: LogCluster, maria: User) -> None:
    async with many_logs(maria, "namespace=harbour&owner=StatefulSet/web") as logs:
        await logs.tell(start={"sources": []})
        for name in ("web-1", "web-2"):
            await logs.until(" line 9\n", pod=name)
            assert logs.text[logs.number(name)] == b"".join(harbour.pods["harbour", name].log().lines)
        assert all(text.endswith(b"\n") for _, text in logs.frames)


async def test_a_pod_that_appears_joins_and_one_that_goes_stays_and_says_so(harbour: LogCluster, maria: User) -> None:
    async with many_logs(maria, "namespace=harbour&owner=StatefulSet/web") as logs:
        await logs.tell(start={"sources": []})
        await logs.until_state("web-1", "running")
        young = await harbour.add(LoggingPod("web-3", owner=("StatefulSet", "web")))
        young.log().write(3, each=MOMENT)
        await logs.until(" line 2\n", pod="web-3")
        await harbour.remove("harbour", "web-1")
        assert (await logs.until_state("web-1", "ended"))["text"] == "The pod is gone."
        assert b" line 9\n" in logs.text[logs.number("web-1")]


async def test_that_none_ran_before_is_said_of_all_together(harbour: LogCluster, maria: User) -> None:
    async with many_logs(maria, "namespace=harbour&owner=StatefulSet/web&previous=1") as logs:
        await logs.start()
        while await logs.read():
            pass
        assert logs.end == "There is no previous instance of this container."
        assert {source["state"] for source in logs.sources.values()} == {"read"}


async def test_of_a_log_that_was_over_nothing_is_missing_after_a_cut(harbour: LogCluster, maria: User) -> None:
    page, query = LogPage(), "namespace=harbour&owner=StatefulSet/web"
    async with many_logs(maria, query, page=page) as logs:
        await logs.start()
        for name in ("web-1", "web-2"):
            await logs.until(" line 9\n", pod=name)
        await harbour.remove("harbour", "web-1")
        await logs.until_state("web-1", "ended")
    await close_feeds()
    await harbour.remove("harbour", "web-2")
    async with many_logs(maria, query, page=page) as again:
        await again.start()
        for name in ("web-1", "web-2"):
            assert (await again.until_state(name, "ended"))["text"] == "The pod is gone."
        (await harbour.add(LoggingPod("web-3", owner=("StatefulSet", "web")))).log().write(3, each=MOMENT)
        await again.until(" line 2\n", pod="web-3")
        gaps = [mark["source"] for mark in again.marks if mark["type"] == "gap"]
        assert gaps == [again.number("web-2")]


async def test_of_another_namespace_nothing_comes(harbour: LogCluster, maria: User) -> None:
    secret = await harbour.add(LoggingPod("web-1", namespace="vault", labels={}))
    secret.log().write(3, each=MOMENT)
    async with many_logs(maria, "pod=vault/web-1&pod=harbour/web-1") as logs:
        await logs.tell(start={"sources": []})
        await logs.until(" line 9\n")
        assert {source["namespace"] for source in logs.sources.values()} == {"harbour"}


async def test_an_address_that_selects_nothing_is_refused_in_words(maria: User) -> None:
    async with many_logs(maria, "container=main") as logs:
        assert await logs.until_closed() == "Say which pods: by pod, namespace, labels, node or owner."


async def test_when_one_of_two_namespaces_is_taken_away_the_other_goes_on(harbour: LogCluster, maria: User) -> None:
    vault = await write(people.grant, maria, harbour.row, Role.LOGS, "vault")
    quiet = await harbour.add(LoggingPod("safe", namespace="vault"))
    quiet.log().write(3, each=MOMENT)
    page, query = LogPage(), "pod=vault/safe&pod=harbour/web-1"
    async with many_logs(maria, query, page=page) as logs:
        await logs.start()
        await logs.until(" line 2\n", pod="safe")
        await logs.until(" line 9\n", pod="web-1")
        await write(vault.delete)
        assert (await logs.until_state("safe", "ended"))["text"] == "You may no longer read this log."
        harbour.pods["harbour", "web-1"].log().write(1, each=MOMENT)
        await logs.until(" line 10\n", pod="web-1")
    async with many_logs(maria, query, page=page) as again:
        await again.start()
        harbour.pods["harbour", "web-1"].log().write(1, each=MOMENT)
        await again.until(" line 11\n", pod="web-1")
        assert not again.numbers("safe")
