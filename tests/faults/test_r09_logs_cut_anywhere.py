"""R9: the upstream, the browser's socket and the web server are cut again and again; each line comes once, in order."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from datetime import timedelta

import pytest
from django.contrib.auth.models import User

from clusters.clients import close_clients
from clusters.streams import logs
from clusters.streams.feeds import close_feeds
from clusters.threads import write
from tests import people
from tests.harness.clusters import Cluster as RealCluster
from tests.harness.clusters import log_on_its_node
from tests.harness.containers import start_pod
from tests.harness.kubectl import Kubectl
from tests.harness.log_api import BEGAN
from tests.harness.log_cluster import LogCluster, LoggingPod, log_cluster
from tests.harness.many_logs import LogPage, many_logs, real_logs
from tests.harness.servers import Server

CUTS = 100
RESTARTS = 5
PODS = ("web-1", "web-2")
QUERY = "namespace=harbour&tail=all"


@pytest.fixture
async def harbour(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[LogCluster]:
    monkeypatch.setattr(logs, "POLL_SECONDS", 0.01)
    monkeypatch.setattr(logs, "FIND_SECONDS", 1.0)
    async with log_cluster() as cluster:
        for name in PODS:
            await cluster.add(LoggingPod(name))
        yield cluster


@pytest.fixture
async def maria(harbour: LogCluster) -> User:
    return await write(people.admin, "maria")


class Writer:
    """Writes a thousand lines a second of the cluster's time, in bursts of one moment."""

    def __init__(self, harbour: LogCluster) -> None:
        self._logs = [harbour.pods["harbour", name].log() for name in PODS]
        self._chance = random.Random(9)
        self._moment = BEGAN

    def write(self) -> None:
        for _ in range(self._chance.randint(1, 3)):
            self._moment += timedelta(milliseconds=20)
            for log in self._logs:
                log.write_at(self._moment, 20)

    def last(self, pod: str) -> str:
        """The end of what the pod wrote."""
        return self._logs[PODS.index(pod)].lines[-1].decode()


@pytest.mark.django_db(transaction=True)
async def test_of_the_upstream_and_the_browser(harbour: LogCluster, maria: User) -> None:
    page, writer, chance = LogPage(), Writer(harbour), random.Random(9)
    for number in range(CUTS):
        if number and number % (CUTS // RESTARTS) == 0:
            await close_feeds()
            await close_clients()
        async with many_logs(maria, QUERY, page=page) as opened:
            await opened.start()
            writer.write()
            pod = chance.choice(PODS)
            await opened.until(writer.last(pod), pod=pod)
            writer.write()
            harbour.cut(chance.choice(PODS))
            for _ in range(chance.randint(0, 3)):
                writer.write()
                await opened.read()
    async with many_logs(maria, QUERY, page=page) as opened:
        await opened.start()
        writer.write()
        for pod in PODS:
            await opened.until(writer.last(pod), pod=pod)
    assert harbour.cuts > CUTS // 2
    for pod in PODS:
        assert page.of(pod) == b"".join(harbour.pods["harbour", pod].log().lines)
    assert page.signs() == []


WRITES_UNTIL_TOLD = """
i=0
while [ ! -e /tmp/enough ]; do
  for n in 1 2 3 4 5 6 7 8 9 10; do i=$((i+1)); echo line $i; done
  sleep 0.01
done
echo no more
exec sleep 100000
"""


@pytest.mark.long
async def test_of_real_containers_against_the_files_on_their_nodes(
    cluster: RealCluster, new_server: Callable[..., Server], near: Kubectl
) -> None:
    page, query, server = LogPage(), f"namespace={near.namespace}&tail=all", new_server()
    for name in PODS:
        start_pod(near, name, "sh", "-c", WRITES_UNTIL_TOLD)
    for _ in range(RESTARTS):
        await asyncio.to_thread(server.start)
        await asyncio.to_thread(server.wait_until_synced)
        for _ in range(CUTS // RESTARTS):
            async with real_logs(server, query, page) as opened:
                await opened.start()
                for pod in PODS:
                    await opened.until("line", pod=pod)
        await asyncio.to_thread(server.kill)
    await asyncio.to_thread(server.start)
    await asyncio.to_thread(server.wait_until_synced)
    for pod in PODS:
        near("exec", pod, "--", "touch", "/tmp/enough")
    async with real_logs(server, query, page) as opened:
        await opened.start()
        for pod in PODS:
            await opened.until(" no more\n", pod=pod)
    for pod in PODS:
        assert page.of(pod) == log_on_its_node(cluster, near, pod)
    assert page.signs() == []
