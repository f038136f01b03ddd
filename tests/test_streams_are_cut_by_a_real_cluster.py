"""A right that is taken from Pilothouse in Kubernetes ends its shells and logs within half a minute (S4, S5).

What flows goes on flowing at the API server, which asks for the right only when a stream is opened.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from tests.harness.containers import processes, start_pod
from tests.harness.kubectl import Kubectl
from tests.harness.robots import Robot, robot
from tests.harness.servers import Server, second_server
from tests.harness.sockets import LogSocket, Socket, log_socket, socket
from tests.harness.waiting import eventually

pytestmark = pytest.mark.both_modes

SECONDS = 30
TICKS = "while :; do echo tick; sleep 1; done"
WAYS = [Robot.loses_its_streams, Robot.loses_everything, Robot.is_removed]
each_way = pytest.mark.parametrize("take_away", WAYS)
TakeAway = Callable[[Robot], None]


@pytest.fixture
def pod(near: Kubectl) -> str:
    return start_pod(near, "ticker", "sh", "-c", TICKS)


@pytest.fixture
def account(near: Kubectl, tmp_path: Path) -> Iterator[Robot]:
    with robot(near, tmp_path) as made:
        yield made


@pytest.fixture
def holder(account: Robot, new_server: Callable[..., Server]) -> Server:
    """A Pilothouse that works with the account."""
    server = new_server(kubeconfig=account.kubeconfig)
    server.start()
    server.wait_until_synced()
    return server


@pytest.fixture
async def shell(holder: Server, near: Kubectl, pod: str) -> AsyncIterator[Socket]:
    path = f"/ws/clusters/test/pods/{near.namespace}/{pod}/shell/?container=main"
    async with socket(holder, path, holder.admin) as it:
        await it.until("#")
        yield it


@pytest.fixture
async def log(holder: Server, near: Kubectl, pod: str) -> AsyncIterator[LogSocket]:
    path = f"/ws/clusters/test/pods/{near.namespace}/{pod}/logs/?container=main"
    async with log_socket(holder, path, holder.admin) as it:
        await it.start()
        await it.until("tick")
        yield it


@pytest.mark.long
@each_way
async def test_a_shell_and_a_log(
    shell: Socket, log: LogSocket, account: Robot, near: Kubectl, pod: str, take_away: TakeAway
) -> None:
    """Both are busy: output is no sign that the right is still there."""
    await shell.type(f"{TICKS.replace('tick', 'tock')}\n")
    await shell.until("tock")
    await asyncio.to_thread(take_away, account)
    async with asyncio.timeout(SECONDS):
        reason, ended = await asyncio.gather(shell.until_closed(), log.until_ended())
    assert "The cluster no longer" in reason
    assert "The cluster no longer" in ended
    assert shell.close_code == 4403
    await asyncio.to_thread(eventually, lambda: not any("tock" in each for each in processes(near, pod)))


async def test_nothing_typed_after_that_arrives(shell: Socket, account: Robot, near: Kubectl, pod: str) -> None:
    typing = asyncio.create_task(shell.type_for_ever("echo x >> /tmp/typed\n"))
    await shell.until("/tmp/typed")
    await asyncio.to_thread(account.loses_its_streams)
    async with asyncio.timeout(SECONDS):
        await shell.until_closed()
    written = near("exec", pod, "--", "wc", "-l", "/tmp/typed")
    await asyncio.wait([typing], timeout=2)
    typing.cancel()
    assert near("exec", pod, "--", "wc", "-l", "/tmp/typed") == written


async def test_a_shell_that_another_process_passes_on(
    shell: Socket, holder: Server, account: Robot, near: Kubectl, pod: str, tmp_path: Path
) -> None:
    session = (await shell.until_message("session"))["id"]
    async with AsyncExitStack() as stack:
        other = stack.enter_context(second_server(holder, tmp_path / "other"))
        again = await stack.enter_async_context(socket(other, f"/ws/shells/{session}/", holder.admin))
        await again.until("#")
        await again.type("sleep 86401\n")
        await again.until("86401")
        await asyncio.to_thread(account.loses_everything)
        async with asyncio.timeout(SECONDS):
            assert "The cluster no longer" in await again.until_closed()
    await asyncio.to_thread(eventually, lambda: "sleep 86401" not in processes(near, pod))
