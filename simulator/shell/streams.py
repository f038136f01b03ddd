"""What a simulated process reads from and writes to."""

import asyncio
import random
from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from simulator.shell.terminals import Terminal

PIPE_BYTES = 64 * 1024
"""What a pipe holds before its writers wait, as on Linux."""


class BrokenPipe(Exception):
    """Nobody reads what was written."""


class Stream:
    """An open file. Every holder closes it once; the last one releases it."""

    def __init__(self) -> None:
        self._holders = 1

    @property
    def terminal(self) -> "Terminal | None":
        """The terminal behind it, if it is one."""
        return None

    def share(self) -> "Stream":
        """Itself, for one more holder."""
        self._holders += 1
        return self

    def close(self) -> None:
        """One holder less."""
        self._holders -= 1
        if self._holders == 0:
            self.release()

    def release(self) -> None:
        """What happens when nobody holds it any more."""

    async def read(self, size: int) -> bytes:
        """At most `size` bytes as soon as there are some; b"" at the end. Raises OSError where nothing can be read."""
        raise OSError("Bad file descriptor")

    async def write(self, data: bytes) -> None:
        """Waits while there is no room. Raises BrokenPipe, and OSError where it is not for writing."""
        raise OSError("Bad file descriptor")


class Null(Stream):
    """/dev/null."""

    async def read(self, size: int) -> bytes:
        """The end."""
        return b""

    async def write(self, data: bytes) -> None:
        """Forgets the data."""
        await asyncio.sleep(0)


class Full(Null):
    """/dev/full."""

    async def write(self, data: bytes) -> None:
        """Raises OSError."""
        raise OSError("No space left on device")


class Zeros(Null):
    """/dev/zero."""

    async def read(self, size: int) -> bytes:
        """Zeros without end."""
        await asyncio.sleep(0)
        return bytes(min(size, PIPE_BYTES))


class Noise(Null):
    """/dev/urandom; predictable, as everything here."""

    def __init__(self) -> None:
        super().__init__()
        self._chance = random.Random(0)  # noqa: S311 - a game, not a secret

    async def read(self, size: int) -> bytes:
        """Bytes without end."""
        await asyncio.sleep(0)
        return self._chance.randbytes(min(size, PIPE_BYTES))


class Pipe:
    """Bytes from writers to readers, a bounded number at a time."""

    def __init__(self) -> None:
        self.reader = PipeReader(self)
        self.writer = PipeWriter(self)
        self._chunks: deque[bytes] = deque()
        self._held = 0
        self._changed = asyncio.Event()
        self.reader_gone = False
        self.writer_gone = False

    def changed(self) -> None:
        """Wake whoever waits."""
        self._changed.set()
        self._changed = asyncio.Event()

    async def take(self, size: int) -> bytes:
        """For the reader."""
        while not self._chunks:
            if self.writer_gone:
                return b""
            await self._changed.wait()
        chunk = self._chunks.popleft()
        if len(chunk) > size:
            self._chunks.appendleft(chunk[size:])
            chunk = chunk[:size]
        self._held -= len(chunk)
        self.changed()
        return chunk

    async def put(self, data: bytes) -> None:
        """For the writer."""
        for start in range(0, len(data), PIPE_BYTES):
            piece = data[start : start + PIPE_BYTES]
            while self._held and self._held + len(piece) > PIPE_BYTES and not self.reader_gone:
                await self._changed.wait()
            if self.reader_gone:
                raise BrokenPipe
            self._chunks.append(piece)
            self._held += len(piece)
            self.changed()
        await asyncio.sleep(0)

    async def offer_all(self, data: bytes) -> None:
        """Like `put`, but forgets what nobody reads any more."""
        try:
            await self.put(data)
        except BrokenPipe:
            return

    def rest(self) -> list[bytes]:
        """What is held now, for a reader that does not wait for more."""
        found = list(self._chunks)
        self._chunks.clear()
        self._held = 0
        self.changed()
        return found

    def offer(self, data: bytes) -> None:
        """Like `put`, but drops what there is no room for."""
        if self._held + len(data) <= PIPE_BYTES:
            self._chunks.append(data)
            self._held += len(data)
            self.changed()


class PipeReader(Stream):
    """The end of a pipe that is read."""

    def __init__(self, pipe: Pipe) -> None:
        super().__init__()
        self._pipe = pipe

    def release(self) -> None:
        """Writers get BrokenPipe."""
        self._pipe.reader_gone = True
        self._pipe.changed()

    async def read(self, size: int) -> bytes:
        """What was written."""
        return await self._pipe.take(size)


class PipeWriter(Stream):
    """The end of a pipe that is written."""

    def __init__(self, pipe: Pipe) -> None:
        super().__init__()
        self._pipe = pipe

    def release(self) -> None:
        """Readers get the end."""
        self._pipe.writer_gone = True
        self._pipe.changed()

    async def write(self, data: bytes) -> None:
        """Waits for room."""
        await self._pipe.put(data)
