"""Editing of the command line on a terminal: arrows, history, completion."""

import re
import unicodedata
from collections.abc import Callable

from simulator.shell.terminals import Terminal

LONGEST_LINE = 8192
"""Characters."""

_INVISIBLE = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_SEQUENCE = re.compile(rb"\x1b(?:\[[0-9;?]*[A-Za-z~]|O[A-Za-z]|[^\[O])")
_WORD_BEFORE = re.compile(r"\w*\W*\Z")

Complete = Callable[[str], list[str]]
"""From the line up to the cursor to what the last word of it may become."""


def width(text: str) -> int:
    """Columns that the text takes."""
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text
    )


class LineEditor:
    """Reads lines from a terminal; keeps no history of its own."""

    def __init__(self, terminal: Terminal, *, history: list[str], complete: Complete) -> None:
        self._terminal = terminal
        self._history = history
        self._complete = complete
        self._typed = b""
        self._keys: dict[bytes, Callable[[], None]] = {
            b"\x01": lambda: self._move(0),
            b"\x02": lambda: self._move(self._cursor - 1),
            b"\x05": lambda: self._move(len(self._line)),
            b"\x06": lambda: self._move(self._cursor + 1),
            b"\x08": lambda: self._cut(self._cursor - 1, self._cursor),
            b"\x7f": lambda: self._cut(self._cursor - 1, self._cursor),
            b"\x0b": lambda: self._kill(self._cursor, len(self._line)),
            b"\x0e": lambda: self._recall(1),
            b"\x10": lambda: self._recall(-1),
            b"\x15": lambda: self._kill(0, self._cursor),
            b"\x17": lambda: self._kill(self._start_of_word(r"\S*\s*\Z"), self._cursor),
            b"\x19": lambda: self._insert(self._killed),
            b"\x1b[A": lambda: self._recall(-1),
            b"\x1b[B": lambda: self._recall(1),
            b"\x1b[C": lambda: self._move(self._cursor + 1),
            b"\x1b[D": lambda: self._move(self._cursor - 1),
            b"\x1b[H": lambda: self._move(0),
            b"\x1b[F": lambda: self._move(len(self._line)),
            b"\x1b[1~": lambda: self._move(0),
            b"\x1b[4~": lambda: self._move(len(self._line)),
            b"\x1b[3~": lambda: self._cut(self._cursor, self._cursor + 1),
            b"\x1b[1;5C": lambda: self._move(self._end_of_word()),
            b"\x1b[1;5D": lambda: self._move(self._start_of_word(r"\w*\W*\Z")),
            b"\x1bf": lambda: self._move(self._end_of_word()),
            b"\x1bb": lambda: self._move(self._start_of_word(r"\w*\W*\Z")),
            b"\x1b\x7f": lambda: self._kill(self._start_of_word(r"\w*\W*\Z"), self._cursor),
        }
        self._killed = ""
        self._begin("")

    async def read(self, prompt: str) -> str | None:
        """A line without its newline; None at Ctrl-D on an empty line or when the client is gone.

        Raises KeyboardInterrupt at Ctrl-C.
        """
        self._begin(prompt)
        self._terminal.set_raw(True)
        try:
            await self._show(prompt)
            while True:
                key = await self._key()
                if key is None:
                    await self._draw()
                elif (ended := await self._take(key)) is not None:
                    return ended[0]
        finally:
            self._terminal.set_raw(False)

    def _begin(self, prompt: str) -> None:
        self._prompt = prompt
        self._line = ""
        self._cursor = 0
        self._row = 0
        self._tabs = 0
        self._place = len(self._history)
        self._draft = ""

    async def _take(self, key: bytes) -> tuple[str | None] | None:
        """Does what a key asks for; a tuple when the line has ended. Raises KeyboardInterrupt."""
        self._tabs = self._tabs + 1 if key == b"\t" else 0
        if key in (b"\r", b"\n"):
            await self._end("")
            return (self._line,)
        if key == b"\x03":
            await self._end("^C")
            raise KeyboardInterrupt
        if key == b"" or (key == b"\x04" and not self._line):
            return (None,)
        if key == b"\t":
            await self._tab()
        elif key == b"\x0c":
            await self._show("\x1b[H\x1b[2J")
            self._row = 0
            await self._draw()
        else:
            await self._edit(b"\x1b[3~" if key == b"\x04" else key)
        return None

    async def _edit(self, key: bytes) -> None:
        if command := self._keys.get(key):
            command()
        elif key[0] >= 32 and key != b"\x7f":
            text = key.decode(errors="replace")
            at_end = self._cursor == len(self._line)
            self._insert(text)
            if (
                at_end
                and width(self._plain_prompt() + self._line) % self._terminal.columns
                and width(text) == len(text)
            ):
                await self._show(text)
                self._row = width(self._plain_prompt() + self._line) // self._terminal.columns
                return
        else:
            return
        await self._draw()

    async def _key(self) -> bytes | None:
        """The next key, or text that was typed at once; None when the window has changed; b"" at the end."""
        while True:
            if self._typed:
                found = self._first_key()
                if found:
                    self._typed = self._typed[len(found) :]
                    return found
            # An escape alone is a key of its own; the rest of a sequence comes at once.
            more = await self._terminal.read_or_resize(1024, 0.05 if self._typed else None)
            if more is None and not self._typed:
                return None
            if more == b"":
                return b""
            if more is None:
                self._typed = b""
            self._typed += more or b""

    def _first_key(self) -> bytes:
        typed = self._typed
        if typed[0] == 27:
            found = _SEQUENCE.match(typed)
            return found.group().replace(b"\x1bO", b"\x1b[") if found else b""
        if typed[0] < 32 or typed[0] == 127:
            return typed[:1]
        text = re.match(rb"[^\x00-\x1f\x7f]+", typed)
        whole = text.group() if text else typed[:1]
        # A character that is cut in two waits for its rest.
        for cut in range(4):
            try:
                whole[: len(whole) - cut].decode()
            except UnicodeDecodeError:
                continue
            return whole[: len(whole) - cut]
        return whole

    def _insert(self, text: str) -> None:
        text = text[: LONGEST_LINE - len(self._line)]
        self._line = self._line[: self._cursor] + text + self._line[self._cursor :]
        self._cursor += len(text)

    def _move(self, place: int) -> None:
        self._cursor = max(0, min(place, len(self._line)))

    def _cut(self, start: int, end: int) -> None:
        if 0 <= start < len(self._line):
            self._line = self._line[:start] + self._line[end:]
            self._cursor = start

    def _kill(self, start: int, end: int) -> None:
        self._killed = self._line[start:end]
        self._cut(start, end)

    def _recall(self, step: int) -> None:
        place = self._place + step
        if not 0 <= place <= len(self._history):
            return
        if self._place == len(self._history):
            self._draft = self._line
        self._place = place
        self._line = self._draft if place == len(self._history) else self._history[place]
        self._cursor = len(self._line)

    def _start_of_word(self, pattern: str) -> int:
        found = re.search(pattern, self._line[: self._cursor][-500:])
        return self._cursor - len(found.group()) if found else 0

    def _end_of_word(self) -> int:
        found = re.match(r"\W*\w*", self._line[self._cursor :])
        return self._cursor + (len(found.group()) if found else 0)

    async def _tab(self) -> None:
        before = self._line[: self._cursor]
        word = re.split(r"[\s|;&<>=]", before)[-1]
        found = self._complete(before)
        if not found:
            return
        common = found[0]
        for each in found:
            while not each.startswith(common):
                common = common[:-1]
        if len(common) > len(word):
            self._insert(common[len(word) :] + (" " if len(found) == 1 and not common.endswith("/") else ""))
            await self._draw()
        elif len(found) > 1 and self._tabs > 1:
            await self._show("\n" + "  ".join(name.rstrip("/").rsplit("/", 1)[-1] for name in found[:100]) + "\n")
            self._row = 0
            await self._draw()
        elif len(found) == 1 and not word.endswith("/"):
            self._insert(" ")
            await self._draw()

    def _plain_prompt(self) -> str:
        return _INVISIBLE.sub("", self._prompt.rsplit("\n", 1)[-1])

    async def _draw(self) -> None:
        """The whole line anew, and the cursor where it belongs."""
        columns = max(1, self._terminal.columns)
        end = width(self._plain_prompt() + self._line)
        place = width(self._plain_prompt() + self._line[: self._cursor])
        up = f"\x1b[{self._row}A" if self._row else ""
        wrap = "\n" if end % columns == 0 and end else ""
        back = end // columns - place // columns
        text = f"\r{up}\x1b[J{self._prompt.rsplit(chr(10), 1)[-1]}{self._line}{wrap}"
        text += f"\x1b[{back}A" if back else ""
        text += f"\r\x1b[{place % columns}C" if place % columns else "\r"
        self._row = place // columns
        await self._show(text)

    async def _end(self, said: str) -> None:
        self._cursor = len(self._line)
        if said or self._row != width(self._plain_prompt() + self._line) // max(1, self._terminal.columns):
            await self._draw()
        await self._show(f"{said}\n")

    async def _show(self, text: str) -> None:
        await self._terminal.write(text.encode(errors="surrogateescape"))
