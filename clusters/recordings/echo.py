"""Keeps of what is typed only what the terminal has shown: what a no-echo prompt takes in is never written down.

A line is kept if its text came onto the screen, in one piece, after its first key: before it was sent off, or else
before the line feed that follows. Then it is in the output anyway, and it is no secret that it was typed. Everything
else is dropped, also what cannot be told, such as keys pressed in an editor.
"""

import re

LONGEST_LINE = 4096
LONGEST_ECHO = 16 * 1024
MOST_WAITING = 100

_KEYS = re.compile(
    r"(?P<end>[\r\n])|(?P<erase>[\x08\x7f])|(?P<key>\x1b(?:\[[0-?]*[ -/]*[@-~]|O.|.)?|[\x00-\x1f])"
    r"|(?P<text>[^\x00-\x1f\x7f]+)",
    re.DOTALL,
)
_ESCAPES = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*+(?:\x07|\x1b\\|(?=\x1b))|[\x07\r]")


class Echo:
    """Told of what is typed and printed, in order."""

    def __init__(self) -> None:
        self._typed = ""
        self._is_plain = True
        self._is_ahead = False
        self._shown = ""
        self._seen: list[str] = []
        """Lines that were shown before they were sent off."""

        self._sent: list[str] = []
        """Lines whose line feed has not come; empty for one that is not kept in any case."""

    def typed(self, text: str) -> None:
        """The program has taken `text`."""
        for found in _KEYS.finditer(text):
            if found["end"]:
                self._send_off()
            elif found["erase"]:
                self._typed = self._typed[:-1]
            elif found["key"]:
                # Completion and history change the line in ways that only the program knows.
                self._is_plain = False
            else:
                self._add(found["text"])

    def printed(self, text: str) -> list[str]:
        """The program has printed `text`; the lines that are now known to have been shown as they were typed."""
        *complete, self._shown = (self._shown + text).split("\n")
        self._shown = self._shown[-LONGEST_ECHO:]
        kept, self._seen = self._seen, []
        for line in complete:
            if self._sent:
                typed = self._sent.pop(0)
                if typed and typed in visible(line):
                    kept.append(typed)
        return [f"{typed}\r" for typed in kept]

    def _add(self, text: str) -> None:
        if not self._typed:
            if self._was_answered():
                self._sent.clear()
            self._is_ahead = bool(self._sent)
            # What stood there before is no echo: a prompt may have a short password in it by chance.
            self._shown = ""
        self._typed += text
        self._is_plain = self._is_plain and len(self._typed) <= LONGEST_LINE

    def _was_answered(self) -> bool:
        """Whether the one line that waits was read without a line feed, as `read -s` does: the next prompt is there."""
        shown = visible(self._shown)
        return len(self._sent) == 1 and bool(shown) and not self._sent[0].startswith(shown)

    def _send_off(self) -> None:
        if self._typed and self._is_plain and visible(self._shown) == self._typed:
            self._seen.append(self._typed)
            self._sent.clear()
        elif len(self._sent) < MOST_WAITING:
            self._sent.append(self._typed if self._is_plain and not self._is_ahead else "")
        self._typed, self._is_plain = "", True


def visible(line: str) -> str:
    """What one sees of a line as the terminal showed it: erased characters are gone."""
    seen: list[str] = []
    for character in _ESCAPES.sub("", line):
        if character == "\b":
            del seen[-1:]
        elif character >= " ":
            seen.append(character)
    return "".join(seen)
