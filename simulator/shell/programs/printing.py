"""echo, printf, test, seq, yes, true, false, basename, dirname, expr."""

import posixpath
import re
from collections.abc import Callable

from simulator.shell.filesystem import Directory, FileError, Link, Node
from simulator.shell.language.arithmetic import BadExpression, evaluate
from simulator.shell.processes import Process
from simulator.shell.programs.arguments import Refused, whole_number

_ESCAPE = re.compile(r"\\(0[0-7]{0,3}|[0-7]{1,3}|x[0-9a-fA-F]{1,2}|.)", re.DOTALL)
_SIMPLE = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v", "e": "\x1b", "\\": "\\"}
_DIRECTIVE = re.compile(r"%(%|[-+ 0#]*)(\*|\d{0,4})(?:\.(\d{0,4}))?([a-zA-Z])?", re.DOTALL)
_CUT = "\ue000"
_MOST_NUMBERS = 1_000_000


async def true(process: Process, argv: list[str]) -> int:
    """Nothing, successfully."""
    return 0


async def false(process: Process, argv: list[str]) -> int:
    """Nothing, unsuccessfully."""
    return 1


async def echo(process: Process, argv: list[str]) -> int:
    """Its words, with -n without a newline, with -e with escapes."""
    words = argv[1:]
    flags = ""
    while words and re.fullmatch(r"-[neE]+", words[0]):
        flags += words.pop(0)[1:]
    text = " ".join(words)
    if "e" in flags:
        text, cut, _ = _unescaped(text).partition(_CUT)
        flags += "n" if cut else ""
    await process.out(text if "n" in flags else f"{text}\n")
    return 0


def _unescaped(text: str) -> str:
    """With escapes replaced; `\\c` becomes _CUT, where the text ends."""

    def replaced(found: re.Match[str]) -> str:
        code = found.group(1)
        if code == "c":
            return _CUT
        if code[0] in "01234567":
            return _byte(int(code, 8) & 255)
        if code[0] == "x" and len(code) > 1:
            return _byte(int(code[1:], 16))
        return _SIMPLE.get(code, found.group())

    return _ESCAPE.sub(replaced, text)


def _byte(number: int) -> str:
    return bytes((number,)).decode(errors="surrogateescape")


async def printf(process: Process, argv: list[str]) -> int:
    """Its words in a format, which is used again while words are left."""
    if len(argv) < 2:
        raise Refused("usage: printf FORMAT [ARG]...", 1)
    words = argv[2:]
    output = []
    while True:
        before = len(words)
        output.append(_formatted(argv[1], words))
        if not words or len(words) == before:
            break
    await process.out("".join(output))
    return 0


def _formatted(text: str, words: list[str]) -> str:
    def replaced(found: re.Match[str]) -> str:
        flags, width, precision, letter = found.groups()
        if flags == "%":
            return "%" + found.group()[2:]
        if width == "*":
            width = str(whole_number(words.pop(0) if words else "0"))[:4]
        word = words.pop(0) if words else None
        return _directive(letter or "", flags, width, precision, word)

    return _DIRECTIVE.sub(replaced, _unescaped(text))


def _directive(letter: str, flags: str, width: str, precision: str | None, word: str | None) -> str:
    spec = f"%{flags}{width}"
    match letter:
        case "s" | "b":
            text = _unescaped(word or "") if letter == "b" else word or ""
            return f"{spec}s" % (text if precision is None else text[: int(precision or 0)])
        case "c":
            return f"{spec}s" % (word or "")[:1]
        case "d" | "i" | "u" | "x" | "X" | "o":
            places = "" if precision is None else f".{precision}"
            return f"{spec}{places}{letter.replace('i', 'd').replace('u', 'd')}" % whole_number(word or "0")
        case "f" | "e" | "g":
            try:
                return f"{spec}.{precision or 6}{letter}" % float(word or 0)
            except ValueError:
                raise Refused(f"invalid number '{word}'") from None
    raise Refused(f"%{letter}: invalid format")


async def seq(process: Process, argv: list[str]) -> int:
    """Numbers from the first to the last."""
    numbers = [whole_number(word) for word in argv[1:4]]
    if not numbers:
        raise Refused("missing operand")
    first, step, last = {1: (1, 1, numbers[0]), 2: (numbers[0], 1, numbers[-1])}.get(len(numbers), (*numbers, 0, 0)[:3])
    if step == 0:
        raise Refused("invalid Zero increment value: '0'")
    found = range(first, last + (1 if step > 0 else -1), step)
    for start in range(0, min(len(found), _MOST_NUMBERS), 1000):
        await process.out("".join(f"{number}\n" for number in found[start : start + 1000]))
    return 0


