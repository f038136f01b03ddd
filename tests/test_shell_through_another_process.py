"""Several web processes: each serves every shell, whichever of them holds it."""

import asyncio
import re
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import aiohttp
import pytest

from tests.harness.containers import BUSY, is_busy, nothing_is_left
from tests.harness.kubectl import Kubectl
from tests.harness.servers import Server, second_server
from tests.harness.sockets import Socket, socket
from tests.harness.waiting import eventually

pytestmark = pytest.mark.both_modes

New = Callable[..., AbstractAsyncContextManager[Socket]]
Again = Callable[..., AbstractAsyncContextManager[Socket]]


@pytest.fixture
def holder(new_server: Callable[..., Server]) -> Server:
    """The process that will hold the shell; it may be killed."""
    server = new_server()
    server.start()
    return server


@pytest.fixture
def other(holder: Server, tmp_path: Path) -> Iterator[Server]:
    """A second web process on the same database."""
    with second_server(holder, tmp_path / "other") as server:
        yield server


@pytest.fixture
def new_shell(holder: Server, near: Kubectl, pod: str) -> New:
    path = f"/ws/clusters/test/pods/{near.namespace}/{pod}/shell/?container=main"
    return lambda: socket(holder, path, holder.admin)


@pytest.fixture
def again(other: Server, holder: Server) -> Again:
    """Takes a shell up from the second process, with the cookies of the first."""
    return lambda session, query: socket(other, f"/ws/shells/{session}/?{query}", holder.admin)


async def opened(shell: Socket) -> str:
    """The id of the shell, once it is at its prompt."""
    await shell.until("#")
    return str((await shell.until_message("session"))["id"])


async def test_it_is_taken_up_from_there(new_shell: New, again: Again) -> None:
    async with new_shell() as shell:
        session = await opened(shell)
        await shell.type("sleep 1; echo came-$((40 + 2))\n")
        seen = len(shell.output)
    async with again(session, f"from={seen}") as shell:
        assert (await shell.until_message("resumed"))["from"] == seen
        await shell.until("came-42")
        await shell.type("head -c 3000000 /dev/zero | tr '\\0' x; echo; echo flood-$((40 + 2))\n")
        await shell.until("flood-42")
        assert shell.output.count(b"x") >= 3_000_000
        await shell.tell(columns=91, rows=31)
        # The kubelet passes sizes beside the input: the shell may see the old one for a moment.
        await shell.type("until stty size | grep '^31 9[1]$'; do :; done; exit 7\n")
        await shell.until("31 91")
        assert await shell.until_closed() == "The shell ended with exit code 7."


async def test_it_is_listed_and_ended_there(new_shell: New, other: Server, holder: Server) -> None:
    async with new_shell() as shell:
        session = await opened(shell)
        listed = (await asyncio.to_thread(holder.admin.get, f"{other.url}/shells/", timeout=30)).text
        assert f"/shells/{session}/" in listed
        form = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', listed)
        assert form
        token = {"csrfmiddlewaretoken": form[1]}
        await asyncio.to_thread(holder.admin.post, f"{other.url}/shells/{session}/end/", data=token, timeout=30)
        assert await shell.until_closed() == "You ended it from the list of shells."


async def test_an_admin_watches_and_cannot_type(new_shell: New, again: Again) -> None:
    async with new_shell() as shell:
        session = await opened(shell)
        async with again(session, "watch=1") as watcher:
            await watcher.until("#")
            await watcher.type("echo typed-by-the-watcher\n")
            await watcher.tell(close=True)
            await shell.type("echo owner-$((40 + 2))\n")
            await watcher.until("owner-42")
            assert b"watcher" not in watcher.output


async def test_the_holder_is_killed(
    new_shell: New, again: Again, holder: Server, other: Server, near: Kubectl, pod: str
) -> None:
    async with new_shell() as shell:
        session = await opened(shell)
        await shell.type(f"{BUSY}\n")
        await asyncio.to_thread(is_busy, near, pod)
    async with again(session, "") as shell:
        await shell.until("#")
        holder.kill()
        assert await shell.until_closed() == "The server that holds this shell cannot be reached."
        assert shell.close_code == 4504
    await asyncio.to_thread(nothing_is_left, near, pod, seconds=60)
    await asyncio.to_thread(eventually, lambda: is_over(other, session), seconds=60)
    async with again(session, "") as shell:
        assert await shell.until_closed() == "The server that held it was lost."


def is_over(server: Server, session: str) -> bool:
    """Whether the row of the shell has its end."""
    code = f"from clusters.models import TerminalSession as T; print(T.objects.get(pk={session!r}).ended is not None)"
    return server.manage("shell", "-v", "0", "-c", code).strip() == "True"


async def test_it_is_cut_there_with_the_right_and_nothing_typed_arrives(
    new_shell: New, again: Again, other: Server, near: Kubectl, pod: str
) -> None:
    async with new_shell() as shell:
        session = await opened(shell)
    async with again(session, "") as shell:
        await shell.until("#")
        typing = asyncio.create_task(shell.type_for_ever("echo x >> /tmp/typed\n"))
        code = "from django.contrib.sessions.models import Session; Session.objects.all().delete()"
        await asyncio.to_thread(other.manage, "shell", "-v", "0", "-c", code)
        assert "You were signed out" in await shell.until_closed()
        written = near("exec", pod, "--", "wc", "-l", "/tmp/typed")
        await asyncio.wait([typing], timeout=2)
        typing.cancel()
        assert near("exec", pod, "--", "wc", "-l", "/tmp/typed") == written


async def test_nobody_without_the_key_is_let_through(new_shell: New, holder: Server) -> None:
    async with new_shell() as shell:
        session = await opened(shell)
        address = f"{holder.url.replace('http', 'ws')}/ws/relay/shells/{session}/"
        async with aiohttp.ClientSession() as client:
            for headers in ({}, {"Authorization": "Pilothouse e30:1wgdSf:mgz9nJ8OvJ5a4"}):
                with pytest.raises(aiohttp.WSServerHandshakeError, match="403"):
                    await client.ws_connect(address, headers=headers)
