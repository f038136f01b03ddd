"""less, more and vi, which only reads."""

import re

from simulator.shell.filesystem import FileError
from simulator.shell.language.expressions import BadPattern, Expression
from simulator.shell.opening import open_for_reading
from simulator.shell.processes import Process
from simulator.shell.programs.arguments import Refused
from simulator.shell.programs.reading import MOST_MEMORY, text_of
from simulator.shell.streams import Stream
from simulator.shell.terminals import Terminal, TerminalStream

_KEY = re.compile(r"\x1b\[[0-9;]*[A-Za-z~]|\x1bO[A-Za-z]|.", re.DOTALL)
_DOWN = frozenset(("j", "\r", "\n", "\x1b[B", "\x1bOB", "e", "\x0e"))
_UP = frozenset(("k", "y", "\x1b[A", "\x1bOA", "\x10"))
_PAGE_DOWN = frozenset((" ", "f", "\x1b[6~", "\x06"))
_PAGE_UP = frozenset(("b", "\x1b[5~", "\x02"))
_MOST_LINES = 50_000


async def less(process: Process, argv: list[str]) -> int:
    """Shows a file by pages; q leaves it."""
    names = [word for word in argv[1:] if not word.startswith(("-", "+"))]
    editor = argv[0].rsplit("/", 1)[-1] in ("vi", "vim", "view", "nano")
    if not names and (editor or process.streams[0].terminal):
        raise Refused("missing filename (this simulation's editor only shows files)")
    try:
        stream = open_for_reading(process, names[0]) if names else process.streams[0].share()
    except FileError as error:
        raise Refused(f"{names[0]}: {error}") from None
    try:
        text = await _everything(stream)
    finally:
        stream.close()
    output = process.streams.get(1)
    terminal = output.terminal if output else None
    if terminal is None or process.terminal is None:
        await process.out(text)
        return 0
    pager = _Pager(terminal, text, names[0] if names else "", editor)
    terminal.set_raw(True)
    screen = TerminalStream(terminal)
    try:
        await screen.write(b"\x1b[?1049h")
        await pager.run(screen)
    finally:
        terminal.set_raw(False)
        terminal.output.offer(b"\x1b[?1049l")
    return 0


async def _everything(stream: Stream) -> str:
    found = bytearray()
    while (data := await stream.read(65536)) and len(found) < MOST_MEMORY:
        found += data
    return text_of(bytes(found))


class _Pager:
    def __init__(self, terminal: Terminal, text: str, name: str, editor: bool) -> None:
        self._terminal = terminal
        self._lines = [line.expandtabs()[:2000] for line in text.split("\n")[:_MOST_LINES]]
        if self._lines[-1] == "":
            self._lines.pop()
        self._name = name
        self._editor = editor
        self._top = 0
        self._asked: str | None = None
        self._sought = ""
        self._said = f'"{name}" read only: this simulation has no editor; q leaves' if editor else ""

    @property
    def _page(self) -> int:
        return max(1, self._terminal.rows - 1)

    async def run(self, screen: TerminalStream) -> None:
        """Until q."""
        while True:
            await screen.write(self._drawn().encode(errors="surrogateescape"))
            typed = await self._terminal.read_or_resize(256)
            if typed is None:
                continue
            if typed == b"":
                return
            for key in _KEY.findall(text_of(typed)):
                if self._take(key):
                    return

    def _take(self, key: str) -> bool:
        """Does what a key asks for; whether that is to leave."""
        if self._asked is not None:
            return self._ask(key)
        self._said = ""
        last = max(0, len(self._lines) - self._page)
        if key in ("q", "Q", "\x03"):
            return True
        if key in ("/", ":"):
            self._asked = key
        elif key in ("n", "N"):
            self._seek(1 if key == "n" else -1)
        elif key in _DOWN | _UP | _PAGE_DOWN | _PAGE_UP:
            step = 1 if key in _DOWN | _UP else self._page
            self._top = max(0, min(last, self._top + (step if key in _DOWN | _PAGE_DOWN else -step)))
        elif key in ("g", "<", "\x1b[H"):
            self._top = 0
        elif key in ("G", ">", "\x1b[F"):
            self._top = last
        return False

    def _ask(self, key: str) -> bool:
        asked = self._asked or ""
        if key in ("\r", "\n"):
            self._asked = None
            if asked[0] == "/":
                self._sought = asked[1:] or self._sought
                self._seek(1)
                return False
            if asked.startswith(":w"):
                self._said = "Not written: this simulation has no editor."
            return asked.startswith(":q")
        if key in ("\x1b", "\x03"):
            self._asked = None
        elif key in ("\x7f", "\x08"):
            self._asked = asked[:-1] or None
        elif key.isprintable():
            self._asked = (asked + key)[:200]
        return False

    def _seek(self, step: int) -> None:
        try:
            expression = Expression(self._sought, extended=True)
        except BadPattern:
            self._said = "Invalid pattern"
            return
        place = self._top + step
        while 0 <= place < len(self._lines):
            if expression.search(self._lines[place]):
                self._top = place
                return
            place += step
        self._said = "Pattern not found"

    def _drawn(self) -> str:
        columns = self._terminal.columns
        shown = [line[:columns] for line in self._lines[self._top : self._top + self._page]]
        shown += ["~"] * (self._page - len(shown))
        at_end = self._top + self._page >= len(self._lines)
        status = self._asked or self._said or ("(END)" if at_end else ":" if self._top else self._name or ":")
        body = "".join(f"{line}\x1b[K\n" for line in shown)
        return f"\x1b[H{body}\x1b[7m{status[: max(1, columns - 1)]}\x1b[m\x1b[K"
