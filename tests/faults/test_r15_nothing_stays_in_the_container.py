"""R15: however a shell ends, nothing of ours stays in the container, and the container's own processes go on."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from tests.harness.containers import (
    BUSY,
    EDITING,
    SLEEPERS,
    is_busy,
    is_editing,
    nothing_is_left,
    processes,
)
from tests.harness.kubectl import Kubectl
from tests.harness.servers import Server
from tests.harness.sockets import Socket, socket
from tests.harness.waiting import eventually


@pytest.fixture
def own_server(new_server: Callable[..., Server]) -> Server:
    """A Pilothouse that may be killed."""
    server = new_server()
    server.start()
    return server


def shell_path(namespace: str, pod: str) -> str:
    return f"/ws/clusters/test/pods/{namespace}/{pod}/shell/?container=main"


async def test_when_the_shell_exits_by_itself(server: Server, near: Kubectl, pod: str) -> None:
    async with socket(server, shell_path(near.namespace, pod), server.admin) as shell:
        await shell.until("#")
        await shell.type("sleep 86401 & exit 7\n")
        assert (await shell.until_message("exit"))["code"] == 7
        assert await shell.until_closed() == "The shell ended with exit code 7."
    nothing_is_left(near, pod)


async def test_when_the_server_ends(own_server: Server, near: Kubectl, pod: str) -> None:
    async with socket(own_server, shell_path(near.namespace, pod), own_server.admin) as shell:
        await shell.until("#")
        await shell.type(f"{BUSY}\n")
        is_busy(near, pod)
        own_server.stop()
        nothing_is_left(near, pod)


async def test_when_the_server_is_killed(own_server: Server, near: Kubectl, pod: str) -> None:
    async with socket(own_server, shell_path(near.namespace, pod), own_server.admin) as shell:
        await shell.until("#")
        await shell.type(f"{BUSY}\n")
        is_busy(near, pod)
        own_server.kill()
        nothing_is_left(near, pod)


async def close_the_shell(shell: Socket, server: Server) -> None:
    await shell.tell(close=True)
    await shell.until_closed()


async def kill_the_server(shell: Socket, server: Server) -> None:
    await asyncio.to_thread(server.kill)


async def sign_out_everybody(shell: Socket, server: Server) -> None:
    code = "from django.contrib.sessions.models import Session; Session.objects.all().delete()"
    await asyncio.to_thread(server.manage, "shell", "-v", "0", "-c", code)


@pytest.mark.parametrize(("end", "seconds"), [(close_the_shell, 10), (sign_out_everybody, 15), (kill_the_server, 60)])
async def test_with_an_editor_on_the_screen_and_a_job_behind_it(
    own_server: Server,
    near: Kubectl,
    pod: str,
    end: Callable[[Socket, Server], Awaitable[None]],
    seconds: float,
) -> None:
    async with socket(own_server, shell_path(near.namespace, pod), own_server.admin) as shell:
        await shell.until("#")
        await shell.type(f"{EDITING}\n")
        await asyncio.to_thread(is_editing, near, pod)
        await shell.type("isome text\n")
        await shell.until("some text")
        await end(shell, own_server)
        await asyncio.to_thread(nothing_is_left, near, pod, seconds=seconds)


async def kill_with_its_leash(own_server: Server, near: Kubectl, pod: str) -> None:
    """Kill a server whose shell is busy, and before it the leash that would end the shell."""
    async with socket(own_server, shell_path(near.namespace, pod), own_server.admin) as shell:
        await shell.until("#")
        eventually(lambda: any("read -r told" in command for command in processes(near, pod)))
        await shell.type("kill -9 $(grep -l PILOTHOUSE_LEASH /proc/[0-9]*/environ | cut -d/ -f3)\n")
        await shell.type(f"{BUSY}\n")
        is_busy(near, pod)
        own_server.kill()


async def test_when_the_server_is_killed_and_its_leash_too(own_server: Server, near: Kubectl, pod: str) -> None:
    await kill_with_its_leash(own_server, near, pod)
    assert set(processes(near, pod)) >= SLEEPERS
    own_server.start()
    nothing_is_left(near, pod, seconds=30)
    assert session_reason(own_server) == "The server that held it was lost."


@pytest.mark.both_modes
@pytest.mark.spread_out
async def test_a_process_that_only_watches_ends_the_shells_of_a_killed_server(
    own_server: Server, near: Kubectl, pod: str
) -> None:
    await kill_with_its_leash(own_server, near, pod)
    nothing_is_left(near, pod, seconds=60)
    assert session_reason(own_server) == "The server that held it was lost."


def session_reason(server: Server) -> str:
    """How the only shell of the server ended, as its row has it."""
    code = "from clusters.models import TerminalSession as T; row = T.objects.get(); print(row.ended and row.reason)"
    return eventually(lambda: server.manage("shell", "-v", "0", "-c", code).strip().removeprefix("None"))
