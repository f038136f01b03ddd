"""Lines that match what a person searches for: patterns of RE2, which take time in proportion to the text.

What is looked through is a line as the viewer shows it (static/js/logs/matching.js), so that both find the same.
"""

import re
from collections import deque
from collections.abc import Sequence

import re2

from clusters.streams.bounds import LastLines
from clusters.streams.lines import without_moment

LONGEST_PATTERN = 2000
MOST_PATTERNS = 20
MOST_MEMORY = 8 * 1024 * 1024
"""What RE2 may take for one pattern; a larger one is refused."""

_COLOURS_AND_CONTROLS = re.compile(
    "\x1b\\[[0-9;:]{0,64}m|[\x00-\x08\x0a-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]"
)


class BadPattern(ValueError):
    """What is searched for cannot be understood; the message says why."""


class Search:
    """What is searched for, whatever the case: `find` (empty: any line) and none of `without`. Raises BadPattern."""

    def __init__(self, find: str, without: Sequence[str] = ()) -> None:
        if len(without) > MOST_PATTERNS:
            raise BadPattern(f"Leave out at most {MOST_PATTERNS} words.")
        self._find = _compiled(find) if find else None
        self._without = [_compiled(pattern) for pattern in without]

    def matches(self, line: bytes) -> bool:
        """Whether a line as the API gives it, with its moment, is one of those."""
        text = readable(line)
        if self._find and not self._find.search(text):
            return False
        return not any(pattern.search(text) for pattern in self._without)


def readable(line: bytes) -> bytes:
    """A line as it is read: without its moment and its colours, other control characters made visible."""
    text = without_moment(line.rstrip(b"\n"))[1].removesuffix(b"\r").decode(errors="replace")
    return _COLOURS_AND_CONTROLS.sub(_visible, text).encode()


class LastMatches(LastLines):
    """Keeps the last `most` lines that match, and no more than so many bytes of them; `passed` counts those before."""

    def __init__(self, search: Search, most: int, most_bytes: int) -> None:
        super().__init__(most, most_bytes)
        self._search = search
        self._after: deque[int] = deque()

    @property
    def between(self) -> tuple[int, ...]:
        """After each that is kept, how many lines followed that do not match."""
        return tuple(self._after)

    def add(self, lines: bytes) -> None:
        """Whole lines."""
        for line in lines.split(b"\n")[:-1]:
            if self._search.matches(line):
                self._keep(line + b"\n")
            elif self._after:
                self._after[-1] += 1

    def _keep(self, line: bytes) -> None:
        self._after.append(0)
        super()._keep(line)
        while len(self._after) > self.count:
            self._after.popleft()


def _compiled(pattern: str) -> "re2._Regexp":
    if len(pattern) > LONGEST_PATTERN:
        raise BadPattern(f"What is searched for is longer than {LONGEST_PATTERN:,} characters.")
    options = re2.Options()
    options.case_sensitive = False
    options.log_errors = False
    options.max_mem = MOST_MEMORY
    try:
        return re2.compile(pattern, options)
    except re2.error as error:
        said = error.args[0].decode(errors="replace") if isinstance(error.args[0], bytes) else str(error)
        raise BadPattern(f"The server cannot search for this pattern: {said}.") from None


def _visible(found: re.Match[str]) -> str:
    odd = found[0]
    if len(odd) > 1:
        return ""
    code = ord(odd)
    return chr(0x2400 + code) if code < 0x20 else "\u2421" if code == 0x7F else f"<U+{code:04X}>"
