"""How programs read their arguments and say what is wrong."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from simulator.shell.filesystem import FileError
from simulator.shell.processes import NoMoreProcesses, Process

Program = Callable[[Process, list[str]], Awaitable[int]]
"""Takes the process and its words, its own name first; gives the exit code."""


class Refused(Exception):
    """The program ends with `code` after saying why; `whole` messages do not begin with its name."""

    def __init__(self, message: str, code: int = 1, *, whole: bool = False) -> None:
        super().__init__(message)
        self.code = code
        self.whole = whole


@dataclass
class Arguments:
    """`flags` are the letters given, `values` those with a value, `operands` the rest."""

    flags: set[str] = field(default_factory=set)
    values: dict[str, str] = field(default_factory=dict)
    operands: list[str] = field(default_factory=list)

    def number(self, name: str, default: int) -> int:
        """The value of an option as a whole number. Raises Refused."""
        return whole_number(self.values.get(name, str(default)))


def arguments(argv: list[str], flags: str = "", values: str = "", *, long: dict[str, str] | None = None) -> Arguments:
    """Takes the words behind the name apart as getopt does. `long` names letters by words. Raises Refused."""
    found = Arguments()
    rest = list(argv[1:])
    while rest:
        word = rest.pop(0)
        if word == "--":
            found.operands += rest
            break
        if word.startswith("--"):
            _long_option(found, word[2:], long or {}, values)
        elif word.startswith("-") and len(word) > 1:
            _letters(found, word[1:], rest, flags, values)
        else:
            found.operands.append(word)
    return found


def _long_option(found: Arguments, word: str, long: dict[str, str], values: str) -> None:
    name, _, value = word.partition("=")
    letter = long.get(name)
    if letter is None:
        raise Refused(f"unrecognized option: {name}")
    if letter in values:
        found.values[letter] = value
    else:
        found.flags.add(letter)


def _letters(found: Arguments, letters: str, rest: list[str], flags: str, values: str) -> None:
    for index, letter in enumerate(letters):
        if letter in values:
            following = letters[index + 1 :]
            if not following and not rest:
                raise Refused(f"option requires an argument: {letter}")
            found.values[letter] = following or rest.pop(0)
            return
        if letter not in flags:
            raise Refused(f"unrecognized option: {letter}")
        found.flags.add(letter)


def whole_number(text: str) -> int:
    """A number as programs take it. Raises Refused."""
    sign = text[:1] in ("-", "+")
    if not text[sign:].isdecimal() or not text.isascii() or len(text) > 18:
        raise Refused(f"invalid number '{text}'")
    return int(text)


async def run_program(program: Program, process: Process, argv: list[str]) -> int:
    """Runs a program in a process; what it refuses is said on standard error."""
    try:
        return await program(process, argv)
    except Refused as refused:
        message = str(refused) if refused.whole else f"{argv[0]}: {refused}"
        await process.err(f"{message}\n" if message else "")
        return refused.code
    except NoMoreProcesses:
        await process.err(f"{argv[0]}: can't fork: Resource temporarily unavailable\n")
        return 1
    except (FileError, OSError) as error:
        await process.err(f"{argv[0]}: {error}\n")
        return 1
