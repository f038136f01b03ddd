"""head, tail, wc, nl, rev, tac, base64, md5sum, sha256sum."""

import asyncio
import base64
import hashlib
from collections import deque

from simulator.shell.filesystem import File, FileError
from simulator.shell.processes import Process
from simulator.shell.programs.arguments import Arguments, Refused, arguments, whole_number
from simulator.shell.programs.reading import MOST_MEMORY, Input, lines_of
from simulator.shell.streams import Stream

_FOLLOW_SECONDS = 1.0


def _counted(argv: list[str], flags: str) -> Arguments:
    """Arguments of head and tail, where `-5` is `-n 5`."""
    words = [f"-n{word[1:]}" if word[:1] == "-" and word[1:].isdecimal() else word for word in argv]
    return arguments(words, flags, "nc", long={"lines": "n", "bytes": "c", "follow": "f", "quiet": "q"})


async def head(process: Process, argv: list[str]) -> int:
    """The first lines."""
    found = _counted(argv, "qv")
    source = Input(process, argv[0], found.operands)
    several = len(found.operands) > 1 and "q" not in found.flags
    async for name, stream in source.opened():
        await process.out(f"==> {name} <==\n" if several else "")
        if "c" in found.values:
            await _first_bytes(process, stream, found.number("c", 0))
        else:
            await _first_lines(process, stream, found.number("n", 10))
    return int(source.failed)


async def _first_bytes(process: Process, stream: Stream, left: int) -> None:
    while left > 0 and (data := await stream.read(min(left, 65536))):
        await process.out(data)
        left -= len(data)


async def _first_lines(process: Process, stream: Stream, left: int) -> None:
    if left <= 0:
        return
    async for line in lines_of(stream):
        await process.out(line + b"\n")
        left -= 1
        if left == 0:
            return


async def tail(process: Process, argv: list[str]) -> int:
    """The last lines; with -f also what is written later."""
    found = _counted(argv, "fFqv")
    source = Input(process, argv[0], found.operands)
    several = len(found.operands) > 1 and "q" not in found.flags
    async for name, stream in source.opened():
        await process.out(f"==> {name} <==\n" if several else "")
        if "c" in found.values:
            await _last_bytes(process, stream, found.number("c", 0))
        else:
            await _last_lines(process, stream, found.values.get("n", "10"))
    if found.flags & {"f", "F"} and found.operands:
        await _follow(process, found.operands[-1])
    return int(source.failed)


async def _last_bytes(process: Process, stream: Stream, count: int) -> None:
    kept = b""
    while data := await stream.read(65536):
        kept = (kept + data)[-min(count, MOST_MEMORY) :]
    await process.out(kept if count else b"")


async def _last_lines(process: Process, stream: Stream, text: str) -> None:
    count = abs(whole_number(text))
    if text.startswith("+"):
        number = 0
        async for line in lines_of(stream):
            number += 1
            await process.out(line + b"\n" if number >= count else b"")
        return
    kept: deque[bytes] = deque(maxlen=min(count, 10_000))
    async for line in lines_of(stream):
        kept.append(line)
    await process.out(b"".join(line + b"\n" for line in kept))


async def _follow(process: Process, name: str) -> None:
    files = process.container.files
    path = process.path(name)
    size = files.find(path).size
    while True:
        await asyncio.sleep(_FOLLOW_SECONDS)
        try:
            node = files.find(path)
        except FileError:
            continue
        if isinstance(node, File) and node.size != size:
            await process.out(node.read()[size if node.size > size else 0 :])
            size = node.size


async def wc(process: Process, argv: list[str]) -> int:
    """Counts lines, words and bytes."""
    found = arguments(argv, "lwcm", long={"lines": "l", "words": "w", "bytes": "c"})
    source = Input(process, argv[0], found.operands)
    totals = [0, 0, 0]
    async for name, stream in source.opened():
        counts = await _counts(stream)
        totals = [total + count for total, count in zip(totals, counts, strict=True)]
        await process.out(_count_line(found.flags, counts, name if found.operands else ""))
    if len(found.operands) > 1:
        await process.out(_count_line(found.flags, totals, "total"))
    return int(source.failed)


async def _counts(stream: Stream) -> list[int]:
    counts = [0, 0, 0]
    within = False
    while data := await stream.read(65536):
        counts[0] += data.count(b"\n")
        counts[1] += len(data.split()) - (within and not data[:1].isspace())
        counts[2] += len(data)
        within = not data[-1:].isspace()
    return counts


def _count_line(flags: set[str], counts: list[int], name: str) -> str:
    wanted = [flag in flags or not flags for flag in "lwc"]
    wanted[2] = wanted[2] or "m" in flags
    shown = [str(count) for count, asked in zip(counts, wanted, strict=True) if asked]
    text = shown[0] if len(shown) == 1 else " ".join(f"{count:>7}" for count in shown)
    return f"{text} {name}".rstrip() + "\n"


async def nl(process: Process, argv: list[str]) -> int:
    """Numbers lines that are not empty."""
    source = Input(process, argv[0], arguments(argv, "", "b").operands)
    number = 0
    async for line in source.lines():
        number += bool(line)
        await process.out(b"%6d\t%s\n" % (number, line) if line else b"       \n")
    return int(source.failed)


async def rev(process: Process, argv: list[str]) -> int:
    """Turns each line round."""
    source = Input(process, argv[0], argv[1:])
    async for line in source.lines():
        await process.out(line.decode(errors="surrogateescape")[::-1] + "\n")
    return int(source.failed)


async def tac(process: Process, argv: list[str]) -> int:
    """The last line first."""
    source = Input(process, argv[0], argv[1:])
    lines = (await source.everything()).splitlines()
    await process.out(b"".join(line + b"\n" for line in reversed(lines)))
    return int(source.failed)


async def base64_(process: Process, argv: list[str]) -> int:
    """Encodes, with -d decodes."""
    found = arguments(argv, "di", "w", long={"decode": "d"})
    data = await Input(process, argv[0], found.operands).everything()
    if "d" in found.flags:
        try:
            await process.out(base64.b64decode(data))
        except ValueError:
            raise Refused("invalid input") from None
        return 0
    width = found.number("w", 76) or len(data) * 2 + 4
    text = base64.b64encode(data).decode()
    lines = [text[start : start + width] for start in range(0, len(text), width)]
    await process.out("\n".join(lines) + ("\n" if found.number("w", 76) else ""))
    return 0


async def checksum(process: Process, argv: list[str]) -> int:
    """md5sum, sha1sum, sha256sum: by the name it is called."""
    source = Input(process, argv[0], arguments(argv, "b").operands)
    async for name, stream in source.opened():
        digest = hashlib.new(argv[0].rsplit("/", 1)[-1].removesuffix("sum"), usedforsecurity=False)
        while data := await stream.read(65536):
            digest.update(data)
        await process.out(f"{digest.hexdigest()}  {name}\n")
    return int(source.failed)
