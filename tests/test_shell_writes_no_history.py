"""What was typed into a shell can be called back there, and is not written into the container."""

import asyncio

from tests.harness.kubectl import Kubectl
from tests.harness.servers import Server
from tests.harness.sockets import socket

EARLIER_COMMAND = "\x10"


async def test_history_ends_with_the_shell(server: Server, near: Kubectl, pod: str) -> None:
    path = f"/ws/clusters/test/pods/{near.namespace}/{pod}/shell/?container=main"
    async with socket(server, path, server.admin) as shell:
        await shell.until("#")
        await shell.type("echo one-$((40 + 2))\n")
        await shell.until("one-42")
        await shell.type(f"{EARLIER_COMMAND}; echo two-$((40 + 2))\n")
        await shell.until("one-42\r\ntwo-42")
        await shell.type("exit\n")
        await shell.until_closed()
    look = "ls -a / ~ | grep history || echo none"
    assert (await asyncio.to_thread(near, "exec", pod, "--", "sh", "-c", look)).strip() == "none"
