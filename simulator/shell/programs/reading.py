"""How programs read files and standard input."""

from collections.abc import AsyncIterator, Sequence

from simulator.shell.filesystem import FileError
from simulator.shell.opening import open_for_reading
from simulator.shell.processes import Process
from simulator.shell.programs.arguments import Refused
from simulator.shell.streams import Stream

MOST_MEMORY = 4 * 1024 * 1024
"""Bytes that a program such as sort may hold."""

LONGEST_LINE = 256 * 1024
"""Bytes; a longer line comes in pieces."""


class Input:
    """Files one after the other, `-` and no files being standard input. `failed` says whether one could not be read."""

    def __init__(self, process: Process, name: str, files: Sequence[str]) -> None:
        self._process = process
        self._name = name
        self._files = list(files) or ["-"]
        self.failed = False

    async def chunks(self) -> AsyncIterator[bytes]:
        """Bytes as they come."""
        async for _, stream in self.opened():
            while data := await stream.read(65536):
                yield data

    async def opened(self) -> AsyncIterator[tuple[str, Stream]]:
        """Each file's name and the file open for reading; those that cannot be opened are said."""
        for name in self._files:
            try:
                stream = self._process.streams[0].share() if name == "-" else open_for_reading(self._process, name)
            except FileError as error:
                self.failed = True
                await self._process.err(f"{self._name}: {name}: {error}\n")
                continue
            try:
                yield name, stream
            finally:
                stream.close()

    async def lines(self) -> AsyncIterator[bytes]:
        """Lines of all files without their newlines."""
        async for _, stream in self.opened():
            async for line in lines_of(stream):
                yield line

    async def everything(self) -> bytes:
        """All of it. Raises Refused where it is too much."""
        found = bytearray()
        async for data in self.chunks():
            found += data
            if len(found) > MOST_MEMORY:
                raise Refused("out of memory in this simulation")
        return bytes(found)


async def lines_of(stream: Stream) -> AsyncIterator[bytes]:
    """Lines without their newlines; a line without end comes in pieces."""
    rest = b""
    while data := await stream.read(65536):
        *lines, rest = (rest + data).split(b"\n")
        for line in lines:
            yield line
        if len(rest) > LONGEST_LINE:
            yield rest
            rest = b""
    if rest:
        yield rest


def text_of(line: bytes) -> str:
    """Text from which the same bytes can be made again."""
    return line.decode(errors="surrogateescape")
