"""The files of a container: in memory, of bounded size, on no disk.

Contents that come from the image are shared between containers until one of them writes.
"""

import posixpath
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from simulator.shell.streams import Stream

MOST_BYTES = 16 * 1024 * 1024
"""What a container may write in all."""

MOST_FILES = 5000
"""Files, directories and links that a container may make."""

_MOST_LINKS = 20
_LONGEST_NAME = 255


class FileError(Exception):
    """What the kernel refuses; the message is that of errno."""


@dataclass(eq=False)
class Node:
    """What every file has. `mode` is its permissions, such as 0o644."""

    mode: int
    changed: datetime
    kind: str = field(default="-", init=False)

    @property
    def size(self) -> int:
        """Bytes, as `ls -l` shows them."""
        return 4096


@dataclass(eq=False)
class File(Node):
    """A regular file. Its content is replaced, never changed in place, so that it can be shared."""

    content: bytes | bytearray = b""

    @property
    def size(self) -> int:
        """Length of the content."""
        return len(self.content)

    def read(self) -> bytes:
        """The whole content."""
        return bytes(self.content)


@dataclass(eq=False)
class Program(File):
    """A file that runs as one of the simulated programs."""

    name: str = ""


@dataclass(eq=False)
class LiveFile(File):
    """A file whose content is made when it is read, as in /proc."""

    make: Callable[[], bytes] = bytes

    @property
    def size(self) -> int:
        """0, as in /proc."""
        return 0

    def read(self) -> bytes:
        """The content now."""
        return self.make()


@dataclass(eq=False)
class Device(File):
    """A character device; `open` makes the stream."""

    open: Callable[[], Stream] = Stream

    def __post_init__(self) -> None:
        self.kind = "c"


@dataclass(eq=False)
class Link(Node):
    """A symbolic link."""

    target: str = ""

    def __post_init__(self) -> None:
        self.kind = "l"

    @property
    def size(self) -> int:
        """Length of the target."""
        return len(self.target)


@dataclass(eq=False)
class Directory(Node):
    """Names and what they stand for."""

    entries: dict[str, Node] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.kind = "d"

    def names(self) -> list[str]:
        """All names, sorted."""
        return sorted(self.entries)

    def find(self, name: str) -> Node | None:
        """What the name stands for."""
        return self.entries.get(name)


@dataclass(eq=False)
class LiveDirectory(Directory):
    """A directory that changes by itself, as /proc does; nothing can be made in it."""

    make: Callable[[], dict[str, Node]] = dict

    def names(self) -> list[str]:
        """The names now."""
        return sorted(self.make())

    def find(self, name: str) -> Node | None:
        """What is there now."""
        return self.make().get(name)


