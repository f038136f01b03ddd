"""R11: a line of 200 MB, bytes that are no text, a last line without an end, a flood: all is shown or counted."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from datetime import datetime, timedelta
from http import HTTPStatus
from pathlib import Path

import pytest
from django.contrib.auth.models import User

from clusters.streams import feeds
from clusters.threads import write
from tests import people
from tests.faults.conftest import Serve
from tests.harness.doors import FaultyCluster
from tests.harness.kubeconfigs import unguarded
from tests.harness.log_api import BEGAN
from tests.harness.log_cluster import LogCluster, LoggingPod, log_cluster
from tests.harness.many_logs import LogPage, many_logs
from tests.harness.servers import ROOT, Server
from tests.harness.sockets import log_socket
from tests.harness.waiting import eventually

MOST_MEMORY = 50 * 1024 * 1024
LONG_LINE = 200_000_000
FLOOD = 400_000
BURST = 40_000
FLOOD_SECONDS = 60


@pytest.fixture
async def harbour() -> AsyncIterator[LogCluster]:
    async with log_cluster() as cluster:
        await cluster.add(LoggingPod("web"))
        yield cluster


@pytest.fixture
def flood() -> Iterator[str]:
    """The address of an API server whose only log is a flood."""
    command = [sys.executable, "-m", "tests.harness.flood_api", str(FLOOD_SECONDS)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        yield process.stdout.readline().strip()
        process.kill()


@pytest.fixture
async def maria(harbour: LogCluster) -> User:
    return await write(people.admin, "maria")


def peak_memory(server: Server) -> int:
    """The most bytes of memory that the serving process has had."""
    assert server.web
    status = Path(f"/proc/{server.web.process.pid}/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) * 1024


async def test_a_line_of_200_megabytes(faulty: FaultyCluster, serve: Serve) -> None:
    container = {"name": "app", "image": "registry.example/app:1"}
    running = {"name": "app", "restartCount": 0, "ready": True, "state": {"running": {"startedAt": now()}}}
    status = {"phase": "Running", "containerStatuses": [running]}
    faulty.door.put("pods", "long", "default", spec={"containers": [container]}, status=status)
    server = serve(faulty.kubeconfig_of("harbour"))
    await asyncio.to_thread(server.wait_until_synced)
    async with log_socket(server, "/ws/clusters/harbour/logs/?pod=default/long", server.admin) as log:
        before = peak_memory(server)
        faulty.door.cause("long-line", kind="pods/log", bytes=LONG_LINE)
        await log.start()
        await log.until("more bytes of this line are only in the download\n")
        assert peak_memory(server) - before < MOST_MEMORY
    line = log.output.partition(b"\n")[0]
    shown, _, note = line.rpartition(" … ".encode())
    stamp = len(line.partition(b" ")[0]) + 1
    assert len(shown) + int(note.split()[0].replace(b",", b"")) == pytest.approx(LONG_LINE, abs=2 * stamp)


@pytest.mark.long
async def test_a_flood_of_a_minute(flood: str, serve: Serve, tmp_path: Path) -> None:
    server = serve(unguarded(tmp_path, flood, "harbour"))
    pod = f"{server.url}/clusters/harbour/pods/harbour/web/"
    await asyncio.to_thread(eventually, lambda: server.admin.get(pod).status_code == HTTPStatus.OK)
    lines = 0
    async with log_socket(server, "/ws/clusters/harbour/logs/?pod=harbour/web", server.admin) as log:
        before = peak_memory(server)
        await log.start()
        while b" written: " not in log.output:
            assert await log.read(), log.end
            whole, _, rest = log.output.rpartition(b"\n")
            lines += whole.count(b"\n") + bool(whole)
            log.output = rest
        assert peak_memory(server) - before < MOST_MEMORY
    skipped = sum(message["lines"] for message in log.messages if message["type"] == "skipped")
    assert lines + skipped == int(log.output.rpartition(b" ")[2])


def now() -> str:
    return f"{datetime.now().astimezone():%Y-%m-%dT%H:%M:%SZ}"


@pytest.mark.django_db(transaction=True)
async def test_bytes_that_are_no_text_arrive_as_they_are_and_are_gone_on_from(harbour: LogCluster, maria: User) -> None:
    page, log = LogPage(), harbour.pods["harbour", "web"].log()
    odd = [b"\xff\xfe\xc3( broken", b"nul \x00 nul", b"10%\r20%\r100%", b"\x1b[31mred", "\u2028 line".encode()]
    for number, text in enumerate(odd):
        log.lines.append(f"2026-11-24T10:00:0{number}.000000000Z ".encode() + text + b"\n")
        async with many_logs(maria, "pod=harbour/web", page=page) as opened:
            await opened.start()
            while not page.of("web").endswith(text + b"\n"):
                assert await opened.read()
    assert page.of("web") == b"".join(log.lines)
    assert page.signs() == []


@pytest.mark.django_db(transaction=True)
async def test_the_last_line_is_shown_although_it_has_no_end(harbour: LogCluster, maria: User) -> None:
    log = harbour.pods["harbour", "web"].log()
    log.write_at(BEGAN, 3)
    log.lines.append(b"2026-11-24T10:00:01Z why it died, with")
    async with many_logs(maria, "pod=harbour/web") as opened:
        await opened.start()
        await opened.until("why it died, with")
        log.lines.append(b"out a newline\n")
        log.write_at(BEGAN + timedelta(seconds=2))
        await opened.until(" line 5\n")
        assert opened.text[1] == b"".join(log.lines)


@pytest.mark.django_db(transaction=True)
async def test_of_a_flood_every_line_is_shown_or_counted(
    harbour: LogCluster, maria: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feeds, "RING_BYTES", 1024 * 1024)
    log = harbour.pods["harbour", "web"].log()
    async with many_logs(maria, "pod=harbour/web") as opened:
        await opened.start()
        await opened.until_state("web", "running")
        for start in range(0, FLOOD, BURST):
            stamp = f"{BEGAN + timedelta(milliseconds=start):%Y-%m-%dT%H:%M:%S.%f}000Z"
            log.lines.append(b"".join(b"%s line %d\n" % (stamp.encode(), start + number) for number in range(BURST)))
            await opened.read()
        await opened.until(f" line {FLOOD - 1}\n")
    skipped = sum(mark["lines"] for mark in opened.marks if mark["type"] == "skipped")
    assert opened.text[1].count(b"\n") + skipped == FLOOD
