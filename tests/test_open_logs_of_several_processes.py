"""Several web processes: what a person may have open is counted over all of them, and not for those that are gone."""

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack
from http import HTTPStatus
from pathlib import Path

import pytest

from clusters.streams.open_logs import MOST_LOGS
from tests.harness.containers import start_pod
from tests.harness.kubectl import Kubectl
from tests.harness.servers import Server, second_server
from tests.harness.sockets import LogSocket, log_socket

pytestmark = pytest.mark.both_modes

REFUSED = f"You have {MOST_LOGS} logs open; close one first."


@pytest.fixture
def first(new_server: Callable[..., Server]) -> Server:
    """It may be killed."""
    server = new_server()
    server.start()
    server.wait_until_synced()
    return server


@pytest.fixture
def second(first: Server, tmp_path: Path) -> Iterator[Server]:
    """Another web process on the same database."""
    with second_server(first, tmp_path / "second") as server:
        yield server


@pytest.fixture
def path(near: Kubectl) -> str:
    """The address of a log that is followed and has one line."""
    start_pod(near, "web", "sh", "-c", "echo ready; exec sleep 100000")
    return f"/ws/clusters/test/pods/{near.namespace}/web/logs/?container=main"


async def tried(stack: AsyncExitStack, server: Server, first: Server, path: str) -> LogSocket:
    """A log that shows its line or says why not, opened with the cookies of the first process."""
    log = await stack.enter_async_context(log_socket(server, path, first.admin))
    await log.start()
    while not log.output and await log.read():
        pass
    return log


async def opened(stack: AsyncExitStack, server: Server, first: Server, path: str, *, seconds: float = 0) -> LogSocket:
    """One that shows its line, tried for so many seconds while too many are open."""
    end = time.monotonic() + seconds
    while (log := await tried(stack, server, first, path)).end:
        assert (log.end, time.monotonic() < end) == (REFUSED, True)
        await asyncio.sleep(0.2)
    return log


async def test_pages_and_files_are_counted_over_all_and_not_for_the_killed(
    first: Server, second: Server, near: Kubectl, path: str
) -> None:
    async with AsyncExitStack() as stack:
        for number in range(MOST_LOGS):
            log = await opened(stack, (first, second)[number % 2], first, path)
        for server in (first, second):
            assert (await tried(stack, server, first, path)).end == REFUSED
            file = f"{server.url}/clusters/test/logs/file/?pod={near.namespace}/web&container=main"
            answer = await asyncio.to_thread(first.admin.get, file, timeout=30)
            assert answer.status_code == HTTPStatus.TOO_MANY_REQUESTS
            assert REFUSED in answer.text
        await log.leave()
        await opened(stack, first, first, path, seconds=10)
        assert (await tried(stack, second, first, path)).end == REFUSED
        first.kill()
        await opened(stack, second, first, path, seconds=30)


async def test_one_that_is_stopped_leaves_nothing(first: Server, second: Server, path: str) -> None:
    async with AsyncExitStack() as stack:
        for _ in range(MOST_LOGS):
            await opened(stack, first, first, path)
        assert (await tried(stack, second, first, path)).end == REFUSED
        assert first.web
        await asyncio.to_thread(first.web.stop)
        assert not (await tried(stack, second, first, path)).end
