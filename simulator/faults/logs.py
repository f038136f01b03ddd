"""Faults in the logs of containers."""

import re

from simulator.faults.bodies import Body, Stream
from simulator.faults.faults import Parameters

_TIMESTAMP = re.compile(rb"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z(?= )")
_PIECE = 1024 * 1024
_NO_UTF8 = b"\xff\xfe\xc3("


class Lines(Body):
    """Changes whole lines; the beginning of one waits for its end."""

    def __init__(self) -> None:
        self._rest = b""

    async def change(self, stream: Stream, data: bytes) -> bytes:
        *lines, self._rest = (self._rest + data).split(b"\n")
        return b"".join(self.line(line) for line in lines)

    def line(self, line: bytes) -> bytes:
        """What goes out in place of the line, which comes without its newline."""
        return line + b"\n"


class SameTimestamps(Lines):
    """Every line has the timestamp of the first."""

    def __init__(self, parameters: Parameters) -> None:
        super().__init__()
        self._first = b""

    def line(self, line: bytes) -> bytes:
        found = _TIMESTAMP.match(line)
        if not found:
            return line + b"\n"
        self._first = self._first or found[0]
        return self._first + line[found.end() :] + b"\n"


class Rotated(Lines):
    """The first lines are not there: they went with the file that was rotated away."""

    def __init__(self, parameters: Parameters) -> None:
        super().__init__()
        self._left = int(parameters["lines"])

    def line(self, line: bytes) -> bytes:
        if self._left > 0:
            self._left -= 1
            return b""
        return line + b"\n"


class NoUtf8(Lines):
    """Bytes at the end of every line that are no UTF-8."""

    def __init__(self, parameters: Parameters) -> None:
        super().__init__()

    def line(self, line: bytes) -> bytes:
        return line + _NO_UTF8 + b"\n"


class NoFinalNewline(Body):
    """Keeps each newline back until more comes, so that the last never goes out."""

    def __init__(self, parameters: Parameters) -> None:
        self._kept = b""

    async def change(self, stream: Stream, data: bytes) -> bytes:
        data = self._kept + data
        self._kept = b"\n" if data.endswith(b"\n") else b""
        return data[: len(data) - len(self._kept)]


class LongLine(Body):
    """One line of so many bytes before all others, made as it is sent."""

    def __init__(self, parameters: Parameters) -> None:
        self._left = int(parameters["bytes"])

    async def begin(self, stream: Stream) -> None:
        if stream.info.flag("timestamps"):
            await stream.send(b"2026-01-01T00:00:00.000000000Z ")
        while self._left > 0:
            piece = min(self._left, _PIECE)
            await stream.send(b"x" * piece)
            self._left -= piece
        await stream.send(b"\n")
