"""The frames of a WebSocket's client: messages come whole however they are cut, and what no server may send is told."""

import asyncio
import random

import pytest
from aiohttp import WSMsgType, web

from clusters.kube.errors import NotKubernetes
from clusters.kube.frames import MESSAGE_LIMIT, FrameReader, Opcode, masked_frame
from tests.harness.api import scripted_api

SIZES = (0, 1, 125, 126, 127, 65_535, 65_536, 100_000)
FINAL = 0x80


def server_frame(first: int, payload: bytes) -> bytes:
    size = len(payload)
    if size < 126:
        return bytes([first, size]) + payload
    if size < 65_536:
        return bytes([first, 126]) + size.to_bytes(2, "big") + payload
    return bytes([first, 127]) + size.to_bytes(8, "big") + payload


def fed(*pieces: bytes) -> list[tuple[int, bytes]]:
    reader = FrameReader()
    return [message for piece in pieces for message in reader.feed(piece)]


@pytest.mark.parametrize("size", SIZES)
def test_a_message_of_any_length(size: int) -> None:
    payload = random.Random(size).randbytes(size)
    assert fed(server_frame(FINAL | Opcode.BINARY, payload)) == [(Opcode.BINARY, payload)]


def test_messages_that_are_cut_anywhere() -> None:
    sent = [bytes([number]) * size for number, size in enumerate((0, 1, 125, 126, 300))]
    wire = b"".join(server_frame(FINAL | Opcode.BINARY, payload) for payload in sent)
    expected = [(Opcode.BINARY, payload) for payload in sent]
    for cut in range(len(wire)):
        assert fed(wire[:cut], wire[cut:]) == expected
    assert fed(*(wire[at : at + 1] for at in range(len(wire)))) == expected


def test_a_message_in_several_frames_with_a_ping_between() -> None:
    wire = (
        server_frame(Opcode.BINARY, b"one ")
        + server_frame(FINAL | Opcode.PING, b"?")
        + server_frame(Opcode.CONTINUATION, b"two ")
        + server_frame(FINAL | Opcode.CONTINUATION, b"three")
        + server_frame(FINAL | Opcode.BINARY, b"next")
    )
    assert fed(wire) == [(Opcode.PING, b"?"), (Opcode.BINARY, b"one two three"), (Opcode.BINARY, b"next")]


@pytest.mark.parametrize(
    ("wire", "words"),
    [
        (bytes([FINAL | Opcode.BINARY, 0x81]) + b"keyyx", "masks"),
        (bytes([FINAL | Opcode.BINARY, 0xFE]) + b"\x00\x80", "masks"),
        (server_frame(0x40 | FINAL | Opcode.BINARY, b"x"), "compresses"),
        (server_frame(FINAL | Opcode.CONTINUATION, b"x"), "mixes"),
        (server_frame(Opcode.BINARY, b"x") + server_frame(FINAL | Opcode.BINARY, b"y"), "mixes"),
        (bytes([FINAL | Opcode.BINARY, 127]) + (MESSAGE_LIMIT + 1).to_bytes(8, "big"), "longer than 1 MiB"),
        (server_frame(Opcode.BINARY, bytes(65_535)) + 17 * server_frame(0, bytes(65_535)), "longer than 1 MiB"),
    ],
)
def test_what_no_server_may_send(wire: bytes, words: str) -> None:
    with pytest.raises(NotKubernetes, match=words):
        fed(wire)


def test_each_frame_has_a_mask_of_its_own() -> None:
    assert len({masked_frame(Opcode.BINARY, b"the same") for _ in range(20)}) == 20


async def test_another_implementation_reads_what_we_write_and_we_what_it_writes() -> None:
    sent = [random.Random(size).randbytes(size) for size in SIZES]
    heard: list[tuple[int, bytes]] = []

    async def echo(request: web.Request) -> web.StreamResponse:
        socket = web.WebSocketResponse(protocols=("echo",))
        await socket.prepare(request)
        await socket.ping(b"?")
        async for message in socket:
            assert message.type is WSMsgType.BINARY
            await socket.send_bytes(message.data)
            if len(message.data) == SIZES[-1]:
                break
        return socket

    async with scripted_api(echo) as api, api.client() as client, client.upgrade("/echo", {}, ["echo"]) as socket:
        ended = asyncio.Event()

        def hear(opcode: int, payload: bytes) -> None:
            heard.append((opcode, payload))
            if opcode == Opcode.CLOSE:
                ended.set()

        socket.listen(hear)
        for payload in sent:
            socket.send(Opcode.BINARY, payload)
            await socket.drain()
        async with asyncio.timeout(10):
            await ended.wait()
    assert heard == [*((Opcode.BINARY, payload) for payload in sent), (Opcode.CLOSE, b"")]
