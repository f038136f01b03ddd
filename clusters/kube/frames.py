"""The frames of a WebSocket, most of all as its client reads and writes them: RFC 6455, section 5.

They travel in the turn of the event loop in which they come: for the echo of a key a person waits.
"""

import secrets
from enum import IntEnum

from clusters.kube.errors import NotKubernetes

MESSAGE_LIMIT = 1024 * 1024
"""Bytes of the longest message that is taken; API servers send 32 KiB."""


class Opcode(IntEnum):
    """What a frame holds; those from CLOSE on are of the protocol itself."""

    CONTINUATION = 0
    TEXT = 1
    BINARY = 2
    CLOSE = 8
    PING = 9
    PONG = 10


_FINAL, _RESERVED, _OPCODE = 0x80, 0x70, 0x0F
_MASKED, _LENGTH = 0x80, 0x7F
_LENGTH_16, _LENGTH_64 = 126, 127

Message = tuple[int, bytes]
"""An opcode, TEXT or BINARY for a message that came in several frames, and all that it holds."""


def head(opcode: int, size: int, *, masked: bool) -> bytes:
    """What stands before a whole message of `size` bytes in one frame, and before its mask where it has one."""
    first, mask = _FINAL | opcode, _MASKED if masked else 0
    if size < _LENGTH_16:
        return bytes((first, mask | size))
    if size < 1 << 16:
        return bytes((first, mask | _LENGTH_16)) + size.to_bytes(2, "big")
    return bytes((first, mask | _LENGTH_64)) + size.to_bytes(8, "big")


def masked_frame(opcode: int, payload: bytes) -> bytes:
    """A whole message in one frame, masked with a key of its own as a client's must be."""
    key = secrets.token_bytes(4)
    return head(opcode, len(payload), masked=True) + key + masked(payload, key)


def masked(payload: bytes, key: bytes) -> bytes:
    """The payload under a mask of four bytes; once more, and it is what it was."""
    size = len(payload)
    mask = (key * (size // 4 + 1))[:size]
    return (int.from_bytes(payload, "little") ^ int.from_bytes(mask, "little")).to_bytes(size, "little")


class FrameReader:
    """Makes messages of what a server sends, however it is cut."""

    def __init__(self, limit: int = MESSAGE_LIMIT) -> None:
        self._limit = limit
        self._rest = b""
        self._opcode = 0
        self._parts: list[bytes] = []

    def feed(self, data: bytes) -> list[Message]:
        """The messages that `data` completes. Raises NotKubernetes for what no server may send."""
        if self._rest:
            data = self._rest + data
        messages, at = [], 0
        while frame := self._frame(data, at):
            head, start, at = frame
            if message := self._message(head, data[start:at]):
                messages.append(message)
        self._rest = data[at:]
        return messages

    def _frame(self, data: bytes, at: int) -> tuple[int, int, int] | None:
        """The first byte of the frame that begins there, and where its payload begins and ends; None: not all here."""
        start = at + 2
        if len(data) < start:
            return None
        size = data[at + 1]
        if size >= _LENGTH_16:
            if size & _MASKED:
                raise NotKubernetes("The server masks what it sends, which is no WebSocket.")
            start = at + (4 if size == _LENGTH_16 else 10)
            if len(data) < start:
                return None
            size = int.from_bytes(data[at + 2 : start], "big")
        self._check(size)
        end = start + size
        return (data[at], start, end) if end <= len(data) else None

    def _message(self, head: int, payload: bytes) -> Message | None:
        opcode = head & _OPCODE
        if head & _RESERVED:
            raise NotKubernetes("The server compresses what it sends, which was not agreed.")
        if opcode >= Opcode.CLOSE or (head & _FINAL and opcode and not self._opcode):
            return opcode, payload
        if bool(opcode) == bool(self._opcode):
            raise NotKubernetes("The server mixes the frames of its messages.")
        self._opcode = self._opcode or opcode
        self._parts.append(payload)
        self._check(sum(map(len, self._parts)))
        if not head & _FINAL:
            return None
        whole = self._opcode, b"".join(self._parts)
        self._opcode, self._parts = 0, []
        return whole

    def _check(self, size: int) -> None:
        if size > self._limit:
            raise NotKubernetes(f"The server sent a message longer than {self._limit // 1024**2} MiB.")
