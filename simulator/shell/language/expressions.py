"""Regular expressions for grep and sed, in time proportional to text times expression, whatever they are.

All places in the expression are followed at once (https://swtch.com/~rsc/regexp/regexp2.html), so that no expression
can hold the event loop. Basic and extended syntax of POSIX, without back references.
"""

from collections.abc import Callable
from dataclasses import dataclass

from simulator.shell.language.patterns import Pattern

LONGEST = 500
"""Characters of an expression; instructions after its repetitions are counted out are limited too."""

_MOST_INSTRUCTIONS = 2000
_WORD = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")


class BadPattern(Exception):
    """No regular expression, or too long a one."""


@dataclass(frozen=True)
class _Node:
    """A part of an expression: "char", "start", "end", "edge", "group", "chain", "choice", "repeat"."""

    kind: str
    fits: Callable[[str], bool] | None = None
    parts: "tuple[_Node, ...]" = ()
    low: int = 0
    high: int | None = None
    group: int = 0


_Instruction = tuple[str, Callable[[str], bool] | None, int, int]
"""Kind, test of a character, and two numbers: where to go, or which slot to set."""


class Expression:
    """A compiled expression."""

    def __init__(self, text: str, *, extended: bool = False, ignore_case: bool = False) -> None:
        if len(text) > LONGEST:
            raise BadPattern("regular expression too big")
        parser = _Parser(text, extended, ignore_case)
        node = parser.parse()
        self._slots = 2 * (parser.groups + 1)
        self._code: list[_Instruction] = []
        self._emit("save", first=0)
        self._compile(node)
        self._emit("save", first=1)
        self._emit("match")

    def search(self, text: str, start: int = 0) -> list[int] | None:
        """The places of the first match from `start` on: two for the whole and two for each group, -1 for none."""
        best: list[int] | None = None
        threads: list[tuple[int, list[int]]] = []
        for place in range(start, len(text) + 1):
            if best is None:
                self._follow(threads, 0, place, [-1] * self._slots, text, {at for at, _ in threads})
            char = text[place] if place < len(text) else ""
            following: list[tuple[int, list[int]]] = []
            seen: set[int] = set()
            for at, slots in threads:
                kind, fits, _, _ = self._code[at]
                if kind == "match":
                    best = slots
                    break
                if char and fits and fits(char):
                    self._follow(following, at + 1, place + 1, slots, text, seen)
            threads = following
            if not threads and best is not None:
                break
        return best

    def _follow(
        self,
        threads: list[tuple[int, list[int]]],
        start: int,
        place: int,
        slots: list[int],
        text: str,
        seen: set[int],
    ) -> None:
        """Adds the places that are reached from one without taking a character, the preferred first."""
        pending = [(start, slots)]
        while pending:
            at, slots = pending.pop()
            if at in seen:
                continue
            seen.add(at)
            kind, _, first, second = self._code[at]
            if kind == "save":
                pending.append((at + 1, [*slots[:first], place, *slots[first + 1 :]]))
            elif kind == "split":
                pending += [(second, slots), (first, slots)]
            elif kind in ("char", "match"):
                threads.append((at, slots))
            elif _holds(kind, text, place):
                pending.append((at + 1, slots))

    def _emit(self, kind: str, fits: Callable[[str], bool] | None = None, first: int = 0, second: int = 0) -> int:
        if len(self._code) >= _MOST_INSTRUCTIONS:
            raise BadPattern("regular expression too big")
        self._code.append((kind, fits, first, second))
        return len(self._code) - 1

    def _compile(self, node: _Node) -> None:
        match node.kind:
            case "chain":
                for part in node.parts:
                    self._compile(part)
            case "choice":
                self._choice(node.parts)
            case "group":
                self._emit("save", first=2 * node.group)
                self._compile(node.parts[0])
                self._emit("save", first=2 * node.group + 1)
            case "repeat":
                self._repeat(node)
            case kind:
                self._emit(kind, node.fits)

    def _choice(self, parts: tuple[_Node, ...]) -> None:
        if len(parts) == 1:
            self._compile(parts[0])
            return
        split = self._emit("split")
        self._compile(parts[0])
        jump = self._emit("split")
        self._code[split] = ("split", None, split + 1, len(self._code))
        self._choice(parts[1:])
        self._code[jump] = ("split", None, len(self._code), len(self._code))

    def _repeat(self, node: _Node) -> None:
        for _ in range(node.low):
            self._compile(node.parts[0])
        if node.high is None:
            split = self._emit("split")
            self._compile(node.parts[0])
            self._emit("split", first=split, second=split)
            self._code[split] = ("split", None, split + 1, len(self._code))
            return
        for _ in range(node.high - node.low):
            split = self._emit("split")
            self._compile(node.parts[0])
            self._code[split] = ("split", None, split + 1, len(self._code))


def _holds(kind: str, text: str, place: int) -> bool:
    if kind == "start":
        return place == 0
    if kind == "end":
        return place == len(text)
    before = place > 0 and text[place - 1] in _WORD
    after = place < len(text) and text[place] in _WORD
    return {"edge": before != after, "opens": not before and after, "closes": before and not after}[kind]


