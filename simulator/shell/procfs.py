"""/proc of a simulated container, after https://man7.org/linux/man-pages/man5/proc.5.html."""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from simulator.shell.filesystem import Link, LiveDirectory, LiveFile, Node

if TYPE_CHECKING:
    from simulator.shell.containers import Container
    from simulator.shell.processes import Process

MEMORY_KIB = 8 * 1024 * 1024
PROCESSORS = 2
KERNEL = "6.12.43"
_TICKS = 100


def proc_directory(container: "Container") -> LiveDirectory:
    """The directory; what stands in it is made when somebody looks."""
    now = container.clock.now()
    texts: dict[str, Callable[[], str]] = {
        "cpuinfo": _cpuinfo,
        "meminfo": lambda: meminfo(container),
        "uptime": lambda: f"{container.uptime():.2f} {container.uptime() * 1.6:.2f}\n",
        "loadavg": lambda: f"0.21 0.17 0.11 1/{len(container.processes)} {max(container.processes)}\n",
        "version": lambda: f"Linux version {KERNEL} (build@simulator) #1 SMP PREEMPT_DYNAMIC\n",
        "mounts": lambda: "overlay / overlay rw,relatime 0 0\nproc /proc proc rw,nosuid,nodev,noexec 0 0\n",
        "filesystems": lambda: "nodev\tproc\nnodev\ttmpfs\nnodev\toverlay\n",
    }

    def entries() -> dict[str, Node]:
        found: dict[str, Node] = {name: _file(now, make) for name, make in texts.items()}
        for process in list(container.processes.values()):
            found[str(process.pid)] = _process_directory(process)
        return found

    return LiveDirectory(0o555, now, make=entries)


def _file(changed: datetime, make: Callable[[], str], mode: int = 0o444) -> LiveFile:
    return LiveFile(mode, changed, make=lambda: make().encode(errors="surrogateescape"))


def _process_directory(process: "Process") -> LiveDirectory:
    def entries() -> dict[str, Node]:
        texts: dict[str, Callable[[], str]] = {
            "cmdline": lambda: "".join(f"{word}\0" for word in process.argv),
            "comm": lambda: f"{process.name[:15]}\n",
            "environ": lambda: "".join(f"{name}={value}\0" for name, value in process.environ.items()),
            "stat": lambda: _stat(process),
            "status": lambda: _status(process),
        }
        found: dict[str, Node] = {name: _file(process.started, make) for name, make in texts.items()}
        found["cwd"] = Link(0o777, process.started, process.directory)
        return found

    return LiveDirectory(0o555, process.started, make=entries)


def state(process: "Process") -> str:
    """R or S, as ps shows it."""
    return "S" if process.sleeps else "R"


def _stat(process: "Process") -> str:
    terminal = 34816 if process.terminal else 0
    foreground = process.terminal.foreground if process.terminal else -1
    started = int(process.container.since_boot(process.started) * _TICKS)
    before = f"{process.pid} ({process.name[:15]}) {state(process)} {process.parent} {process.group} {process.session}"
    return f"{before} {terminal} {foreground} 4194304 120 0 0 0 1 1 0 0 20 0 1 0 {started} 4538368 800\n"


def _status(process: "Process") -> str:
    long_state = {"S": "S (sleeping)", "R": "R (running)"}[state(process)]
    lines = [f"Name:\t{process.name[:15]}", f"State:\t{long_state}", f"Pid:\t{process.pid}", f"PPid:\t{process.parent}"]
    return "\n".join([*lines, "Uid:\t0\t0\t0\t0", "Gid:\t0\t0\t0\t0", "VmRSS:\t    3200 kB", "Threads:\t1", ""])


def _cpuinfo() -> str:
    one = "processor\t: {}\nvendor_id\t: Simulated\nmodel name\t: Simulated processor\ncpu MHz\t\t: 2400.000\n\n"
    return "".join(one.format(number) for number in range(PROCESSORS))


def meminfo(container: "Container") -> str:
    """/proc/meminfo."""
    used = container.memory_used_kib()
    free = MEMORY_KIB - used - 900_000
    sizes = {"MemTotal": MEMORY_KIB, "MemFree": free, "MemAvailable": free + 700_000, "Buffers": 80_000}
    sizes |= {"Cached": 820_000, "SwapTotal": 0, "SwapFree": 0}
    return "".join(f"{name + ':':<16}{size:>8} kB\n" for name, size in sizes.items())
