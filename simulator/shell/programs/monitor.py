"""ps and top."""

import random
from datetime import datetime

from simulator.shell.processes import Process
from simulator.shell.procfs import MEMORY_KIB, state
from simulator.shell.programs.arguments import Refused, arguments
from simulator.shell.programs.reading import text_of
from simulator.shell.programs.system import uptime_line

_COLUMNS = {
    "pid": ("PID", 5),
    "ppid": ("PPID", 5),
    "user": ("USER", -8),
    "stat": ("STAT", -4),
    "tty": ("TTY", -8),
    "time": ("TIME", 8),
    "comm": ("COMMAND", 0),
    "args": ("COMMAND", 0),
    "cmd": ("CMD", 0),
    "vsz": ("VSZ", 6),
    "rss": ("RSS", 5),
    "start": ("START", 5),
    "pgid": ("PGID", 5),
    "sid": ("SID", 5),
}
_SECONDS = 3.0


async def ps(process: Process, argv: list[str]) -> int:
    """The processes of the container: all of them with -e or aux, else those of this terminal."""
    words = [word if word.startswith("-") or not word.isalpha() else f"-{word}" for word in argv[1:2]] + argv[2:]
    found = arguments([argv[0], *words], "eAaxuflwT", "op")
    names = found.values.get("o", "").replace(" ", ",").strip(",")
    columns = [name.split("=")[0] for name in names.split(",")] if names else _default_columns(found.flags)
    if unknown := [name for name in columns if name not in _COLUMNS]:
        raise Refused(f"bad -o argument '{unknown[0]}'")
    everything = bool(found.flags & {"e", "A", "x", "a"}) or process.terminal is None or bool(names)
    shown = [
        each
        for each in sorted(process.container.processes.values(), key=lambda each: each.pid)
        if (everything or each.terminal is process.terminal)
        and ("p" not in found.values or str(each.pid) in found.values["p"].split(","))
    ]
    lines = [] if names.endswith("=") else [_line(columns, {name: _COLUMNS[name][0] for name in columns})]
    lines += [_line(columns, _cells(each)) for each in shown]
    terminal = process.streams[1].terminal if 1 in process.streams else None
    width = terminal.columns if terminal and "w" not in found.flags else 100_000
    await process.out("".join(f"{line[:width].rstrip()}\n" for line in lines))
    return int("p" in found.values and not shown)


def _default_columns(flags: set[str]) -> list[str]:
    if "u" in flags:
        return ["user", "pid", "vsz", "rss", "tty", "stat", "start", "time", "args"]
    if "f" in flags:
        return ["user", "pid", "ppid", "start", "tty", "time", "args"]
    return ["pid", "user", "tty", "stat", "time", "args"]


def _cells(process: Process) -> dict[str, str]:
    size = _resident(process)
    leads = "s" if process.session == process.pid else ""
    front = "+" if process.terminal and process.terminal.foreground == process.group else ""
    seconds = int(_spent(process, process.container.clock.now()))
    return {
        "pid": str(process.pid),
        "ppid": str(process.parent),
        "pgid": str(process.group),
        "sid": str(process.session),
        "user": "root",
        "stat": state(process) + leads + front,
        "tty": "pts/0" if process.terminal else "?",
        "time": f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}",
        "comm": process.name,
        "args": " ".join(process.argv).replace("\n", " "),
        "cmd": " ".join(process.argv).replace("\n", " "),
        "vsz": str(size * 3 + 1400),
        "rss": str(size),
        "start": f"{process.started:%H:%M}",
    }


def _line(columns: list[str], cells: dict[str, str]) -> str:
    parts = []
    for name in columns:
        width = _COLUMNS[name][1]
        parts.append(f"{cells[name]:<{-width}}" if width < 0 else f"{cells[name]:>{width}}")
    return " ".join(parts)


def _resident(process: Process) -> int:
    """KiB."""
    if process.pid >= 7:
        return 3200 if process.name in ("sh", "bash") else 1500
    return random.Random(process.container.hostname + process.name).randrange(20_000, 140_000)  # noqa: S311 - a game


def _spent(process: Process, now: datetime) -> float:
    """Seconds of a processor."""
    alive = (now - process.started).total_seconds()
    return max(0.0, alive * (0.01 if process.pid < 7 else 0.9 if not process.sleeps else 0.0))


async def top(process: Process, argv: list[str]) -> int:
    """The processes, busiest first, drawn again and again; with -b and -n as plain text."""
    found = arguments(argv, "bcH", "nd")
    rounds = found.number("n", 1 if "b" in found.flags else 10**9)
    stdin = process.streams.get(0)
    terminal = stdin.terminal if stdin and "b" not in found.flags else None
    if terminal is None:
        for _ in range(min(rounds, 10**6)):
            await process.out("\n".join(_screen(process, 200, 1000)) + "\n")
            await process.container.clock.sleep(_SECONDS if rounds > 1 else 0)
        return 0
    terminal.set_raw(True)
    try:
        await process.out("\x1b[?25l")
        for _ in range(rounds):
            lines = _screen(process, terminal.columns, terminal.rows)
            await process.out("\x1b[H" + "\n".join(f"{line}\x1b[K" for line in lines) + "\x1b[J")
            typed = await terminal.read_or_resize(64, _SECONDS)
            if typed is not None and (typed == b"" or set(text_of(typed)) & set("q\x03")):
                return 0
        return 0
    finally:
        terminal.set_raw(False)
        terminal.output.offer(b"\x1b[?25h\r\n")


def _screen(process: Process, columns: int, rows: int) -> list[str]:
    container = process.container
    now = container.clock.now()
    chance = random.Random(int(container.clock.monotonic()))  # noqa: S311 - a game
    running = sorted(container.processes.values(), key=lambda each: (each.sleeps, each.pid))
    busy = sum(not each.sleeps for each in running)
    used = container.memory_used_kib()
    user = chance.uniform(1, 9) + 30 * busy
    lines = [
        f"top - {uptime_line(process)}",
        f"Tasks: {len(running):>3} total, {busy:>3} running, {len(running) - busy:>3} sleeping,   0 stopped",
        f"%Cpu(s): {user:>4.1f} us, {user / 3:>4.1f} sy,  0.0 ni, {max(0.0, 98 - user * 1.34):>4.1f} id,  0.2 wa",
        f"MiB Mem : {MEMORY_KIB / 1024:>8.1f} total, {(MEMORY_KIB - used) / 1024:>8.1f} free, {used / 1024:>8.1f} used",
        "",
        "\x1b[7m" + "    PID USER      S  %CPU  %MEM     TIME+ COMMAND".ljust(min(columns, 200)) + "\x1b[m",
    ]
    for each in running:
        share = 96.0 if not each.sleeps else chance.uniform(0, 4) if each.pid < 7 else 0.0
        spent = _spent(each, now)
        memory = 100 * _resident(each) / MEMORY_KIB
        clock = f"{int(spent // 60)}:{spent % 60:05.2f}"
        line = f"{each.pid:>7} root      {state(each)} {share:>5.1f} {memory:>5.1f} {clock:>9} {' '.join(each.argv)}"
        lines.append(line.replace("\n", " ")[:columns])
    return lines[: max(1, rows - 1)]