class _Parser:
    def __init__(self, text: str, extended: bool, ignore_case: bool) -> None:
        self._text = text
        self._extended = extended
        self._ignore_case = ignore_case
        self._place = 0
        self._depth = 0
        self.groups = 0

    def parse(self) -> _Node:
        found = self._choice()
        if self._place < len(self._text):
            raise BadPattern("Unmatched ( or \\(")
        return found

    def _operator(self) -> str:
        """The operator that comes next, without its backslash in basic syntax; empty for a plain character."""
        char = self._text[self._place : self._place + 1]
        escaped = char == "\\"
        letter = self._text[self._place + 1 : self._place + 2] if escaped else char
        if letter in ("(", ")", "|", "{", "+", "?") and letter and escaped != self._extended:
            return letter
        return letter if letter == "*" and not escaped else ""

    def _skip_operator(self) -> None:
        self._place += 2 if self._text[self._place] == "\\" else 1

    def _choice(self) -> _Node:
        self._depth += 1
        if self._depth > 20:
            raise BadPattern("regular expression too big")
        parts = [self._chain()]
        while self._operator() == "|":
            self._skip_operator()
            parts.append(self._chain())
        self._depth -= 1
        return _Node("choice", parts=tuple(parts))

    def _chain(self) -> _Node:
        parts: list[_Node] = []
        while self._place < len(self._text) and self._operator() not in (")", "|"):
            node = self._atom(first=not parts)
            while parts is not None and self._operator() in ("*", "+", "?", "{") and node.kind not in ("start",):
                node = self._repeated(node)
            parts.append(node)
        return _Node("chain", parts=tuple(parts))

    def _repeated(self, node: _Node) -> _Node:
        operator = self._operator()
        self._skip_operator()
        if operator != "{":
            low, high = {"*": (0, None), "+": (1, None), "?": (0, 1)}[operator]
            return _Node("repeat", parts=(node,), low=low, high=high)
        end = self._text.find("}", self._place)
        low_text, comma, high_text = self._text[self._place : end].rstrip("\\").partition(",")
        if end < 0 or not low_text.isdecimal() or (high_text and not high_text.isdecimal()):
            raise BadPattern("Invalid content of \\{\\}")
        self._place = end + 1
        low = int(low_text[:4])
        high = (int(high_text[:4]) if high_text else None) if comma else low
        if low > 255 or (high is not None and not low <= high <= 255):
            raise BadPattern("Invalid content of \\{\\}")
        return _Node("repeat", parts=(node,), low=low, high=high)

    def _atom(self, *, first: bool) -> _Node:
        if self._operator() == "(":
            self._skip_operator()
            self.groups += 1
            group = self.groups
            inner = self._choice()
            if self._operator() != ")":
                raise BadPattern("Unmatched ( or \\(")
            self._skip_operator()
            return _Node("group", parts=(inner,), group=group)
        char = self._text[self._place]
        if char == "[":
            return self._bracket()
        self._place += 1
        if char == "\\":
            return self._escaped()
        if char == "^" and (first or self._extended):
            return _Node("start")
        if char == "$" and (self._extended or self._ends_chain()):
            return _Node("end")
        if char == ".":
            return _Node("char", lambda _: True)
        return self._literal(char)

    def _ends_chain(self) -> bool:
        return self._place >= len(self._text) or self._operator() in (")", "|")

    def _escaped(self) -> _Node:
        if self._place >= len(self._text):
            raise BadPattern("Trailing backslash")
        char = self._text[self._place]
        self._place += 1
        edges = {"b": "edge", "<": "opens", ">": "closes"}
        if char in edges:
            return _Node(edges[char])
        classes: dict[str, Callable[[str], bool]] = {
            "w": lambda each: each in _WORD,
            "W": lambda each: each not in _WORD,
            "s": str.isspace,
            "S": lambda each: not each.isspace(),
            "d": str.isdecimal,
        }
        if char in classes:
            return _Node("char", classes[char])
        return self._literal({"n": "\n", "t": "\t"}.get(char, char))

    def _literal(self, char: str) -> _Node:
        if self._ignore_case:
            folded = char.casefold()
            return _Node("char", lambda each: each.casefold() == folded)
        return _Node("char", lambda each: each == char)

    def _bracket(self) -> _Node:
        start = self._place
        end = start + 1 + self._text[start + 1 :].startswith("^")
        end = self._text.find("]", end + 1)
        while end > 0 and self._text[start + 1 : end].rfind("[:") > self._text[start + 1 : end].rfind(":]"):
            end = self._text.find("]", end + 1)
        if end < 0:
            raise BadPattern("Unmatched [, [^, [:, [., or [=")
        self._place = end + 1
        fits = Pattern((char, False) for char in self._text[start : end + 1]).matches
        if self._ignore_case:
            return _Node("char", lambda char: fits(char.lower()) or fits(char.upper()))
        return _Node("char", fits)
