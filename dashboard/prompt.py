"""What goes out over a socket is given to the kernel at once."""

from typing import Any

from daphne.ws_protocol import WebSocketProtocol
from twisted.internet.tcp import Connection


class PromptProtocol(WebSocketProtocol):  # type: ignore[misc]  # Daphne has no types
    """Daphne's side of one socket.

    Twisted alone would send in the next turn of the event loop, and ask the kernel twice more for that: the echo of a
    key has no time for it, nor has a line for a thousand viewers.
    """

    def sendData(self, data: bytes, sync: bool = False, chopsize: int | None = None) -> None:  # noqa: N802 - autobahn's
        if not (sync or chopsize or self.send_queue):
            data = _unsent(self.transport, data)
        if data:
            super().sendData(data, sync, chopsize)


def _unsent(transport: Any, data: bytes) -> bytes:
    """What the kernel does not take now, which is all where something waits already."""
    if not isinstance(transport, Connection) or transport.TLS or not transport.connected or transport.disconnecting:
        return data
    if transport.dataBuffer or transport._tempDataLen:
        return data
    sent = transport.writeSomeData(data)
    # An error comes again when it is written as usual, and is dealt with there.
    return data[sent:] if isinstance(sent, int) else data
