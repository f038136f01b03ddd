"""cat, tee, mkdir, rmdir, rm, touch, cp, mv, ln, chmod, readlink, mktemp, sync."""

import copy
import posixpath
import re

from simulator.shell.filesystem import Directory, File, FileError, Link, LiveDirectory, LiveFile, Node
from simulator.shell.opening import open_for_writing
from simulator.shell.processes import Process
from simulator.shell.programs.arguments import Arguments, Refused, arguments
from simulator.shell.programs.reading import Input

_DEEPEST = 20


async def cat(process: Process, argv: list[str]) -> int:
    """The content of files, with -n with numbered lines."""
    found = arguments(argv, "nuvetA")
    source = Input(process, argv[0], found.operands)
    if "n" in found.flags:
        number = 0
        async for line in source.lines():
            number += 1
            await process.out(b"%6d\t%s\n" % (number, line))
    else:
        async for data in source.chunks():
            await process.out(data)
    return int(source.failed)


async def tee(process: Process, argv: list[str]) -> int:
    """Standard input to standard output and to files."""
    found = arguments(argv, "a")
    streams = [open_for_writing(process, name, append="a" in found.flags) for name in found.operands]
    while data := await process.read():
        for stream in streams:
            await stream.write(data)
        await process.out(data)
    return 0


async def mkdir(process: Process, argv: list[str]) -> int:
    """Makes directories, with -p those above too."""
    found = arguments(argv, "pv", "m")
    return await _each(process, argv[0], found, _made_with_parents if "p" in found.flags else _made, "create directory")


async def _each(process: Process, name: str, found: Arguments, act: object, verb: str) -> int:
    if not found.operands:
        raise Refused("missing operand")
    code = 0
    for operand in found.operands:
        try:
            act(process, operand)  # type: ignore[operator]
        except FileError as error:
            await process.err(f"{name}: can't {verb} '{operand}': {error}\n")
            code = 1
    return code


def _made(process: Process, name: str) -> None:
    process.container.files.make_directory(process.path(name))


def _made_with_parents(process: Process, name: str) -> None:
    files = process.container.files
    path = ""
    for step in process.path(name).split("/"):
        if step:
            path += f"/{step}"
            if not files.exists(path):
                files.make_directory(path)
            files.directory(path)


async def rmdir(process: Process, argv: list[str]) -> int:
    """Removes empty directories."""
    return await _each(process, argv[0], arguments(argv, "p"), _remove_empty, "remove")


def _remove_empty(process: Process, name: str) -> None:
    path = process.path(name)
    if process.container.files.directory(path).names():
        raise FileError("Directory not empty")
    process.container.files.remove(path)


async def rm(process: Process, argv: list[str]) -> int:
    """Removes files, with -r directories."""
    found = arguments(argv, "rRfvi", long={"recursive": "r", "force": "f"})
    recursive = bool(found.flags & {"r", "R"})

    def remove(process: Process, name: str) -> None:
        path = process.path(name).rstrip("/") or "/"
        try:
            node = process.container.files.find(path, follow=False)
        except FileError:
            if "f" in found.flags:
                return
            raise
        if isinstance(node, Directory) and not recursive:
            raise FileError("Is a directory")
        process.container.files.remove(path)

    if not found.operands and "f" in found.flags:
        return 0
    return await _each(process, argv[0], found, remove, "remove")


async def touch(process: Process, argv: list[str]) -> int:
    """Makes empty files, or changes their time."""

    def touched(process: Process, name: str) -> None:
        path = process.path(name)
        files = process.container.files
        node = files.find(path) if files.exists(path) else files.open_for_writing(path)
        node.changed = process.container.clock.now()

    return await _each(process, argv[0], arguments(argv, "cam", "dr"), touched, "touch")


async def cp(process: Process, argv: list[str]) -> int:
    """Copies files, with -r directories."""
    found = arguments(argv, "rRafpvd", long={"recursive": "r"})
    deep = bool(found.flags & {"r", "R", "a"})

    def copied(process: Process, source: str, target: str) -> None:
        files = process.container.files
        node = files.find(process.path(source))
        if isinstance(node, Directory) and not deep:
            raise FileError("Is a directory (not copied)")
        if process.path(target).rstrip("/").startswith(process.path(source).rstrip("/") + "/"):
            raise FileError("cannot copy a directory into itself")
        _copy(process, node, target, _DEEPEST)

    return await _to_target(process, argv[0], found, copied)


def _copy(process: Process, node: Node, target: str, depth: int) -> None:
    files = process.container.files
    path = process.path(target)
    if isinstance(node, Directory):
        if isinstance(node, LiveDirectory) or depth == 0:
            raise FileError("Operation not permitted")
        if not files.exists(path):
            files.make_directory(path)
        for name in node.names():
            if below := node.find(name):
                _copy(process, below, posixpath.join(path, name), depth - 1)
    elif isinstance(node, Link):
        files.make_link(path, node.target)
    elif type(node) is File or isinstance(node, LiveFile):
        files.write(path, node.read())
        files.find(path).mode = node.mode
    else:
        files.add(path, copy.copy(node))


