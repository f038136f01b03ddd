"""grep, sort, uniq, cut, tr."""

import re
from collections.abc import Callable

from simulator.shell.filesystem import Directory, FileError
from simulator.shell.language.expressions import BadPattern, Expression
from simulator.shell.processes import Process
from simulator.shell.programs.arguments import Arguments, Refused, arguments
from simulator.shell.programs.reading import Input, lines_of, text_of

_MATCH, _PLAIN = "\x1b[1;31m", "\x1b[m"
_LONG = {
    "color": "G",
    "colour": "G",
    "only-matching": "o",
    "ignore-case": "i",
    "invert-match": "v",
    "count": "c",
    "line-number": "n",
    "recursive": "r",
    "quiet": "q",
}


async def grep(process: Process, argv: list[str]) -> int:
    """Lines that match: 0 if there are any, 1 if not, 2 for a fault."""
    found = arguments(argv, "ivcnlqrRowxEFhHsL", "emABC", long=_LONG)
    pattern = found.values.get("e")
    if pattern is None:
        if not found.operands:
            raise Refused("usage: grep [OPTIONS] PATTERN [FILE]...", 2)
        pattern = found.operands.pop(0)
    try:
        searcher = _Grep(process, argv[0], found, pattern)
    except BadPattern as error:
        raise Refused(str(error), 2) from None
    return await searcher.run()


class _Grep:
    def __init__(self, process: Process, name: str, found: Arguments, pattern: str) -> None:
        self._process = process
        self._flags = found.flags
        self._most = found.number("m", 10**9)
        extended = "E" in found.flags or name.rsplit("/", 1)[-1] == "egrep"
        if "F" in found.flags or name.rsplit("/", 1)[-1] == "fgrep":
            pattern, extended = re.sub(r"([][\\.^$*])", r"\\\1", pattern), False
        if "w" in found.flags:
            pattern = rf"\<({pattern})\>" if extended else rf"\<\({pattern}\)\>"
        if "x" in found.flags:
            pattern = f"^({pattern})$" if extended else rf"^\({pattern}\)$"
        self._expression = Expression(pattern, extended=extended, ignore_case="i" in found.flags)
        self._literal = pattern if re.fullmatch(r"[\w ,:=/@<>-]+", pattern) and "i" not in found.flags else ""
        files = found.operands or (["."] if found.flags & {"r", "R"} else [])
        self._source = Input(process, name, self._all(files) if found.flags & {"r", "R"} else files)
        self._named = (len(files) > 1 or bool(found.flags & {"r", "R", "H"})) and "h" not in found.flags
        terminal = process.streams[1].terminal if 1 in process.streams else None
        self._coloured = "G" in found.flags and terminal is not None

    async def run(self) -> int:
        any_matched = False
        async for name, stream in self._source.opened():
            count = 0
            number = 0
            async for line in lines_of(stream):
                number += 1
                matched = self._matches(text_of(line))
                if not matched:
                    continue
                count += 1
                if "q" in self._flags:
                    return 0
                if not self._flags & {"c", "l"}:
                    await self._show(name, number, text_of(line))
                if count >= self._most or "l" in self._flags:
                    break
            any_matched = any_matched or count > 0
            await self._sum_up(name, count)
        return 0 if any_matched else 2 if self._source.failed and "s" not in self._flags else 1

    def _matches(self, line: str) -> bool:
        literal = self._literal
        matched = literal in line if literal else self._expression.search(line) is not None
        return matched != ("v" in self._flags)

    async def _show(self, name: str, number: int, line: str) -> None:
        prefix = (f"{name}:" if self._named else "") + (f"{number}:" if "n" in self._flags else "")
        if "o" in self._flags:
            for start, end in self._places(line):
                await self._process.out(f"{prefix}{line[start:end]}\n")
            return
        if self._coloured and "v" not in self._flags:
            for start, end in reversed(self._places(line)):
                line = f"{line[:start]}{_MATCH}{line[start:end]}{_PLAIN}{line[end:]}"
        await self._process.out(f"{prefix}{line}\n")

    def _places(self, line: str) -> list[tuple[int, int]]:
        places: list[tuple[int, int]] = []
        start = 0
        while len(places) < 100 and start <= len(line) and (found := self._expression.search(line, start)):
            if found[1] > found[0]:
                places.append((found[0], found[1]))
            start = max(found[1], found[0] + 1)
        return places

    async def _sum_up(self, name: str, count: int) -> None:
        if "c" in self._flags:
            await self._process.out((f"{name}:" if self._named else "") + f"{count}\n")
        elif "l" in self._flags and count:
            await self._process.out(f"{name}\n")

    def _all(self, names: list[str]) -> list[str]:
        """Files below directories."""
        found: list[str] = []
        pending = list(reversed(names))
        while pending and len(found) < 2000:
            name = pending.pop()
            try:
                node = self._process.container.files.find(self._process.path(name), follow=False)
            except FileError:
                node = None
            if isinstance(node, Directory):
                pending += [f"{name.rstrip('/')}/{below}" for below in reversed(node.names())]
            elif node is None or node.kind == "-":
                found.append(name)
        return found


