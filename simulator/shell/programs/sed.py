"""sed, as far as `s///`, `d`, `p` and `q` with addresses go."""

import re
from dataclasses import dataclass

from simulator.shell.language.expressions import BadPattern, Expression
from simulator.shell.processes import Process
from simulator.shell.programs.arguments import Refused, arguments
from simulator.shell.programs.reading import Input, text_of

_ADDRESS = r"(?:(\d+|\$)|/((?:[^/\\]|\\.)*)/)"
_COMMAND = re.compile(rf"\s*(?:{_ADDRESS}(?:,{_ADDRESS})?)?\s*(!?)\s*([dpqs])")


@dataclass
class _Command:
    """One command and the lines that it is for."""

    first: "int | str | Expression | None"
    last: "int | str | Expression | None"
    negated: bool
    letter: str
    expression: Expression | None = None
    replacement: str = ""
    flags: str = ""
    within: bool = False


async def sed(process: Process, argv: list[str]) -> int:
    """Edits lines on their way."""
    found = arguments(argv, "nErsi", "e", long={"regexp-extended": "E", "quiet": "n", "in-place": "i"})
    script = found.values.get("e") or (found.operands.pop(0) if found.operands else "")
    if not script:
        raise Refused("usage: sed [OPTIONS] SCRIPT [FILE]...")
    try:
        commands = _parse(script, extended=bool(found.flags & {"E", "r"}))
    except BadPattern as error:
        raise Refused(str(error)) from None
    editor = _Editor(commands, quiet="n" in found.flags)
    source = Input(process, argv[0], found.operands)
    if "i" in found.flags:
        for name in found.operands:
            content = process.container.files.read(process.path(name))
            kept = content.splitlines()
            lines = [editor.edit(text_of(line), last=line is kept[-1]) for line in kept]
            process.container.files.write(process.path(name), "".join(lines).encode(errors="surrogateescape"))
        return 0
    before: bytes | None = None
    async for line in source.lines():
        if before is not None and not editor.over:
            await process.out(editor.edit(text_of(before), last=False))
        if editor.over:
            return int(source.failed)
        before = line
    if before is not None:
        await process.out(editor.edit(text_of(before), last=True))
    return int(source.failed)


def _parse(script: str, *, extended: bool) -> list[_Command]:
    commands: list[_Command] = []
    place = 0
    while place < len(script):
        found = _COMMAND.match(script, place)
        if not found:
            raise Refused(f"unsupported command: {script[place : place + 30].strip()}")
        place = found.end()
        number, pattern, last_number, last_pattern, negated, letter = found.groups()
        first, last = _address(number, pattern, extended), _address(last_number, last_pattern, extended)
        command = _Command(first, last, bool(negated), letter)
        if letter == "s":
            place = _substitution(command, script, place, extended)
        commands.append(command)
        rest = re.compile(r"\s*(?:[;\n]\s*|$)").match(script, place)
        if not rest:
            raise Refused("unknown option to s" if letter == "s" else "extra characters after command")
        place = rest.end()
    return commands


def _address(number: str | None, pattern: str | None, extended: bool) -> "int | str | Expression | None":
    if number is not None:
        return number if number == "$" else int(number[:9])
    return None if pattern is None else Expression(pattern.replace("\\/", "/"), extended=extended)


def _substitution(command: _Command, script: str, place: int, extended: bool) -> int:
    delimiter = re.escape(script[place : place + 1])
    found = re.compile(
        rf"{delimiter}((?:\\.|(?!{delimiter})[^\\])*){delimiter}((?:\\.|(?!{delimiter})[^\\])*){delimiter}([gip]*)",
        re.DOTALL,
    ).match(script, place)
    if not delimiter or not found:
        raise Refused("unterminated `s' command")
    pattern, command.replacement, command.flags = found.groups()
    plain = script[place]
    command.expression = Expression(
        pattern.replace(f"\\{plain}", plain), extended=extended, ignore_case="i" in command.flags
    )
    return found.end()


class _Editor:
    def __init__(self, commands: list[_Command], *, quiet: bool) -> None:
        self._commands = commands
        self._quiet = quiet
        self._number = 0
        self._last = False
        self.over = False

    def edit(self, line: str, *, last: bool) -> str:
        """What becomes of a line, with newlines."""
        self._number += 1
        self._last = last
        shown = ""
        for command in self._commands:
            if self._applies(command, line) == command.negated:
                continue
            if command.letter == "d":
                return shown
            if command.letter == "q":
                self.over = True
                break
            if command.letter == "s":
                replaced = _replaced(command, line)
                printed = replaced is not None and "p" in command.flags
                line = line if replaced is None else replaced
                shown += f"{line}\n" if printed else ""
            else:
                shown += f"{line}\n"
        return shown if self._quiet else f"{shown}{line}\n"

    def _applies(self, command: _Command, line: str) -> bool:
        if command.first is None:
            return True
        if command.last is None:
            return self._meets(command.first, line)
        if command.within:
            command.within = not self._meets(command.last, line)
            return True
        command.within = self._meets(command.first, line)
        starts = command.within
        if starts and isinstance(command.last, int) and command.last <= self._number:
            command.within = False
        return starts

    def _meets(self, address: "int | str | Expression", line: str) -> bool:
        if isinstance(address, Expression):
            return address.search(line) is not None
        return self._last if address == "$" else address == self._number


def _replaced(command: _Command, line: str) -> str | None:
    """The line with matches replaced; None where nothing matches."""
    expression = command.expression
    if expression is None:
        return None
    parts: list[str] = []
    start = 0
    while start <= len(line) and (found := expression.search(line, start)):
        parts += [line[start : found[0]], _replacement(command.replacement, line, found)]
        if found[1] == found[0]:
            parts.append(line[found[1] : found[1] + 1])
        start = max(found[1], found[0] + 1)
        if "g" not in command.flags or len(parts) > 10_000:
            break
    return "".join(parts) + line[start:] if parts else None


def _replacement(text: str, line: str, places: list[int]) -> str:
    def replaced(found: re.Match[str]) -> str:
        code = found.group()
        if code == "&":
            return line[places[0] : places[1]]
        if code[1].isdecimal():
            group = 2 * int(code[1])
            return line[places[group] : places[group + 1]] if group < len(places) and places[group] >= 0 else ""
        return {"n": "\n", "t": "\t"}.get(code[1], code[1])

    return re.sub(r"\\.|&", replaced, text, flags=re.DOTALL)
