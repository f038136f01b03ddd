"""date, uname, hostname, whoami, id, uptime, free, df, nproc, clear, reset, stty, tty, which, mount."""

import re
from datetime import datetime, timedelta

from simulator.shell.filesystem import MOST_BYTES, FileError
from simulator.shell.processes import Process
from simulator.shell.procfs import KERNEL, MEMORY_KIB, PROCESSORS
from simulator.shell.programs.arguments import Refused, arguments
from simulator.shell.programs.listing import size_in_words

_FORMATS = frozenset("aAbBcdDeFHIjklmMnNpPrRsStTuUVwWxXyYZz%")


async def date(process: Process, argv: list[str]) -> int:
    """The time of the simulated world."""
    found = arguments(argv, "uIR", "d")
    moment = process.container.clock.now()
    if "d" in found.values:
        moment = _moment(found.values["d"])
    text = found.operands[0][1:] if found.operands and found.operands[0].startswith("+") else "%a %b %e %H:%M:%S UTC %Y"
    text = "%Y-%m-%d" if "I" in found.flags else "%a, %d %b %Y %H:%M:%S +0000" if "R" in found.flags else text
    await process.out(formatted(moment, text) + "\n")
    return 0


def _moment(text: str) -> datetime:
    try:
        seconds = float(text[1:]) if text.startswith("@") else None
        epoch = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
        found = datetime.fromisoformat(text) if seconds is None else epoch + timedelta(seconds=seconds)
    except (ValueError, OverflowError):
        raise Refused(f"invalid date '{text}'") from None
    return found if found.tzinfo else found.replace(tzinfo=epoch.tzinfo)


def formatted(moment: datetime, text: str) -> str:
    """A date in a format of strftime; what is unknown stays as it is."""

    def replaced(found: re.Match[str]) -> str:
        letter = found.group(1)
        own = {"N": f"{moment.microsecond:06d}000", "s": str(int(moment.timestamp())), "Z": "UTC", "z": "+0000"}
        own |= {"T": f"{moment:%H:%M:%S}", "F": f"{moment:%Y-%m-%d}", "%": "%", "n": "\n", "t": "\t"}
        if letter in own:
            return own[letter]
        return moment.strftime(f"%{letter}") if letter in _FORMATS else found.group()

    return re.sub(r"%(.)", replaced, text[:1000])


async def uname(process: Process, argv: list[str]) -> int:
    """The name of the system."""
    flags = arguments(argv, "asnrvmo").flags or {"s"}
    parts = {
        "s": "Linux",
        "n": process.container.hostname,
        "r": KERNEL,
        "v": "#1 SMP PREEMPT_DYNAMIC",
        "m": "x86_64",
        "o": "GNU/Linux",
    }
    await process.out(" ".join(text for letter, text in parts.items() if letter in flags or "a" in flags) + "\n")
    return 0


async def hostname(process: Process, argv: list[str]) -> int:
    """The pod's name, with -i its address."""
    shown = process.container.address if argv[1:2] in (["-i"], ["-I"]) else process.container.hostname
    await process.out(f"{shown}\n")
    return 0


async def whoami(process: Process, argv: list[str]) -> int:
    """root."""
    await process.out("root\n")
    return 0


async def id_(process: Process, argv: list[str]) -> int:
    """The user and groups."""
    found = arguments(argv, "ugnG")
    short = "root" if "n" in found.flags else "0"
    await process.out(f"{short}\n" if found.flags & {"u", "g", "G"} else "uid=0(root) gid=0(root) groups=0(root)\n")
    return 0


def load_average(process: Process) -> str:
    """Three numbers that change a little."""
    moment = process.container.clock.monotonic()
    return ", ".join(f"{0.15 + (moment * step % 7) / 40:.2f}" for step in (0.05, 0.02, 0.01))


async def uptime(process: Process, argv: list[str]) -> int:
    """How long the node has been up."""
    await process.out(f" {uptime_line(process)}\n")
    return 0