async def sort(process: Process, argv: list[str]) -> int:
    """Lines in order."""
    found = arguments(argv, "nruhfbsV", "kt", long={"reverse": "r", "numeric-sort": "n", "unique": "u"})
    source = Input(process, argv[0], found.operands)
    lines = [text_of(line) for line in (await source.everything()).splitlines()]
    column = re.match(r"\d+", found.values.get("k", ""))
    flags = found.flags | set(re.sub(r"[\d,.]", "", found.values.get("k", "")))
    key = _sort_key(flags, int(column.group()) if column else 0, found.values.get("t"))
    lines.sort(key=key, reverse="r" in flags)
    if "u" in flags:
        lines = list({key(line): line for line in reversed(lines)}.values())[::-1]
    await process.out("".join(f"{line}\n" for line in lines))
    return int(source.failed)


def _sort_key(flags: set[str], column: int, separator: str | None) -> Callable[[str], tuple[float, str]]:
    def key(line: str) -> tuple[float, str]:
        if column:
            parts = line.split(separator)
            line = (separator or " ").join(parts[column - 1 :])
        if flags & {"n", "h"}:
            number = re.match(r"\s*(-?\d*\.?\d+)([KMG]?)", line)
            unit = {"K": 1e3, "M": 1e6, "G": 1e9}.get(number.group(2), 1) if number and "h" in flags else 1
            return (float(number.group(1)) * unit if number else 0.0), line
        return 0.0, line.casefold() if "f" in flags else line

    return key


async def uniq(process: Process, argv: list[str]) -> int:
    """Leaves out lines that repeat the one before."""
    found = arguments(argv, "cdui", long={"count": "c", "repeated": "d", "unique": "u"})
    source = Input(process, argv[0], found.operands[:1])
    previous: bytes | None = None
    count = 0

    async def tell() -> None:
        if previous is None or ("d" in found.flags and count < 2) or ("u" in found.flags and count > 1):
            return
        await process.out((b"%7d " % count if "c" in found.flags else b"") + previous + b"\n")

    async for line in source.lines():
        same = line == previous or ("i" in found.flags and previous is not None and line.lower() == previous.lower())
        if not same:
            await tell()
            previous, count = line, 0
        count += 1
    await tell()
    return int(source.failed)


async def cut(process: Process, argv: list[str]) -> int:
    """Fields or characters of each line."""
    found = arguments(argv, "s", "dfcb", long={"delimiter": "d", "fields": "f", "characters": "c"})
    listed = found.values.get("f") or found.values.get("c") or found.values.get("b")
    if not listed:
        raise Refused("expected a list of bytes, characters, or fields")
    ranges = [_range(part) for part in listed.split(",")]
    delimiter = found.values.get("d", "\t")
    source = Input(process, argv[0], found.operands)
    async for line in source.lines():
        text = text_of(line)
        if "f" not in found.values:
            shown = "".join(char for at, char in enumerate(text, 1) if any(low <= at <= high for low, high in ranges))
        elif delimiter not in text:
            if "s" in found.flags:
                continue
            shown = text
        else:
            fields = enumerate(text.split(delimiter), 1)
            shown = delimiter.join(field for at, field in fields if any(low <= at <= high for low, high in ranges))
        await process.out(f"{shown}\n")
    return int(source.failed)


def _range(part: str) -> tuple[int, int]:
    found = re.fullmatch(r"(\d{0,9})(-?)(\d{0,9})", part)
    if not found or part in ("", "-"):
        raise Refused(f"invalid range '{part}'")
    low = int(found.group(1) or 1)
    return low, int(found.group(3) or 10**9) if found.group(2) else low


async def tr(process: Process, argv: list[str]) -> int:
    """Replaces characters, with -d deletes them, with -s squeezes repeats."""
    found = arguments(argv, "dscC")
    if not found.operands:
        raise Refused("missing operand")
    first = _characters(found.operands[0])
    second = _characters(found.operands[1]) if len(found.operands) > 1 else ""
    if found.flags & {"c", "C"}:
        first = "".join(chr(code) for code in range(256) if chr(code) not in first)
    targets = (second + second[-1:] * len(first))[: len(first)]
    table = {ord(old): None if "d" in found.flags else new for old, new in zip(first, targets or first, strict=True)}
    squeezed = set(second or first) if "s" in found.flags else set()
    last = ""
    while data := await process.read():
        text = data.decode("latin-1").translate(table)
        if squeezed:
            before = [last, *text]
            last = text[-1:] or last
            text = "".join(
                char for char, earlier in zip(text, before, strict=False) if char != earlier or char not in squeezed
            )
        await process.out(text.encode("latin-1"))
    return 0


_CLASSES = {
    "upper": "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "lower": "abcdefghijklmnopqrstuvwxyz",
    "digit": "0123456789",
    "space": " \t\n\v\f\r",
    "alpha": "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
    "alnum": "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789",
    "punct": "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~",
}
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "0": "\0", "\\": "\\"}


def _characters(text: str) -> str:
    """What a set of tr stands for, as bytes in Latin-1."""
    text = re.sub(r"\[:(\w+):\]", lambda found: _CLASSES.get(found.group(1), ""), text[:1000])
    text = re.sub(r"\\([0-7]{3}|.)", lambda found: _escape(found.group(1)), text)
    text = text.encode(errors="surrogateescape").decode("latin-1")
    return re.sub(r"(.)-(.)", lambda found: _span(found.group(1), found.group(2)), text, flags=re.DOTALL)


def _escape(code: str) -> str:
    return chr(int(code, 8) & 127) if len(code) == 3 else _ESCAPES.get(code, code)


def _span(low: str, high: str) -> str:
    return "".join(chr(code) for code in range(ord(low), ord(high) + 1))
