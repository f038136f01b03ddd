"""What was printed, as lines that a person could have read: for searching, not for looking at.

Follows just enough of ECMA-48 to put an edited command line together; whatever jumps about the screen begins a line.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

LONGEST_LINE = 4096
"""Characters; a longer line is cut in pieces."""

LONGEST_SEQUENCE = 4096
"""Characters of an escape sequence whose end has not come; a longer one is taken for text."""

_TOKEN = re.compile(
    r"\x1b\[(?P<params>[0-?]*)[ -/]*(?P<final>[@-~])"
    r"|\x1b[\]PX^_][^\x07\x1b]*+(?:\x07|\x1b\\|(?=\x1b[^\\]))"
    r"|\x1b[ -/]*[0-Z\\`-~]"
    r"|(?P<text>[^\x00-\x1f\x7f]+)"
    r"|(?P<control>[\x00-\x1a\x1c-\x1f\x7f])",
)
_MOST_DIGITS = 5
"""Of a number in a sequence; Python takes no number of any length, and no screen is so wide."""

_MOVES = frozenset("ABEFHfdLMSTJ")


class Line(NamedTuple):
    """A line that was complete `at` milliseconds after the start."""

    at: int
    text: str


class Transcript:
    """Fed with output, gives the lines that it completes."""

    def __init__(self) -> None:
        self._line: list[str] = []
        self._cursor = 0
        self._unread = ""

    def feed(self, at: int, text: str) -> Iterator[Line]:
        """Takes what was printed at a moment; gives the lines that end in it."""
        text, place = self._unread + text, 0
        self._unread = ""
        while place < len(text):
            found = _TOKEN.match(text, place)
            if found is None:
                if len(text) - place < LONGEST_SEQUENCE:
                    self._unread = text[place:]
                    return
                place += 1
                continue
            place = found.end()
            if self._take(found) or len(self._line) > LONGEST_LINE:
                yield from self.end(at)

    def end(self, at: int) -> Iterator[Line]:
        """The line so far, if there is anything in it; the next one begins."""
        text = "".join(self._line).strip()
        self._line, self._cursor = [], 0
        if text:
            yield Line(at, text)

    @property
    def unfinished(self) -> str:
        """The line so far."""
        return "".join(self._line).strip()

    def _take(self, found: re.Match[str]) -> bool:
        """Whether the line ends here."""
        if text := found["text"]:
            self._put(text)
            return False
        if control := found["control"]:
            return self._obey(control)
        return self._edit(found["final"] or "", found["params"] or "")

    def _put(self, text: str) -> None:
        if self._cursor > len(self._line):
            self._line.extend(" " * (self._cursor - len(self._line)))
        self._line[self._cursor : self._cursor + len(text)] = text
        self._cursor += len(text)

    def _obey(self, control: str) -> bool:
        if control == "\r":
            self._cursor = 0
        elif control == "\b":
            self._cursor = max(0, self._cursor - 1)
        elif control == "\t":
            self._put(" ")
        return control in "\n\x0b\x0c"

    def _edit(self, final: str, params: str) -> bool:
        number = int(params[:_MOST_DIGITS]) if params.isdigit() else 1
        count = min(max(number, 1), LONGEST_LINE)
        match final:
            case "C":
                self._cursor = min(self._cursor + count, LONGEST_LINE)
            case "D":
                self._cursor = max(0, self._cursor - count)
            case "G":
                self._cursor = count - 1
            case "K" if params in ("", "0"):
                del self._line[self._cursor :]
            case "P":
                del self._line[self._cursor : self._cursor + count]
            case "@":
                self._line[self._cursor : self._cursor] = " " * count
        return final in _MOVES
