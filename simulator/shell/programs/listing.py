"""ls, stat, du, find, tree."""

import posixpath
import stat as modes
from collections.abc import Iterator
from datetime import datetime

from simulator.shell.filesystem import Directory, FileError, Link, Node
from simulator.shell.language.patterns import Pattern
from simulator.shell.processes import Process
from simulator.shell.programs.arguments import Refused, arguments, whole_number

_COLOURS = {"d": "\x1b[1;34m", "l": "\x1b[1;36m", "c": "\x1b[1;33m", "x": "\x1b[1;32m"}
_MOST_FOUND = 20_000


async def ls(process: Process, argv: list[str]) -> int:
    """Names in directories."""
    found = arguments(
        argv, "laAhF1RtrSdiosnpC", long={"all": "a", "human-readable": "h", "color": "C", "recursive": "R"}
    )
    terminal = process.streams[1].terminal if 1 in process.streams else None
    lister = _Lister(
        process, found.flags, terminal.columns if terminal and "1" not in found.flags else 0, bool(terminal)
    )
    code = 0
    files: list[tuple[str, Node]] = []
    directories: list[str] = []
    for name in found.operands or ["."]:
        try:
            node = process.container.files.find(process.path(name), follow="l" not in found.flags)
        except FileError as error:
            await process.err(f"{argv[0]}: {name}: {error}\n")
            code = 1
            continue
        if isinstance(node, Directory) and "d" not in found.flags:
            directories.append(name)
        else:
            files.append((name, node))
    await process.out(lister.shown(files, total=False))
    for index, name in enumerate(directories):
        if len(found.operands) > 1 or "R" in found.flags:
            await process.out(("\n" if index or files else "") + f"{name}:\n")
        await lister.show(name)
    return code


class _Lister:
    def __init__(self, process: Process, flags: set[str], columns: int, coloured: bool) -> None:
        self._process = process
        self._flags = flags
        self._columns = columns
        self._coloured = coloured

    async def show(self, name: str) -> None:
        files = self._process.container.files
        directory = files.directory(self._process.path(name))
        entries = [(each, node) for each in directory.names() if (node := directory.find(each))]
        if "a" in self._flags:
            entries = [(".", directory), ("..", directory), *entries]
        elif "A" not in self._flags:
            entries = [entry for entry in entries if not entry[0].startswith(".")]
        await self._process.out(self.shown(entries, total=True))
        if "R" in self._flags:
            for each, node in entries:
                if isinstance(node, Directory) and each not in (".", ".."):
                    path = posixpath.join(name, each)
                    await self._process.out(f"\n{path}:\n")
                    await self.show(path)

    def shown(self, entries: list[tuple[str, Node]], *, total: bool) -> str:
        if "t" in self._flags:
            entries = sorted(entries, key=lambda entry: entry[1].changed, reverse=True)
        if "S" in self._flags:
            entries = sorted(entries, key=lambda entry: entry[1].size, reverse=True)
        if "r" in self._flags:
            entries = entries[::-1]
        if "l" in self._flags:
            return self._long(entries, total)
        names = [(name, self._painted(name, node)) for name, node in entries]
        return _in_columns(names, self._columns) if self._columns else "".join(f"{shown}\n" for _, shown in names)

    def _long(self, entries: list[tuple[str, Node]], total: bool) -> str:
        sizes = [size_in_words(node.size) if "h" in self._flags else str(node.size) for _, node in entries]
        widest = max((len(size) for size in sizes), default=1)
        lines = [f"total {sum(_blocks(node) for _, node in entries)}"] if total else []
        for (name, node), size in zip(entries, sizes, strict=True):
            links = 2 if isinstance(node, Directory) else 1
            target = f" -> {node.target}" if isinstance(node, Link) else ""
            when = _date(node.changed, self._process.container.clock.now())
            shown = self._painted(name, node) + target
            lines.append(f"{permissions(node)} {links:>4} root     root     {size:>{widest}} {when} {shown}")
        return "".join(f"{line}\n" for line in lines)

    def _painted(self, name: str, node: Node) -> str:
        mark = "/" if ("F" in self._flags or "p" in self._flags) and isinstance(node, Directory) else ""
        kind = "x" if node.kind == "-" and node.mode & 0o111 else node.kind
        if not self._coloured or kind not in _COLOURS:
            return name + mark
        return f"{_COLOURS[kind]}{name}\x1b[m{mark}"


