"""A shell outlives the socket of its page: whoever comes back in time goes on where he was, and loses nothing."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

import pytest

from tests.harness.containers import BUSY, is_busy, nothing_is_left
from tests.harness.kubectl import Kubectl
from tests.harness.servers import Server
from tests.harness.sockets import Socket, socket

Opens = Callable[..., AbstractAsyncContextManager[Socket]]


@pytest.fixture
def new_shell(server: Server, near: Kubectl, pod: str) -> Opens:
    path = f"/ws/clusters/test/pods/{near.namespace}/{pod}/shell/?container=main"
    return lambda: socket(server, path, server.admin)


@pytest.fixture
def again(server: Server) -> Opens:
    return lambda session, since=0: socket(server, f"/ws/shells/{session}/?from={since}", server.admin)


async def opened(shell: Socket) -> str:
    """The id of the shell, once it is at its prompt."""
    await shell.until("#")
    return str((await shell.until_message("session"))["id"])


async def test_what_was_printed_meanwhile_is_shown(new_shell: Opens, again: Opens) -> None:
    async with new_shell() as shell:
        session = await opened(shell)
        await shell.type("sleep 1; echo came-$((40 + 2)); read word; echo got-$word\n")
        seen = len(shell.output)
    async with again(session, seen) as shell:
        resumed = await shell.until_message("resumed")
        assert (resumed["from"], resumed["lost"]) == (seen, 0)
        await shell.until("came-42")
        await shell.type("this\n")
        await shell.until("got-this")


async def test_the_page_is_told_how_much_input_arrived(new_shell: Opens, again: Opens) -> None:
    async with new_shell() as shell:
        session = await opened(shell)
        await shell.type("echo abc\n")
        await shell.until("abc")
    async with again(session) as shell:
        assert (await shell.until_message("resumed"))["typed"] == len("echo abc\n")
        await shell.type("echo def\n")
        while (await shell.until_message("typed"))["bytes"] < 2 * len("echo abc\n"):
            assert await shell.read(), shell.end


async def test_more_than_the_screen_keeps_is_lost_and_said(new_shell: Opens, again: Opens) -> None:
    async with new_shell() as shell:
        session = await opened(shell)
        await shell.type("sleep 1; head -c 600000 /dev/zero | tr '\\0' x; echo; echo flood-$((40 + 2))\n")
        seen = len(shell.output)
    async with again(session, seen) as shell:
        await shell.until("flood-42")
    async with again(session, seen) as shell:
        resumed = await shell.until_message("resumed")
        assert resumed["lost"] > 300_000
        assert resumed["from"] == seen + resumed["lost"]


async def test_another_window_takes_the_shell_over(new_shell: Opens, again: Opens) -> None:
    async with new_shell() as first:
        session = await opened(first)
        async with again(session) as second:
            assert await first.until_closed() == "This shell was taken up in another window."
            await second.type("echo both-$((40 + 2))\n")
            await second.until("both-42")


async def test_a_closed_shell_is_over_at_once(new_shell: Opens, again: Opens, near: Kubectl, pod: str) -> None:
    async with new_shell() as shell:
        session = await opened(shell)
        await shell.type(f"{BUSY}\n")
        await asyncio.to_thread(is_busy, near, pod)
        await shell.tell(close=True)
        assert await shell.until_closed() == "The shell was closed."
    await asyncio.to_thread(nothing_is_left, near, pod)
    async with again(session) as shell:
        assert (await shell.until_message("exit"))["wanted"]
        assert await shell.until_closed() == "The shell was closed."


async def test_the_exit_code_waits_for_who_was_away(new_shell: Opens, again: Opens) -> None:
    async with new_shell() as shell:
        session = await opened(shell)
        await shell.type("exit 7\n")
    async with again(session) as shell:
        assert await shell.until_closed() == "The shell ended with exit code 7."


async def test_nobody_else_finds_it(new_shell: Opens, server: Server, namespace: str) -> None:
    server.add_user(f"other-{namespace}", superuser=True)
    async with new_shell() as shell:
        session = await opened(shell)
        with pytest.raises(Exception, match="403"):
            async with socket(server, f"/ws/shells/{session}/", server.sign_in(f"other-{namespace}")):
                pass