def uptime_line(process: Process) -> str:
    """As uptime and top print it."""
    minutes = int(process.container.uptime() // 60)
    days, hours = minutes // 1440, minutes // 60 % 24
    up = f"{days} days, {hours:>2}:{minutes % 60:02d}"
    return f"{process.container.clock.now():%H:%M:%S} up {up},  0 users,  load average: {load_average(process)}"


async def free(process: Process, argv: list[str]) -> int:
    """Memory of the node."""
    found = arguments(argv, "hmkgb")
    used, cached = process.container.memory_used_kib(), 900_000

    def shown(kib: int) -> str:
        if "h" in found.flags:
            return size_in_words(kib * 1024) + "i"
        return str(kib // (1024 if "m" in found.flags else 1024**2 if "g" in found.flags else 1))

    spare = MEMORY_KIB - used - cached
    cells = [shown(kib) for kib in (MEMORY_KIB, used, spare, 4096, cached, MEMORY_KIB - used)]
    head = "               total        used        free      shared  buff/cache   available\n"
    await process.out(head + "Mem:    " + "".join(f"{cell:>12}" for cell in cells) + "\n")
    await process.out("Swap:   " + f"{shown(0):>12}" * 3 + "\n")
    return 0


async def df(process: Process, argv: list[str]) -> int:
    """Room in the file systems."""
    found = arguments(argv, "hkTiaP")
    disk, used = 60 * 1024**2, 22_413_908
    own = process.container.files.written // 1024
    rows = [
        ("overlay", disk, used + own, "/"),
        ("tmpfs", 65536, 0, "/dev"),
        ("simulation", MOST_BYTES // 1024, own, "/tmp"),  # noqa: S108 - of the simulated container
    ]

    def shown(kib: int) -> str:
        return size_in_words(kib * 1024) if "h" in found.flags else str(kib)

    title = "Size" if "h" in found.flags else "1K-blocks"
    lines = [f"{'Filesystem':<16}{title:>12}{'Used':>12}{'Available':>12} Use% Mounted on"]
    lines += [
        f"{name:<16}{shown(size):>12}{shown(held):>12}{shown(size - held):>12} {held * 100 // size:>3}% {place}"
        for name, size, held, place in rows
    ]
    await process.out("\n".join(lines) + "\n")
    return 0


async def nproc(process: Process, argv: list[str]) -> int:
    """Processors of the node."""
    await process.out(f"{PROCESSORS}\n")
    return 0


async def clear(process: Process, argv: list[str]) -> int:
    """An empty screen."""
    await process.out("\x1b[H\x1b[2J\x1b[3J")
    return 0


async def stty(process: Process, argv: list[str]) -> int:
    """The size and settings of the terminal."""
    stdin = process.streams.get(0)
    terminal = stdin.terminal if stdin else None
    if terminal is None:
        raise Refused("standard input: Inappropriate ioctl for device")
    for word in argv[1:]:
        if word == "size":
            await process.out(f"{terminal.rows} {terminal.columns}\n")
        elif word in ("echo", "-echo"):
            terminal.echo = word == "echo"
        elif word == "sane":
            terminal.echo = True
    if argv[1:] in ([], ["-a"]):
        await process.out(f"speed 38400 baud; rows {terminal.rows}; columns {terminal.columns}; line = 0;\n")
    return 0


async def tty(process: Process, argv: list[str]) -> int:
    """The terminal's name."""
    stdin = process.streams.get(0)
    known = stdin is not None and stdin.terminal is not None
    await process.out("/dev/pts/0\n" if known else "not a tty\n")
    return int(not known)


async def which(process: Process, argv: list[str]) -> int:
    """Where programs stand."""
    code = 0 if argv[1:] else 1
    for name in argv[1:]:
        path = process.container.find_program(process, name)
        try:
            known = path is not None and process.container.files.file(path).mode & 0o111
        except FileError:
            known = False
        code = code if known else 1
        await process.out(f"{path}\n" if known else "")
    return code
