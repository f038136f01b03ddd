"""What goes out over a socket goes at once as far as the kernel takes it, and never before what waits already."""

import socket
from collections.abc import Iterator

import pytest
from twisted.internet.protocol import Protocol
from twisted.internet.tcp import Connection
from twisted.internet.testing import MemoryReactor

from dashboard.prompt import PromptProtocol

LARGE = b"".join(b"%08d" % number for number in range(200_000))
"""More than the kernel takes at once."""


@pytest.fixture
def ends() -> Iterator[tuple[PromptProtocol, socket.socket]]:
    """Our side of an open socket, and the other end."""
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    theirs.setblocking(False)
    transport = Connection(ours, Protocol(), MemoryReactor())  # type: ignore[no-untyped-call, arg-type]
    transport.connected = True
    protocol = PromptProtocol()
    protocol.transport, protocol.send_queue, protocol.state, protocol.logOctets = transport, [], None, False
    with ours, theirs:
        yield protocol, theirs


def received(end: socket.socket) -> bytes:
    """All that has arrived."""
    pieces = []
    while True:
        try:
            pieces.append(end.recv(1 << 20))
        except BlockingIOError:
            return b"".join(pieces)


def test_a_little_is_there_before_the_event_loop_has_another_turn(
    ends: tuple[PromptProtocol, socket.socket],
) -> None:
    protocol, end = ends
    protocol.sendData(b"key")
    assert received(end) == b"key"


def test_what_the_kernel_does_not_take_comes_later_and_in_order(ends: tuple[PromptProtocol, socket.socket]) -> None:
    protocol, end = ends
    protocol.sendData(LARGE)
    protocol.sendData(b"the end")
    came = received(end)
    assert came
    assert LARGE.startswith(came)
    assert came != LARGE
    while not came.endswith(b"the end"):
        protocol.transport.doWrite()
        came += received(end)
    assert came == LARGE + b"the end"