async def yes(process: Process, argv: list[str]) -> int:
    """The same line without end."""
    line = (" ".join(argv[1:]) or "y") + "\n"
    lines = line * max(1, 4096 // len(line))
    while True:
        await process.out(lines)


async def basename(process: Process, argv: list[str]) -> int:
    """The last part of a path."""
    if len(argv) < 2:
        raise Refused("missing operand")
    name = posixpath.basename(argv[1].rstrip("/")) or "/"
    await process.out((name.removesuffix(argv[2]) if len(argv) > 2 else name) + "\n")
    return 0


async def dirname(process: Process, argv: list[str]) -> int:
    """A path without its last part."""
    if len(argv) < 2:
        raise Refused("missing operand")
    await process.out((posixpath.dirname(argv[1].rstrip("/")) or ("/" if argv[1].startswith("/") else ".")) + "\n")
    return 0


async def expr(process: Process, argv: list[str]) -> int:
    """The value of an expression of whole numbers."""
    try:
        value = evaluate(" ".join("==" if word == "=" else word for word in argv[1:])[:1000], {})
    except BadExpression as error:
        raise Refused(str(error), 2) from None
    await process.out(f"{value}\n")
    return int(value == 0)


async def test(process: Process, argv: list[str]) -> int:
    """Whether an expression holds: 0 if so, 1 if not."""
    words = argv[1:]
    if argv[0].endswith("[") and (not words or words.pop() != "]"):
        raise Refused("missing ]", 2)
    tester = _Tester(process, words)
    holds = tester.either() if words else False
    if tester.words:
        raise Refused(f"{tester.words[0]}: unknown operand", 2)
    return int(not holds)


_COMPARISONS: dict[str, Callable[[str, str], bool]] = {
    "=": lambda a, b: a == b,
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    ">": lambda a, b: a > b,
    "-eq": lambda a, b: _number(a) == _number(b),
    "-ne": lambda a, b: _number(a) != _number(b),
    "-lt": lambda a, b: _number(a) < _number(b),
    "-le": lambda a, b: _number(a) <= _number(b),
    "-gt": lambda a, b: _number(a) > _number(b),
    "-ge": lambda a, b: _number(a) >= _number(b),
}
_OF_FILES: dict[str, Callable[[Node], bool]] = {
    "-e": lambda node: True,
    "-f": lambda node: node.kind == "-",
    "-d": lambda node: isinstance(node, Directory),
    "-c": lambda node: node.kind == "c",
    "-s": lambda node: node.size > 0,
    "-r": lambda node: True,
    "-w": lambda node: bool(node.mode & 0o222),
    "-x": lambda node: bool(node.mode & 0o111),
    "-L": lambda node: isinstance(node, Link),
    "-h": lambda node: isinstance(node, Link),
}


def _number(text: str) -> int:
    try:
        return whole_number(text.strip())
    except Refused:
        raise Refused(f"{text}: bad number", 2) from None


class _Tester:
    def __init__(self, process: Process, words: list[str]) -> None:
        self._process = process
        self.words = words

    def either(self) -> bool:
        found = self._both()
        while self.words[:1] == ["-o"]:
            self.words.pop(0)
            found = self._both() or found
        return found

    def _both(self) -> bool:
        found = self._one()
        while self.words[:1] == ["-a"]:
            self.words.pop(0)
            found = self._one() and found
        return found

    def _one(self) -> bool:
        negated = False
        while self.words[:1] == ["!"] and len(self.words) > 1:
            self.words.pop(0)
            negated = not negated
        return self._primary() != negated

    def _primary(self) -> bool:
        if not self.words:
            raise Refused("argument expected", 2)
        first = self.words.pop(0)
        if len(self.words) >= 2 and self.words[0] in _COMPARISONS:
            operator, second = self.words.pop(0), self.words.pop(0)
            return _COMPARISONS[operator](first, second)
        if self.words and (len(first) == 2 and first[0] == "-"):
            return self._unary(first, self.words.pop(0))
        return first != ""

    def _unary(self, operator: str, operand: str) -> bool:
        if operator in ("-n", "-z"):
            return (operand != "") == (operator == "-n")
        if operator == "-t":
            stream = self._process.streams.get(int(operand) if operand.isdecimal() else -1)
            return stream is not None and stream.terminal is not None
        if operator not in _OF_FILES:
            raise Refused(f"{operator}: unknown operand", 2)
        try:
            node = self._process.container.files.find(self._process.path(operand), follow=operator not in ("-L", "-h"))
        except FileError:
            return False
        return _OF_FILES[operator](node)
