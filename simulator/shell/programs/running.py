"""Programs that run others or wait: env, printenv, sleep, timeout, nohup, setsid, nice, time, xargs, watch."""

import asyncio
import re
from collections.abc import Mapping

from simulator.shell.processes import SIGHUP, SIGTERM, NotRunnable, Process
from simulator.shell.programs.arguments import Refused, arguments
from simulator.shell.programs.reading import Input, text_of

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "": 1}
_SHORTEST_WATCH = 0.5


def seconds_of(text: str) -> float:
    """A time as sleep takes it: `5`, `0.2`, `3m`, `infinity`. Raises Refused."""
    if text in ("inf", "infinity"):
        return 1e9
    found = re.fullmatch(r"(\d{0,12}\.?\d{0,9})([smhd]?)", text)
    if not found or found.group(1) in ("", "."):
        raise Refused(f"invalid time interval '{text}'")
    return min(float(found.group(1)) * _UNITS[found.group(2)], 1e9)


async def sleep(process: Process, argv: list[str]) -> int:
    """Waits for a time of the simulated world."""
    if len(argv) < 2:
        raise Refused("missing operand")
    await process.container.clock.sleep(sum(seconds_of(word) for word in argv[1:]))
    return 0


async def replaced(process: Process, argv: list[str], environ: Mapping[str, str] | None = None) -> int:
    """Goes on as another program. Raises Refused where there is none."""
    if environ is not None:
        process.environ = dict(environ)
    try:
        body = process.container.body_of(process, argv[0], argv[0])
    except NotRunnable as error:
        raise Refused(str(error), error.code) from None
    if len(argv) >= 1 and process.argv[-len(argv) :] == argv and len(process.argv) > 300:
        raise Refused("too many programs that run programs", 126)
    process.argv = argv
    return await body(process)


async def started(process: Process, argv: list[str]) -> Process:
    """A child that runs a program. Raises Refused where there is none."""
    child = process.child(argv)
    try:
        child.begin(process.container.body_of(child, argv[0], argv[0]))
    except NotRunnable as error:
        child.discard()
        raise Refused(str(error), error.code) from None
    return child


async def env(process: Process, argv: list[str]) -> int:
    """Shows the environment, or runs a program in another one."""
    words = argv[1:]
    environ = dict(process.environ)
    while words and words[0].startswith("-"):
        option = words.pop(0)
        if option in ("-i", "-"):
            environ = {}
        elif option == "-u" and words:
            environ.pop(words.pop(0), None)
        elif option != "--":
            raise Refused(f"unrecognized option: {option}", 125)
    while words and "=" in words[0]:
        name, _, value = words.pop(0).partition("=")
        environ[name] = value
    if words:
        return await replaced(process, words, environ)
    await process.out("".join(f"{name}={value}\n" for name, value in environ.items()))
    return 0


async def printenv(process: Process, argv: list[str]) -> int:
    """Shows variables of the environment."""
    if len(argv) < 2:
        return await env(process, ["env"])
    values = [process.environ[name] for name in argv[1:] if name in process.environ]
    await process.out("".join(f"{value}\n" for value in values))
    return int(len(values) < len(argv) - 1)


async def timeout(process: Process, argv: list[str]) -> int:
    """Runs a program and ends it after a time."""
    words = [word for word in argv[1:] if not word.startswith("-")] if argv[1:2] != ["-s"] else argv[3:]
    if len(words) < 2:
        raise Refused("usage: timeout DURATION COMMAND [ARG]...", 125)
    child = await started(process, words[1:])
    ending = asyncio.create_task(child.wait(), name="a program with a time limit")
    alarm = asyncio.create_task(process.container.clock.sleep(seconds_of(words[0])), name="a time limit")
    try:
        await asyncio.wait({ending, alarm}, return_when=asyncio.FIRST_COMPLETED)
        if ending.done():
            return ending.result()
        child.signal(SIGTERM)
        await ending
        return 124
    finally:
        child.signal(SIGTERM)
        alarm.cancel()
        ending.cancel()


async def nohup(process: Process, argv: list[str]) -> int:
    """Runs a program that ignores SIGHUP."""
    if len(argv) < 2:
        raise Refused("missing operand", 125)
    process.ignored.add(SIGHUP)
    return await replaced(process, argv[1:])


async def setsid(process: Process, argv: list[str]) -> int:
    """Runs a program in a session of its own."""
    words = [word for index, word in enumerate(argv[1:]) if index > 0 or not word.startswith("-")]
    if not words:
        raise Refused("no command specified")
    process.session = process.group = process.pid
    process.terminal = None
    return await replaced(process, words)


async def nice(process: Process, argv: list[str]) -> int:
    """Runs a program; niceness is not simulated."""
    words = argv[1:]
    while words and re.match(r"-", words[0]):
        words = words[2:] if words[0] == "-n" else words[1:]
    return await replaced(process, words) if words else 0


async def time(process: Process, argv: list[str]) -> int:
    """Runs a program and tells how long it took."""
    before = process.container.clock.monotonic()
    code = await (await started(process, argv[1:])).wait() if len(argv) > 1 else 0
    took = process.container.clock.monotonic() - before
    await process.err(f"real\t{took // 60:.0f}m{took % 60:.3f}s\nuser\t0m0.001s\nsys\t0m0.002s\n")
    return code


async def xargs(process: Process, argv: list[str]) -> int:
    """Runs a program with words from standard input."""
    words = argv[1:]
    most, one_each = 500, ""
    while words and words[0].startswith("-"):
        option = words.pop(0)
        if option.startswith("-n"):
            most = max(1, int(re.sub(r"\D", "", option[2:] or words.pop(0)) or 1))
        elif option.startswith("-I"):
            one_each = option[2:] or words.pop(0)
        elif option not in ("-r", "-0", "-t"):
            raise Refused(f"unrecognized option: {option}")
    command = words or ["echo"]
    data = text_of(await Input(process, argv[0], []).everything()).replace("\0", "\n")
    given = [line for line in data.splitlines() if line] if one_each else data.split()
    code = 0
    for start in range(0, len(given), 1 if one_each else most):
        if one_each:
            called = [word.replace(one_each, given[start]) for word in command]
        else:
            called = [*command, *given[start : start + most]]
        code = max(code, await (await started(process, called)).wait())
    return 123 if code else 0


async def watch(process: Process, argv: list[str]) -> int:
    """Runs a program again and again on an empty screen, until Ctrl-C."""
    found = arguments([argv[0], *_before_command(argv[1:])], "t", "n")
    command = argv[1 + len(_before_command(argv[1:])) :]
    if not command:
        raise Refused("usage: watch [-n SEC] [-t] PROG ARGS")
    pause = max(_SHORTEST_WATCH, seconds_of(found.values.get("n", "2")))
    while True:
        head = "" if "t" in found.flags else f"Every {pause:.1f}s: {' '.join(command)}\n\n"
        await process.out(f"\x1b[H\x1b[2J{head}")
        await (await started(process, ["sh", "-c", " ".join(command)])).wait()
        await process.container.clock.sleep(pause)


def _before_command(words: list[str]) -> list[str]:
    place = 0
    while place < len(words) and words[place].startswith("-"):
        place += 2 if words[place] == "-n" else 1
    return words[:place]
