"""What is typed arrives in the order in which it was typed, however the network cuts it: keys take a short way through
the server, longer pieces a long one.
"""

import asyncio
import random

import pytest
from daphne.ws_protocol import WebSocketProtocol

from benchmarks.streams import BINARY, masked, stream
from dashboard.prompt import PromptProtocol
from tests.harness.kubectl import Kubectl
from tests.harness.servers import Server

SECONDS = 30.0
TYPED = [f"{number}," * (1 if number % 7 else 60) for number in range(400)]
"""Most are as short as keys, some longer than the short way takes."""


async def test_keys_and_pieces_that_are_cut_anywhere(server: Server, near: Kubectl, pod: str) -> None:
    path = f"/ws/clusters/test/pods/{near.namespace}/{pod}/shell/?container=main&shell=sh"
    chance, came, changed = random.Random(7), bytearray(), asyncio.Event()

    def take(data: bytes) -> None:
        came.extend(data)
        changed.set()

    async def until(words: bytes) -> None:
        async with asyncio.timeout(SECONDS):
            while words not in came:
                changed.clear()
                await changed.wait()

    async with stream(server, path, server.admin, take) as socket:
        await until(b"#")
        socket.type(b"stty raw -echo; echo ready-$((40 + 2)); exec cat\n")
        await until(b"ready-42")
        wire = b"".join(masked(BINARY, text.encode(), chance.randbytes(4)) for text in TYPED)
        while wire:
            # Some keys come alone, some with others, some in two.
            cut = chance.choice((7, 8, 9, 9, 9, 10, 40, 300))
            socket.transport.write(wire[:cut])
            wire = wire[cut:]
            await asyncio.sleep(0)
        await until(TYPED[-1].encode())
    assert bytes(came).partition(b"ready-42")[2].lstrip() == "".join(TYPED).encode()


def test_a_key_goes_the_long_way_while_something_waits_there(monkeypatch: pytest.MonkeyPatch) -> None:
    short: list[bytes] = []
    long: list[bytes] = []

    def hear(data: bytes) -> bool:
        short.append(data)
        return True

    monkeypatch.setattr(WebSocketProtocol, "dataReceived", lambda protocol, data: long.append(data))
    protocol = PromptProtocol()
    protocol.state, protocol.data, protocol.current_frame = protocol.STATE_OPEN, b"", None
    protocol.inside_message = protocol.muted = False
    protocol.application_queue = asyncio.Queue()
    protocol.hear = hear
    key = masked(BINARY, b"k", b"mask")
    protocol.application_queue.put_nowait({"type": "websocket.receive"})
    protocol.dataReceived(key)
    assert (short, long) == ([], [key])
    protocol.application_queue.get_nowait()
    protocol.dataReceived(key)
    assert (short, long) == ([b"k"], [key])
