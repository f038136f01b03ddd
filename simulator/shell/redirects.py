"""Redirections: other files for the time of a command."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from simulator.shell.filesystem import File, FileError, FileStream
from simulator.shell.language.syntax import Redirect
from simulator.shell.leaving import Broken
from simulator.shell.opening import open_for_reading, open_for_writing
from simulator.shell.streams import Stream

if TYPE_CHECKING:
    from simulator.shell.shells import Shell


@asynccontextmanager
async def redirected(shell: "Shell", redirects: Sequence[Redirect]) -> AsyncIterator[None]:
    """The shell's own process has other files within. Raises Broken."""
    if not redirects:
        yield
        return
    process = shell.process
    before = process.streams
    process.streams = {number: stream.share() for number, stream in before.items()}
    try:
        for redirect in redirects:
            await redirect_now(shell, redirect)
        yield
    finally:
        for stream in process.streams.values():
            stream.close()
        process.streams = before


async def redirect_now(shell: "Shell", redirect: Redirect) -> None:
    """Opens what a redirection names, for good. Raises Broken."""
    streams, number = shell.process.streams, redirect.descriptor
    if redirect.document:
        text = await shell.expander.text(redirect.document.body)
        opened: Stream = _document(shell, text)
    else:
        target = await shell.expander.text(redirect.target)
        if redirect.operator in (">&", "<&") and (target == "-" or target.isdecimal()):
            _duplicate(streams, number, target)
            return
        opened = _open(shell, redirect.operator, target)
    if number in streams:
        streams[number].close()
    streams[number] = opened
    if redirect.operator in ("&>", ">&"):
        _duplicate(streams, 2, "1")


def _document(shell: "Shell", text: str) -> Stream:
    content = text.encode(errors="surrogateescape")
    return FileStream(shell.process.container.files, File(0o600, shell.process.started, content))


def _open(shell: "Shell", operator: str, target: str) -> Stream:
    try:
        if operator in ("<", "<>"):
            return open_for_reading(shell.process, target)
        return open_for_writing(shell.process, target, append=operator == ">>")
    except FileError as error:
        verb = "open" if operator == "<" else "create"
        raise Broken(f"can't {verb} {target}: {error}") from None


def _duplicate(streams: dict[int, Stream], number: int, target: str) -> None:
    if target != "-" and int(target[:3]) not in streams:
        raise Broken(f"{target}: Bad file descriptor")
    if target == str(number):
        return
    if number in streams:
        streams.pop(number).close()
    if target != "-":
        streams[number] = streams[int(target[:3])].share()
