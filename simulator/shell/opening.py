"""How a process opens files."""

import re

from simulator.shell.filesystem import Device, Directory, File, FileError, FileStream
from simulator.shell.processes import Process
from simulator.shell.streams import Stream
from simulator.shell.terminals import TerminalStream

_OWN = {"/dev/stdin": 0, "/dev/stdout": 1, "/dev/stderr": 2}


def open_for_reading(process: Process, name: str) -> Stream:
    """Raises FileError."""
    path = process.path(name)
    if special := _special(process, path):
        return special
    found = process.container.files.find(path)
    if isinstance(found, Device):
        return found.open()
    if isinstance(found, Directory):
        raise FileError("Is a directory")
    if not isinstance(found, File):
        raise FileError("No such device or address")
    return FileStream(process.container.files, found)


def open_for_writing(process: Process, name: str, *, append: bool = False) -> Stream:
    """Empties the file unless `append`. Raises FileError."""
    path = process.path(name)
    if special := _special(process, path):
        return special
    files = process.container.files
    found = files.open_for_writing(path)
    if isinstance(found, Device):
        return found.open()
    if not append:
        files.replace(found, b"")
    return FileStream(files, found)


def _special(process: Process, path: str) -> Stream | None:
    if path == "/dev/tty":
        if process.terminal is None:
            raise FileError("No such device or address")
        return TerminalStream(process.terminal)
    numbered = re.fullmatch(r"(?:/dev|/proc/\d+)/fd/(\d)", path)
    number = int(numbered.group(1)) if numbered else _OWN.get(path)
    if number is None:
        return None
    if number not in process.streams:
        raise FileError("No such file or directory")
    return process.streams[number].share()
