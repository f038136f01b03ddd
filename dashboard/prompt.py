"""A short way through Daphne for what a person waits for, the echo of a key or a line for a thousand viewers, and for
what is much, a whole log.

What goes out is given to the kernel at once. Twisted alone would send in the next turn of the event loop, and ask the
kernel twice more for that. And whoever asks for it hears a key in the turn in which it comes: the long way is a parser
for frames of every kind, a queue and a task.
"""

import time
from collections.abc import Callable
from typing import Any

from daphne.ws_protocol import WebSocketProtocol
from twisted.internet.tcp import Connection

from clusters.kube.frames import Opcode, head, masked

EXTENSION = "pilothouse.prompt"
"""The name in an ASGI scope's extensions by which an application finds its PromptProtocol."""

Hear = Callable[[bytes], bool]

_HEAD, _KEY = 2, 4
_SMALL = 126


class PromptProtocol(WebSocketProtocol):  # type: ignore[misc]  # Daphne has no types
    """Daphne's side of one socket.

    `hear` is given a short binary message in the turn of the event loop in which it comes, where nothing waits before
    it; what it does not take goes the long way.
    """

    hear: Hear | None = None

    def send_now(self, data: bytes) -> bool:
        """Sends a binary message, without compression; whether the socket was open."""
        if self.state != self.STATE_OPEN or self.muted:
            return False
        self.sendData(head(Opcode.BINARY, len(data), masked=False) + data)
        return True

    def dataReceived(self, data: bytes) -> None:  # noqa: N802 - Twisted's name
        if not (self.hear and self._hears(data, self.hear)):
            super().dataReceived(data)

    def sendData(self, data: bytes, sync: bool = False, chopsize: int | None = None) -> None:  # noqa: N802 - autobahn's
        if not (sync or chopsize or self.send_queue):
            data = _unsent(self.transport, data)
        if data:
            super().sendData(data, sync, chopsize)

    def _hears(self, data: bytes, hear: Hear) -> bool:
        """Whether this was one short message, and `hear` has taken it."""
        size = len(data) - _HEAD - _KEY
        if not 0 < size < _SMALL or not data.startswith(head(Opcode.BINARY, size, masked=True)):
            return False
        if self.state != self.STATE_OPEN or self.muted or self.data or self.inside_message or self.current_frame:
            return False
        if not self.application_queue.empty() or not hear(masked(data[_HEAD + _KEY :], data[_HEAD : _HEAD + _KEY])):
            return False
        # As Daphne does: whoever speaks is not asked whether he is there.
        self.last_ping = time.time()
        return True


def _unsent(transport: Any, data: bytes) -> bytes:
    """What the kernel does not take now, which is all where something waits already."""
    if not isinstance(transport, Connection) or transport.TLS or not transport.connected or transport.disconnecting:
        return data
    if transport.dataBuffer or transport._tempDataLen:
        return data
    sent = transport.writeSomeData(data)
    # An error comes again when it is written as usual, and is dealt with there.
    return data[sent:] if isinstance(sent, int) else data