def _in_columns(names: list[tuple[str, str]], columns: int) -> str:
    if not names:
        return ""
    widest = max(len(name) for name, _ in names) + 2
    per_line = max(1, columns // widest)
    rows = -(-len(names) // per_line)
    lines = []
    for row in range(rows):
        cells = names[row::rows]
        lines.append("".join(shown + " " * (widest - len(name)) for name, shown in cells[:-1]) + cells[-1][1])
    return "".join(f"{line}\n" for line in lines)


def permissions(node: Node) -> str:
    """ "drwxr-xr-x"."""
    return node.kind + modes.filemode(node.mode)[1:]


def _blocks(node: Node) -> int:
    return 4 * -(-node.size // 4096) if node.kind != "l" else 0


def _date(moment: datetime, now: datetime) -> str:
    return f"{moment:%b %e %H:%M}" if abs((now - moment).days) < 180 else f"{moment:%b %e  %Y}"


def size_in_words(size: int) -> str:
    """ "4.0K"."""
    number = float(size)
    for unit in ("", "K", "M", "G"):
        if number < 1024 or unit == "G":
            return f"{number:.0f}{unit}" if not unit or number >= 10 else f"{number:.1f}{unit}"
        number /= 1024
    return str(size)


async def stat(process: Process, argv: list[str]) -> int:
    """What is known of files."""
    for name in arguments(argv, "L", "c").operands:
        node = process.container.files.find(process.path(name), follow=False)
        kind = {"d": "directory", "l": "symbolic link", "c": "character special file"}.get(node.kind, "regular file")
        await process.out(
            f"  File: {name}\n  Size: {node.size:<15} Blocks: {_blocks(node) * 2:<10} {kind}\n"
            f"Access: ({node.mode:04o}/{permissions(node)})  Uid: (    0/    root)   Gid: (    0/    root)\n"
            f"Modify: {node.changed:%Y-%m-%d %H:%M:%S.%f000 +0000}\n"
        )
    return 0


def _walk(node: Node, path: str, depth: int) -> Iterator[tuple[str, Node]]:
    yield path, node
    if isinstance(node, Directory) and depth > 0:
        for name in node.names():
            below = node.find(name)
            if below is not None:
                yield from _walk(below, posixpath.join(path, name), depth - 1)


async def find(process: Process, argv: list[str]) -> int:
    """Paths below directories, by -name, -type and -maxdepth."""
    words = argv[1:]
    starts = []
    while words and not words[0].startswith("-"):
        starts.append(words.pop(0))
    wanted = {"-name": "*", "-type": "", "-maxdepth": "20"}
    while words:
        option = words.pop(0)
        if option == "-print":
            continue
        if option not in wanted or not words:
            raise Refused(f"unrecognized: {option}")
        wanted[option] = words.pop(0)
    pattern = Pattern((char, False) for char in wanted["-name"])
    kind = wanted["-type"].replace("f", "-")
    depth = min(20, whole_number(wanted["-maxdepth"]))
    count = 0
    for start in starts or ["."]:
        for path, node in _walk(process.container.files.find(process.path(start), follow=False), start, depth):
            count += 1
            if count > _MOST_FOUND:
                raise Refused("too many files for this simulation")
            if pattern.matches(posixpath.basename(path) or path) and kind in ("", node.kind):
                await process.out(f"{path}\n")
    return 0


async def du(process: Process, argv: list[str]) -> int:
    """Sizes of directories."""
    found = arguments(argv, "shak", long={"human-readable": "h", "summarize": "s"})
    for name in found.operands or ["."]:
        root = process.container.files.find(process.path(name), follow=False)
        for path, node in [(name, root)] if "s" in found.flags else list(_walk(root, name, 20))[:_MOST_FOUND][::-1]:
            if isinstance(node, Directory) or "a" in found.flags or node is root:
                blocks = sum(_blocks(each) for _, each in _walk(node, path, 20))
                shown = size_in_words(blocks * 1024) if "h" in found.flags else str(blocks)
                await process.out(f"{shown}\t{path}\n")
    return 0