class FileSystem:
    """The tree of a container. Paths are absolute; relative ones are joined by the caller with `absolute`."""

    def __init__(self, root: Directory, now: Callable[[], datetime]) -> None:
        self.root = root
        self._now = now
        self.written = 0
        self._made = 0

    def find(self, path: str, *, follow: bool = True) -> Node:
        """What stands at the path; a link at its end is followed unless told otherwise. Raises FileError."""
        return self._walk(path, follow=follow, links=0)[1]

    def exists(self, path: str) -> bool:
        """Whether something stands there."""
        try:
            self.find(path)
        except FileError:
            return False
        return True

    def real_path(self, path: str) -> str:
        """The path without links. Raises FileError."""
        return self._walk(path, follow=True, links=0)[0]

    def directory(self, path: str) -> Directory:
        """The directory at the path. Raises FileError."""
        found = self.find(path)
        if not isinstance(found, Directory):
            raise FileError("Not a directory")
        return found

    def file(self, path: str) -> File:
        """The file at the path. Raises FileError."""
        found = self.find(path)
        if not isinstance(found, File):
            raise FileError("Is a directory")
        return found

    def read(self, path: str) -> bytes:
        """The content of a file. Raises FileError."""
        return self.file(path).read()

    def write(self, path: str, content: bytes) -> None:
        """Makes or replaces a file. Raises FileError."""
        self.replace(self.open_for_writing(path), content)

    def open_for_writing(self, path: str) -> File:
        """The file at the path, made where there is none. Raises FileError."""
        try:
            found = self.find(path)
        except FileError:
            if not self._is_free(path):
                raise
            found = File(0o644, self._now())
            self.add(self._target(path), found)
        if isinstance(found, Directory):
            raise FileError("Is a directory")
        if not isinstance(found, File) or isinstance(found, LiveFile):
            raise FileError("Permission denied")
        return found

    def replace(self, file: File, content: bytes) -> None:
        """New content for a file. Raises FileError where the container has no room."""
        self.account(len(content) - file.size)
        file.content = content
        file.changed = self._now()

    def append(self, file: File, data: bytes) -> None:
        """More content. Raises FileError where the container has no room."""
        self.account(len(data))
        if not isinstance(file.content, bytearray):
            file.content = bytearray(file.content)
        file.content += data
        file.changed = self._now()

    def account(self, size: int) -> None:
        """Note that so many bytes are to be written. Raises FileError where there is no room."""
        if size > 0 and self.written + size > MOST_BYTES:
            raise FileError("No space left on device")
        self.written = max(0, self.written + size)

    def add(self, path: str, node: Node) -> None:
        """Puts a node at a free path. Raises FileError."""
        parent, name = self._parent(path)
        if parent.find(name):
            raise FileError("File exists")
        if isinstance(parent, LiveDirectory):
            raise FileError("Permission denied")
        if len(name.encode()) > _LONGEST_NAME:
            raise FileError("File name too long")
        if self._made >= MOST_FILES:
            raise FileError("No space left on device")
        self._made += 1
        parent.entries[name] = node
        parent.changed = self._now()

    def make_directory(self, path: str) -> None:
        """Raises FileError."""
        self.add(path, Directory(0o755, self._now()))

    def make_link(self, path: str, target: str) -> None:
        """A symbolic link. Raises FileError."""
        self.add(path, Link(0o777, self._now(), target))

    def remove(self, path: str) -> None:
        """Takes a file, link or directory out, with all in it. Raises FileError."""
        parent, name = self._parent(path)
        if isinstance(parent, LiveDirectory) or name not in parent.entries:
            raise FileError("Operation not permitted" if parent.find(name) else "No such file or directory")
        self.account(-sum(node.size for node in _regular(parent.entries.pop(name))))
        parent.changed = self._now()

    def _is_free(self, path: str) -> bool:
        try:
            parent, name = self._parent(self._target(path))
        except FileError:
            return False
        return parent.find(name) is None

    def _target(self, path: str) -> str:
        """The path that a link at the end of `path` names, or `path` itself."""
        for _ in range(_MOST_LINKS):
            parent, name = self._parent(path)
            node = parent.find(name)
            if not isinstance(node, Link):
                return path
            path = absolute(node.target, posixpath.dirname(path))
        raise FileError("Too many levels of symbolic links")

    def _parent(self, path: str) -> tuple[Directory, str]:
        parent, name = posixpath.split(path.rstrip("/"))
        if not name:
            raise FileError("Operation not permitted")
        return self.directory(parent), name

    def _walk(self, path: str, *, follow: bool, links: int) -> tuple[str, Node]:
        place, node = "", self.root
        found: Node = node
        steps = [step for step in path.split("/") if step]
        for index, step in enumerate(steps):
            if not isinstance(found, Directory):
                raise FileError("Not a directory")
            below = found.find(step)
            if below is None:
                raise FileError("No such file or directory")
            place, found = f"{place}/{step}", below
            if isinstance(below, Link) and (follow or index < len(steps) - 1):
                if links > _MOST_LINKS:
                    raise FileError("Too many levels of symbolic links")
                target = absolute(below.target, posixpath.dirname(place))
                place, found = self._walk(target, follow=True, links=links + 1)
        if path.endswith("/") and not isinstance(found, Directory):
            raise FileError("Not a directory")
        return place or "/", found


class FileStream(Stream):
    """A file as a process has it open."""

    def __init__(self, files: FileSystem, file: File) -> None:
        super().__init__()
        self._files = files
        self._file = file
        self._place = 0
        self._content: bytes | None = None

    async def read(self, size: int) -> bytes:
        """From where the last reading ended."""
        if self._content is None or (not isinstance(self._file, LiveFile) and self._place >= len(self._content)):
            self._content = self._file.read()
        data = self._content[self._place : self._place + size]
        self._place += len(data)
        return data

    async def write(self, data: bytes) -> None:
        """At the end. Raises OSError."""
        try:
            self._files.append(self._file, data)
        except FileError as error:
            raise OSError(str(error)) from None


def absolute(path: str, start: str) -> str:
    """The path as seen from the directory `start`, without `.` and `..`; a slash at its end is kept."""
    if len(path) > 4096:
        raise FileError("File name too long")
    joined = posixpath.normpath(posixpath.join(start, path)).replace("//", "/")
    return joined + "/" if path.endswith("/") and joined != "/" else joined


def _regular(node: Node) -> Iterator[File]:
    """All files below a node whose bytes count."""
    pending = [node]
    while pending:
        found = pending.pop()
        if isinstance(found, Directory) and not isinstance(found, LiveDirectory):
            pending += found.entries.values()
        elif isinstance(found, File) and isinstance(found.content, bytearray):
            yield found
