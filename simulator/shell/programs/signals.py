"""kill, killall, pidof."""

from simulator.shell.processes import SIGNALS, SIGTERM, Process
from simulator.shell.programs.arguments import Refused

_NAMES = {number: name for name, number in SIGNALS.items()}


async def kill(process: Process, argv: list[str]) -> int:
    """Signals processes by pid; a negative one is a group."""
    words = argv[1:]
    if words[:1] == ["-l"]:
        await process.out(" ".join(SIGNALS) + "\n")
        return 0
    number = SIGTERM
    if words[:1] in (["-s"], ["-n"]) and len(words) > 1:
        number, words = _signal(words[1]), words[2:]
    elif words and words[0].startswith("-") and words[0] != "--":
        number, words = _signal(words[0][1:]), words[1:]
    words = words[1:] if words[:1] == ["--"] else words
    if not words:
        raise Refused("usage: kill [-s sigspec | -signum | -sigspec] [pid | job]...", 2)
    code = 0
    for word in words:
        code = max(code, await _kill(process, argv[0], word, number))
    return code


async def _kill(process: Process, name: str, word: str, number: int) -> int:
    if not word.lstrip("-").isdecimal():
        await process.err(f"{name}: invalid pid: {word}\n")
        return 1
    wanted = int(word[:10])
    running = process.container.processes
    if wanted < 0 and any(each.group == -wanted for each in running.values()):
        process.container.signal_group(-wanted, number)
    elif wanted in running:
        running[wanted].signal(number)
    else:
        await process.err(f"{name}: can't kill pid {word}: No such process\n")
        return 1
    return 0


def _signal(word: str) -> int:
    number = int(word[:3]) if word.isdecimal() else SIGNALS.get(word.upper().removeprefix("SIG"), -1)
    if number != 0 and number not in _NAMES:
        raise Refused(f"{word}: bad signal name")
    return number


async def killall(process: Process, argv: list[str]) -> int:
    """Signals processes by name."""
    words = argv[1:]
    number = _signal(words.pop(0)[1:]) if words and words[0].startswith("-") else SIGTERM
    code = 0
    for name in words:
        found = [each for each in process.container.processes.values() if each.name == name]
        for each in found:
            each.signal(number)
        if not found:
            await process.err(f"{name}: no process found\n")
            code = 1
    return code


async def pidof(process: Process, argv: list[str]) -> int:
    """The pids of processes with a name."""
    found = [str(each.pid) for each in process.container.processes.values() if each.name in argv[1:]]
    await process.out(" ".join(reversed(found)) + "\n" if found else "")
    return int(not found)
