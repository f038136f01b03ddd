"""Commands that run within the shell, because they change it or are cheap."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from simulator.shell.filesystem import Directory, FileError
from simulator.shell.language.syntax import BadSyntax
from simulator.shell.leaving import Break, Broken, Continue, Exit, Return
from simulator.shell.processes import SIGNALS
from simulator.shell.programs import printing
from simulator.shell.programs.arguments import Program, run_program, whole_number
from simulator.shell.programs.signals import kill
from simulator.shell.programs.words import HELP
from simulator.shell.shells import Builtin, Shell
from simulator.shell.terminals import Terminal

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_LONGEST_LINE = 1024 * 1024


async def _nothing(shell: Shell, argv: list[str]) -> int:
    return 0


async def _cd(shell: Shell, argv: list[str]) -> int:
    process = shell.process
    target = argv[1] if len(argv) > 1 else shell.variables.get("HOME", "/")
    if target == "-":
        target = shell.variables.get("OLDPWD", process.directory)
        await process.out(f"{target}\n")
    try:
        path = process.path(target)
        if not isinstance(process.container.files.find(path), Directory):
            raise FileError("Not a directory")
    except FileError as error:
        raise Broken(f"cd: can't cd to {target}: {error}") from None
    shell.variables["OLDPWD"] = process.directory
    process.directory = path.rstrip("/") or "/"
    shell.variables["PWD"] = process.directory
    return 0


async def _pwd(shell: Shell, argv: list[str]) -> int:
    await shell.process.out(f"{shell.process.directory}\n")
    return 0


async def _export(shell: Shell, argv: list[str]) -> int:
    words = [word for word in argv[1:] if word != "-p"]
    if not words:
        for name, value in shell.environ().items():
            await shell.process.out(f"export {name}={_quoted(value)}\n")
    for word in words:
        name, given, value = word.partition("=")
        if not _NAME.fullmatch(name):
            raise Broken(f"export: {word}: bad variable name")
        if given:
            shell.assign(name, value)
        shell.exported.add(name)
    return 0


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"


async def _local(shell: Shell, argv: list[str]) -> int:
    for word in argv[1:]:
        name, given, value = word.partition("=")
        if _NAME.fullmatch(name) and given:
            shell.assign(name, value)
    return 0


async def _unset(shell: Shell, argv: list[str]) -> int:
    for name in argv[1:]:
        shell.variables.pop(name, None)
        shell.exported.discard(name)
        shell.functions.pop(name, None)
    return 0


async def _set(shell: Shell, argv: list[str]) -> int:
    words = argv[1:]
    if not words:
        for name in sorted(shell.variables):
            await shell.process.out(f"{name}={_quoted(shell.variables[name])}\n")
        return 0
    while words and re.fullmatch(r"[-+][a-zA-Z]+", words[0]):
        word = words.pop(0)
        letters = words.pop(0)[:0] if word[1:] == "o" and words else word[1:]
        if word[0] == "-":
            shell.options |= set(letters)
        else:
            shell.options -= set(letters)
    if words[:1] == ["--"]:
        shell.positional = words[1:]
    elif words:
        shell.positional = words
    return 0


async def _shift(shell: Shell, argv: list[str]) -> int:
    count = whole_number(argv[1]) if len(argv) > 1 else 1
    if count > len(shell.positional):
        raise Broken("shift: can't shift that many")
    del shell.positional[:count]
    return 0


async def _read(shell: Shell, argv: list[str]) -> int:
    names = argv[1:]
    letters: set[str] = set()
    while names and names[0].startswith("-"):
        option, asks, prompt = names.pop(0).partition("p")
        letters |= set(option[1:])
        if asks and (prompt or names):
            await shell.process.err(prompt or names.pop(0))
    stdin = shell.process.streams.get(0)
    with _unseen(stdin.terminal if stdin and "s" in letters else None):
        line, ended = await _line(shell, "r" in letters)
    separators = shell.variables.get("IFS", " \t\n")
    for name, value in zip(names or ["REPLY"], _shares(line, separators, len(names or [""])), strict=True):
        shell.assign(name, value)
    return int(ended)


@contextmanager
def _unseen(terminal: Terminal | None) -> Iterator[None]:
    """Within, the terminal does not show what is typed."""
    if terminal is None:
        yield
        return
    before, terminal.echo = terminal.echo, False
    try:
        yield
    finally:
        terminal.echo = before


async def _line(shell: Shell, raw: bool) -> tuple[str, bool]:
    """A line without its newline, and whether the input ended before there was one."""
    found = bytearray()
    while data := await shell.process.read(1):
        if data == b"\n":
            if raw or not found.endswith(b"\\"):
                return found.decode(errors="surrogateescape"), False
            found.pop()
        elif data != b"\0" and len(found) < _LONGEST_LINE:
            found += data
    return found.decode(errors="surrogateescape"), True


def _shares(line: str, separators: str, count: int) -> list[str]:
    """The words of the line for `count` variables, of which the last gets what is left."""
    blanks = "".join(char for char in separators if char in " \t\n")
    rest = line.strip(blanks) if blanks else line
    found: list[str] = []
    pattern = (
        re.compile(f"[{re.escape(blanks)}]*[{re.escape(separators)}][{re.escape(blanks)}]*") if separators else None
    )
    while len(found) < count - 1:
        split = pattern.search(rest) if pattern else None
        found.append(rest[: split.start()] if split else rest)
        rest = rest[split.end() :] if split else ""
    return [*found, rest]


async def _exit(shell: Shell, argv: list[str]) -> int:
    raise Exit(_code(shell, argv))


async def _return(shell: Shell, argv: list[str]) -> int:
    raise Return(_code(shell, argv))


def _code(shell: Shell, argv: list[str]) -> int:
    if len(argv) < 2:
        return shell.status
    if not argv[1].isdecimal():
        raise Broken(f"{argv[0]}: Illegal number: {argv[1]}")
    return int(argv[1][:9]) & 255


async def _break(shell: Shell, argv: list[str]) -> int:
    raise Break(whole_number(argv[1]) if len(argv) > 1 else 1)


async def _continue(shell: Shell, argv: list[str]) -> int:
    raise Continue(whole_number(argv[1]) if len(argv) > 1 else 1)


async def _eval(shell: Shell, argv: list[str]) -> int:
    return await _nested(shell, " ".join(argv[1:]))


async def _source(shell: Shell, argv: list[str]) -> int:
    if len(argv) < 2:
        raise Broken(f"{argv[0]}: filename argument required")
    try:
        text = shell.process.container.files.read(shell.process.path(argv[1]))
    except FileError as error:
        raise Broken(f"{argv[0]}: can't open '{argv[1]}': {error}") from None
    return await _nested(shell, text.decode(errors="surrogateescape"))


async def _nested(shell: Shell, text: str) -> int:
    """Runs a text within the shell; too deep an eval of evals ends."""
    if shell.depth >= 12:
        raise Broken("too deeply nested for this simulation")
    shell.depth += 1
    shell.status = 0
    try:
        return await shell.run_text(text)
    except BadSyntax as error:
        raise Broken(f"syntax error: {error}") from None
    finally:
        shell.depth -= 1


async def _trap(shell: Shell, argv: list[str]) -> int:
    """Only `trap '' SIGNAL` has an effect: the signal is ignored. Other traps are accepted and never run."""
    for word in argv[2:]:
        number = SIGNALS.get(word.upper().removeprefix("SIG"), int(word[:3]) if word.isdecimal() else 0)
        if argv[1] == "":
            shell.process.ignored.add(number)
        else:
            shell.process.ignored.discard(number)
    return 0


async def _wait(shell: Shell, argv: list[str]) -> int:
    wanted = [int(word[:9]) for word in argv[1:] if word.isdecimal()]
    code = 0
    for job in list(shell.jobs):
        if not wanted or job.process.pid in wanted:
            code = await job.process.wait()
    return code if wanted else 0


async def _jobs(shell: Shell, argv: list[str]) -> int:
    for job in shell.jobs:
        if job.process.exit_code is None:
            await shell.process.out(f"[{job.number}]+  Running                 {job.text} &\n")
    return 0


async def _fg(shell: Shell, argv: list[str]) -> int:
    running = [job for job in shell.jobs if job.process.exit_code is None]
    if not running:
        raise Broken("fg: no current job")
    await shell.process.out(f"{running[-1].text}\n")
    return await shell.wait_for(running[-1].process)


async def _command(shell: Shell, argv: list[str]) -> int:
    words = argv[1:]
    asks = words[:1] in (["-v"], ["-V"])
    words = words[1:] if asks else words
    if not words:
        return 0
    if asks:
        found = _kind(shell, words[0])
        if found is None:
            return 127
        await shell.process.out(f"{found}\n")
        return 0
    if words[0] in shell.builtins:
        return await shell.builtins[words[0]](shell, words)
    child = shell.process.child(words, environ=shell.environ(), group=-1 if shell.interactive else 0)
    try:
        child.begin(shell.process.container.body_of(child, words[0], words[0]))
    except BaseException:
        child.discard()
        raise
    return await shell.wait_for(child)


def _kind(shell: Shell, name: str) -> str | None:
    """What `command -v` prints: a name for what the shell knows itself, else a path."""
    if name in shell.functions or name in shell.builtins:
        return name
    process = shell.process
    process.environ = {**process.environ, "PATH": shell.variables.get("PATH", "")}
    path = process.container.find_program(process, name)
    return path if path and process.container.files.exists(path) else None


async def _type(shell: Shell, argv: list[str]) -> int:
    code = 0
    for name in argv[1:]:
        found = _kind(shell, name)
        kind = "a function" if name in shell.functions else "a shell builtin" if found == name else found
        code = code if found else 127
        await shell.process.out(f"{name} is {kind}\n" if found else f"{name}: not found\n")
    return code


async def _umask(shell: Shell, argv: list[str]) -> int:
    await shell.process.out("0022\n" if len(argv) < 2 else "")
    return 0


async def _history(shell: Shell, argv: list[str]) -> int:
    lines = "".join(f"{number:>5}  {line}\n" for number, line in enumerate(shell.history, start=1))
    await shell.process.out(lines)
    return 0


async def _help(shell: Shell, argv: list[str]) -> int:
    await shell.process.out(HELP)
    return 0


def _of_program(program: Program) -> Builtin:
    async def run(shell: Shell, argv: list[str]) -> int:
        return await run_program(program, shell.process, argv)

    return run


BUILTINS: Mapping[str, Builtin] = {
    ":": _nothing, "alias": _nothing, "hash": _nothing, "disown": _nothing, "bg": _nothing, "readonly": _local,
    "cd": _cd, "pwd": _pwd, "export": _export, "declare": _local, "local": _local, "unset": _unset, "set": _set,
    "shift": _shift, "read": _read, "exit": _exit, "logout": _exit, "return": _return, "break": _break,
    "continue": _continue, "eval": _eval, ".": _source, "source": _source, "trap": _trap, "wait": _wait, "jobs": _jobs,
    "fg": _fg, "command": _command, "type": _type, "umask": _umask, "history": _history, "help": _help,
    "ulimit": _nothing,
    **{name: _of_program(getattr(printing, name)) for name in ("true", "false", "echo", "printf", "test")},
    "[": _of_program(printing.test),
    "kill": _of_program(kill),
}  # fmt: skip
"""By name. `exec` is not among them: it runs where redirections are known."""
