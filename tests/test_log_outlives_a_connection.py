"""An admin replaces the connection of a cluster: open logs go on with the new one, and never bring the old one back."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from django.contrib.auth.models import User

from clusters.clients import client_for, client_now
from clusters.kube.connection import Connection
from clusters.models import Cluster
from clusters.sealing import seal_connection
from clusters.streams import logs as followed_logs
from clusters.threads import read, write
from tests import people
from tests.harness.log_cluster import LogCluster, LoggingPod, log_cluster
from tests.harness.many_logs import many_logs

pytestmark = pytest.mark.django_db(transaction=True)

MOMENT = timedelta(milliseconds=1)


@pytest.fixture
async def harbour() -> AsyncIterator[LogCluster]:
    async with log_cluster() as cluster:
        pod = await cluster.add(LoggingPod("web"))
        pod.log().write(10, each=MOMENT)
        yield cluster


@pytest.fixture
async def maria(harbour: LogCluster) -> User:
    return await write(people.admin, "maria")


async def replace_connection(harbour: LogCluster, token: str) -> Cluster:
    """The cluster has a new connection, and something else in this process uses it already."""
    row = await read(Cluster.objects.get, pk=harbour.row.pk)
    seal_connection(row, Connection(server=harbour.url, token=token))
    await write(row.save)
    await client_for(row)
    return row


async def test_an_open_log_goes_on_with_the_new_connection(
    harbour: LogCluster, maria: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(followed_logs, "POLL_SECONDS", 0.01)
    log = harbour.pods["harbour", "web"].log()
    async with many_logs(maria, "namespace=harbour") as logs:
        await logs.start()
        await logs.until(" line 9\n")
        row = await replace_connection(harbour, "a-new-one")
        new = client_now(row.pk)
        log.write(10, each=MOMENT)
        await logs.until(" line 19\n")
        young = await harbour.add(LoggingPod("young"))
        young.log().write(3, each=MOMENT)
        await logs.until(" line 2\n", pod="young")
        assert logs.page.of("web") == b"".join(log.lines)
        assert client_now(row.pk) is new


async def test_a_log_that_was_refused_is_shown_once_it_may_be_read(harbour: LogCluster, maria: User) -> None:
    harbour.refuses = True
    async with many_logs(maria, "pod=harbour/web") as open_page:
        await open_page.start()
        assert "may not read this log" in (await open_page.until_state("web", "failed"))["text"]
        harbour.refuses = False
        async with many_logs(maria, "pod=harbour/web") as again:
            await again.start()
            await again.until(" line 9\n")
        await open_page.until(" line 9\n")


async def test_an_error_of_ours_is_said(harbour: LogCluster, maria: User, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fails(log: followed_logs.Log) -> str:
        raise ZeroDivisionError

    monkeypatch.setattr(followed_logs.Log, "run", fails)
    async with many_logs(maria, "pod=harbour/web") as logs:
        await logs.start()
        assert (await logs.until_state("web", "failed"))["text"].startswith("Pilothouse made an error here")