async def _to_target(process: Process, name: str, found: Arguments, act: object) -> int:
    if len(found.operands) < 2:
        raise Refused("missing file operand")
    *sources, target = found.operands
    files = process.container.files
    within = files.exists(process.path(target)) and isinstance(files.find(process.path(target)), Directory)
    if len(sources) > 1 and not within:
        raise Refused(f"target '{target}': Not a directory")
    code = 0
    for source in sources:
        place = posixpath.join(target, posixpath.basename(source.rstrip("/"))) if within else target
        try:
            act(process, source, place)  # type: ignore[operator]
        except FileError as error:
            await process.err(f"{name}: can't stat '{source}': {error}\n")
            code = 1
    return code


async def mv(process: Process, argv: list[str]) -> int:
    """Moves files and directories."""

    def moved(process: Process, source: str, target: str) -> None:
        files = process.container.files
        old, new = process.path(source).rstrip("/"), process.path(target).rstrip("/")
        node = files.find(old, follow=False)
        if old == new or new.startswith(f"{old}/"):
            raise FileError("Invalid argument")
        parent = files.directory(posixpath.dirname(old))
        if isinstance(parent, LiveDirectory):
            raise FileError("Operation not permitted")
        if files.exists(new):
            files.remove(new)
        files.add(new, node)
        del parent.entries[posixpath.basename(old)]

    return await _to_target(process, argv[0], arguments(argv, "fvin"), moved)


async def ln(process: Process, argv: list[str]) -> int:
    """Makes symbolic links; others are refused."""
    found = arguments(argv, "sfnv")
    if "s" not in found.flags:
        raise Refused("only symbolic links (-s) are simulated")
    if len(found.operands) != 2:
        raise Refused("missing file operand")
    target, name = found.operands
    files = process.container.files
    path = process.path(name)
    if files.exists(path) and isinstance(files.find(path), Directory):
        path = posixpath.join(path, posixpath.basename(target))
    if "f" in found.flags and files.exists(path):
        files.remove(path)
    files.make_link(path, target)
    return 0


async def chmod(process: Process, argv: list[str]) -> int:
    """Changes permissions: 755, +x, u=rw and their like."""
    words = [word for word in argv[1:] if not re.fullmatch(r"-[Rvf]+", word)]
    if len(words) < 2:
        raise Refused("missing operand")
    for name in words[1:]:
        node = process.container.files.find(process.path(name))
        node.mode = _mode(words[0], node.mode)
    return 0


def _mode(text: str, mode: int) -> int:
    if re.fullmatch(r"[0-7]{1,4}", text):
        return int(text, 8)
    for change in text.split(","):
        found = re.fullmatch(r"([ugoa]*)([-+=])([rwx]*)", change)
        if not found:
            raise Refused(f"invalid mode '{text}'")
        bits = sum({"r": 4, "w": 2, "x": 1}[letter] for letter in set(found.group(3)))
        who = found.group(1).replace("a", "ugo") or "ugo"
        mask = sum(bits << {"u": 6, "g": 3, "o": 0}[letter] for letter in set(who))
        all_bits = sum(7 << {"u": 6, "g": 3, "o": 0}[letter] for letter in set(who))
        mode = {"+": mode | mask, "-": mode & ~mask, "=": (mode & ~all_bits) | mask}[found.group(2)]
    return mode


async def readlink(process: Process, argv: list[str]) -> int:
    """Where links lead, with -f to the end."""
    found = arguments(argv, "fen")
    for name in found.operands:
        node = process.container.files.find(process.path(name), follow=False)
        if "f" in found.flags or "e" in found.flags:
            await process.out(process.container.files.real_path(process.path(name)) + "\n")
        elif isinstance(node, Link):
            await process.out(f"{node.target}\n")
        else:
            return 1
    return 0


async def mktemp(process: Process, argv: list[str]) -> int:
    """A new file, with -d a new directory, in /tmp."""
    path = f"/tmp/tmp.{process.pid:06d}"  # noqa: S108 - of the simulated container
    if "d" in arguments(argv, "dqu").flags:
        process.container.files.make_directory(path)
    else:
        process.container.files.write(path, b"")
    await process.out(f"{path}\n")
    return 0


async def realpath(process: Process, argv: list[str]) -> int:
    """Paths without links."""
    return await readlink(process, ["readlink", "-f", *argv[1:]])


async def pwd(process: Process, argv: list[str]) -> int:
    """The directory that it runs in."""
    await process.out(f"{process.directory}\n")
    return 0
