"""What a container says that only runs a small script: `sh -c 'echo one; while true; do date; sleep 5; done'`.

Of such a script echo, date, sleep and one endless loop at its end are understood; of any other nothing is heard.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from simulator.shell.language.parsing import parse
from simulator.shell.language.syntax import BadSyntax, Literal, Loop, Simple
from simulator.shell.language.syntax import Sequence as Script

DATE = "\0date"
"""Stands for the date in a line."""

_SHELLS = frozenset(("sh", "bash", "ash"))
_SHORTEST_ROUND = 0.1
_SECONDS = re.compile(r"(\d{1,9}(?:\.\d{1,6})?)([smhd]?)")
_UNITS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}


@dataclass(frozen=True)
class Speech:
    """Lines and the seconds after the start when they are said; then `again`, each `period` seconds, for ever."""

    once: Sequence[tuple[float, str]]
    again: Sequence[tuple[float, str]] = ()
    begins: float = 0.0
    period: float = 1.0

    def between(self, start: float, end: float) -> Iterator[tuple[float, str]]:
        """What is said from `start` on and before `end`, in seconds."""
        yield from ((when, text) for when, text in self.once if start <= when < end)
        if not self.again:
            return
        number = max(0, int((start - self.begins) // self.period))
        while (base := self.begins + number * self.period) < end:
            yield from ((base + when, text) for when, text in self.again if start <= base + when < end)
            number += 1


def speech_of(command: Sequence[str]) -> Speech | None:
    """What the command says; None where it is no such script."""
    if len(command) != 3 or command[0].rsplit("/", 1)[-1] not in _SHELLS or command[1] != "-c":
        return None
    try:
        script = parse(command[2])
    except BadSyntax:
        return None
    once: list[tuple[float, str]] = []
    seconds = 0.0
    for simple in _commands(script):
        if isinstance(simple, Loop):
            again: list[tuple[float, str]] = []
            period = 0.0
            for inner in _commands(simple.body):
                period = _said(inner, period, again)
            return Speech(once, again, seconds, max(period, _SHORTEST_ROUND))
        seconds = _said(simple, seconds, once)
    return Speech(once)


def _commands(script: Script) -> Iterator[object]:
    for chain in script.chains:
        for _, pipeline in chain.pipelines:
            yield pipeline.commands[0]


def _said(command: object, seconds: float, lines: list[tuple[float, str]]) -> float:
    """Notes what one command says; when the next one runs."""
    if not isinstance(command, Simple) or not command.words or command.redirects:
        return seconds
    words = ["".join(part.text if isinstance(part, Literal) else DATE for part in word) for word in command.words]
    if words[0] == "echo":
        lines.append((seconds, " ".join(word for word in words[1:] if word not in ("-n", "-e"))))
    elif words[0] == "date":
        lines.append((seconds, DATE))
    elif words[0] == "sleep" and len(words) > 1 and (found := _SECONDS.fullmatch(words[1])):
        return seconds + float(found.group(1)) * _UNITS[found.group(2)]
    return seconds
