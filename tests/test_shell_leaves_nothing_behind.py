"""However a shell ends, nothing of ours stays in the container, and the container's own processes go on."""

from collections.abc import Callable

import pytest

from tests.harness.containers import BUSY, SLEEPERS, is_busy, nothing_is_left, processes, start_pod
from tests.harness.kubectl import Kubectl
from tests.harness.servers import Server
from tests.harness.sockets import socket
from tests.harness.waiting import eventually


@pytest.fixture
def near(kubectl: Kubectl, namespace: str) -> Kubectl:
    return kubectl.within(namespace)


@pytest.fixture
def pod(near: Kubectl) -> str:
    return start_pod(near, "sleeper")


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


async def test_when_the_server_is_killed_and_its_leash_too(own_server: Server, near: Kubectl, pod: str) -> None:
    async with socket(own_server, shell_path(near.namespace, pod), own_server.admin) as shell:
        await shell.until("#")
        eventually(lambda: any("read -r told" in command for command in processes(near, pod)))
        await shell.type("kill -9 $(grep -l PILOTHOUSE_LEASH /proc/[0-9]*/environ | cut -d/ -f3)\n")
        await shell.type(f"{BUSY}\n")
        is_busy(near, pod)
        own_server.kill()
    assert set(processes(near, pod)) >= SLEEPERS
    own_server.start()
    nothing_is_left(near, pod, seconds=30)
    assert session_reason(own_server) == "The server that held it was lost."


def session_reason(server: Server) -> str:
    """How the only shell of the server ended, as its row has it."""
    code = "from clusters.models import TerminalSession as T; row = T.objects.get(); print(row.ended and row.reason)"
    return eventually(lambda: server.manage("shell", "-v", "0", "-c", code).strip().removeprefix("None"))
