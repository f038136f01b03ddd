"""The line discipline of a terminal: echo, editing of a line, signals, CR and LF. After termios(3)."""

import asyncio
from collections.abc import Callable

from simulator.shell.streams import PIPE_BYTES, Pipe, Stream

_INTERRUPT, _END, _QUIT, _SUSPEND = 3, 4, 28, 26
_ERASE, _KILL, _WORD = (8, 127), 21, 23
_LONGEST_LINE = 4095

SIGINT, SIGQUIT = 2, 3


class Terminal:
    """A terminal between a client, who feeds it and reads `output`, and the processes that have it open."""

    def __init__(self, columns: int = 80, rows: int = 24) -> None:
        self.columns = columns
        self.rows = rows
        self.raw = False
        """What is typed comes through untouched, as for an editor; signals are not made of it."""
        self.echo = True
        self.foreground = 0
        """The process group that gets the signals of the keyboard."""
        self.on_signal: Callable[[int, int], None] = lambda group, number: None
        """Called with the foreground group and a signal."""
        self.output = Pipe()
        self._line = bytearray()
        self._ready = bytearray()
        self._ends = 0
        self._hung_up = False
        self._changed = asyncio.Event()
        self.resized = asyncio.Event()
        """Set when the size changes; whoever draws clears it."""

    def resize(self, columns: int, rows: int) -> None:
        """The client's window has changed."""
        if (columns, rows) != (self.columns, self.rows):
            self.columns, self.rows = columns, rows
            self.resized.set()
            self._wake()

    def hang_up(self) -> None:
        """Readers get the end."""
        self._hung_up = True
        self._wake()

    def set_raw(self, raw: bool) -> None:
        """Change the discipline; what was typed ahead is kept."""
        self.raw = raw
        if raw:
            self._ready += self._line
            self._line.clear()
            self._ends = 0
            self._wake()

    async def feed(self, data: bytes) -> None:
        """What the client typed. Waits while nobody reads."""
        place = 0
        while place < len(data):
            while len(self._ready) > PIPE_BYTES and not self._hung_up:
                await self._changed.wait()
            piece = data[place : place + 1024]
            place += len(piece)
            if self.raw:
                self._ready += piece
            else:
                place -= len(piece) - await self._cook(piece)
            self._wake()

    async def read(self, size: int) -> bytes:
        """A line, or in raw mode what there is; b"" at an end that was typed, and when the client has gone."""
        while not self._ready and not self._ends and not self._hung_up:
            await self._changed.wait()
        if not self._ready:
            self._ends = max(0, self._ends - 1)
            return b""
        newline = self._ready.find(b"\n")
        size = min(size, len(self._ready) if self.raw or newline < 0 else newline + 1)
        data = bytes(self._ready[:size])
        del self._ready[:size]
        self._wake()
        return data

    async def read_or_resize(self, size: int, seconds: float | None = None) -> bytes | None:
        """Like `read`, but None when the size has changed meanwhile, or after so many real seconds."""
        try:
            async with asyncio.timeout(seconds):
                while not self._ready and not self._hung_up:
                    if self.resized.is_set():
                        self.resized.clear()
                        return None
                    await self._changed.wait()
        except TimeoutError:
            return None
        return await self.read(size)

    async def write(self, data: bytes) -> None:
        """What a process shows."""
        await self.output.put(data.replace(b"\n", b"\r\n"))

    def _wake(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()

    async def _cook(self, data: bytes) -> int:
        """How many of the bytes were taken: after a line or signal, whoever wakes may change the discipline."""
        for index, byte in enumerate(data):
            if byte in (_INTERRUPT, _QUIT, _SUSPEND):
                self._signal(byte)
                return index + 1
            if byte in (10, 13):
                self._show(b"\r\n")
                self._ready += self._line + b"\n"
                self._line.clear()
                self._wake()
                await asyncio.sleep(0)
                return index + 1
            self._edit(byte)
        return len(data)

    def _edit(self, byte: int) -> None:
        if byte == _END:
            self._ends += not self._line
            self._ready += self._line
            self._line.clear()
        elif byte in _ERASE:
            self._erase(len(self._line) - 1)
        elif byte == _KILL:
            self._erase(0)
        elif byte == _WORD:
            self._erase(self._line.rstrip(b" ").rfind(b" ") + 1)
        elif len(self._line) < _LONGEST_LINE:
            self._line.append(byte)
            self._show(bytes((byte,)) if byte >= 32 or byte == 9 else b"^" + bytes((byte + 64,)))

    def _erase(self, kept: int) -> None:
        """Takes characters from the end until at most `kept` bytes are left."""
        while self._line and len(self._line) > kept:
            byte = self._line.pop()
            while byte & 0xC0 == 0x80 and self._line:
                byte = self._line.pop()
            self._show(b"\b \b" if byte >= 32 else b"\b\b  \b\b")

    def _signal(self, byte: int) -> None:
        self._show(b"^" + bytes((byte + 64,)))
        if byte == _SUSPEND:
            return
        self._line.clear()
        self.on_signal(self.foreground, SIGINT if byte == _INTERRUPT else SIGQUIT)

    def _show(self, data: bytes) -> None:
        if self.echo:
            self.output.offer(data)


class TerminalStream(Stream):
    """The terminal as a process has it open."""

    def __init__(self, terminal: Terminal) -> None:
        super().__init__()
        self._terminal = terminal

    @property
    def terminal(self) -> Terminal:
        """The terminal itself."""
        return self._terminal

    async def read(self, size: int) -> bytes:
        """What was typed."""
        return await self._terminal.read(size)

    async def write(self, data: bytes) -> None:
        """What is shown."""
        await self._terminal.write(data)
