"""The framing of exec, on a scripted server: what a frame means, and that no end is ever taken for exit code 0."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from aiohttp import WSMsgType, web

from clusters.kube.channels import Channel, ExecStream, open_exec
from clusters.kube.errors import BadRequest, Forbidden, KubeError, NotFound, NotKubernetes, Unreachable
from clusters.kube.frames import Opcode
from tests.harness.api import Answer, Json, refuses, says_raw, scripted_api

V4, V5 = "v4.channel.k8s.io", "v5.channel.k8s.io"
SUCCESS: Json = {"kind": "Status", "status": "Success"}
Session = Callable[[web.WebSocketResponse], Awaitable[None]]


def speaks(session: Session, *protocols: str) -> Answer:
    """Upgrades to a WebSocket and plays the session on it."""

    async def answer(request: web.Request) -> web.StreamResponse:
        socket = web.WebSocketResponse(protocols=protocols or (V5, V4))
        await socket.prepare(request)
        await session(socket)
        return socket

    return answer


def sends(*frames: bytes) -> Answer:
    async def session(socket: web.WebSocketResponse) -> None:
        for frame in frames:
            await socket.send_bytes(frame)

    return speaks(session)


def ended(status: Json) -> bytes:
    return b"\x03" + json.dumps(status).encode()


def exit_code(text: str) -> bytes:
    causes = [{"reason": "ExitCode", "message": text}]
    return ended(
        {"status": "Failure", "reason": "NonZeroExitCode", "message": "it ended", "details": {"causes": causes}}
    )


@asynccontextmanager
async def running(answer: Answer, *, tty: bool = False, pod: str = "web") -> AsyncIterator[ExecStream]:
    async with (
        asyncio.timeout(10),
        scripted_api(answer) as api,
        api.client() as client,
        open_exec(
            client, namespace="default", pod=pod, container="main", command=["sh", "-c", "exit 3"], tty=tty
        ) as stream,
    ):
        yield stream


async def output(stream: ExecStream) -> list[tuple[Channel, bytes]]:
    return [frame async for frame in stream]


@asynccontextmanager
async def hearing() -> AsyncIterator[tuple[ExecStream, list[bytes]]]:
    """A stream, and the frames that the server has heard once the stream is read to its end."""
    heard: list[bytes] = []

    async def session(socket: web.WebSocketResponse) -> None:
        async for message in socket:
            assert message.type is WSMsgType.BINARY
            heard.append(message.data)
            if message.data in (b"\x00end", b"\xff\x00"):
                await socket.send_bytes(ended(SUCCESS))
                return

    async with running(speaks(session), tty=True) as stream:
        yield stream, heard


async def test_output_comes_by_channel_and_untouched() -> None:
    raw = bytes(range(256))
    async with running(sends(b"\x01", b"\x02", b"\x01" + raw, b"\x02\xff", ended(SUCCESS))) as stream:
        assert await output(stream) == [(Channel.STDOUT, raw), (Channel.STDERR, b"\xff")]
        assert stream.status == 0


@pytest.mark.parametrize("code", [1, 3, 127, 137, 255])
async def test_an_exit_code_is_told(code: int) -> None:
    async with running(sends(exit_code(str(code)))) as stream:
        assert await output(stream) == []
        assert stream.status == code


@pytest.mark.parametrize(
    "frames",
    [
        (),
        (b"\x01hello",),
        (exit_code("many"),),
        (b"\x03nonsense",),
        (b"\x03\xff\xfe",),
        (ended({"status": "Failure", "message": "no such program"}),),
        (ended({}),),
    ],
)
async def test_an_end_without_an_exit_code_is_unknown(frames: tuple[bytes, ...]) -> None:
    async with running(sends(*frames)) as stream:
        await output(stream)
        assert stream.status is None


async def test_a_failure_says_why() -> None:
    async with running(sends(ended({"status": "Failure", "message": "no such\nprogram"}))) as stream:
        await output(stream)
        assert stream.reason == "no such program"


async def test_output_after_the_status_is_not_lost() -> None:
    async with running(sends(ended(SUCCESS), b"\x01late")) as stream:
        assert await output(stream) == [(Channel.STDOUT, b"late")]


async def test_what_came_is_heard_even_if_the_connection_was_lost_before_anybody_listened() -> None:
    async def session(socket: web.WebSocketResponse) -> None:
        await socket.send_bytes(b"\x01bye")
        assert socket._req
        assert socket._req.transport
        socket._req.transport.close()

    async with (
        asyncio.timeout(10),
        scripted_api(speaks(session)) as api,
        api.client() as client,
        client.upgrade("/exec", {}, (V5,)) as socket,
    ):
        connection = socket._response.connection
        if connection and connection.protocol is not None and connection.protocol.closed:
            await connection.protocol.closed
        heard: list[tuple[int, bytes]] = []
        socket.listen(lambda opcode, data: heard.append((opcode, data)))
        assert heard == [(Opcode.BINARY, b"\x01bye"), (Opcode.CLOSE, b"")]


async def test_text_frames_are_an_error() -> None:
    async def session(socket: web.WebSocketResponse) -> None:
        await socket.send_str("\x01hello")

    async with running(speaks(session)) as stream:
        with pytest.raises(NotKubernetes):
            await output(stream)


async def test_input_is_framed_and_a_long_one_cut_into_frames() -> None:
    async with hearing() as (stream, heard):
        await stream.send_stdin(b"\x00\xff" * 40_000)
        await stream.send_stdin(b"end")
        await output(stream)
    assert b"".join(frame[1:] for frame in heard) == b"\x00\xff" * 40_000 + b"end"
    assert all(frame[0] == Channel.STDIN and len(frame) <= 32 * 1024 + 1 for frame in heard)


async def test_input_is_closed_by_v5() -> None:
    async with hearing() as (stream, heard):
        assert stream.can_close_stdin
        await stream.close_stdin()
        await output(stream)
    assert heard == [b"\xff\x00"]


async def test_v4_serves_but_cannot_close_input() -> None:
    async def session(socket: web.WebSocketResponse) -> None:
        await socket.receive()
        await socket.send_bytes(exit_code("4"))

    async with running(speaks(session, V4)) as stream:
        assert not stream.can_close_stdin
        with pytest.raises(NotKubernetes):
            await stream.close_stdin()
        await stream.send_stdin(b"x")
        await output(stream)
        assert stream.status == 4


async def test_sizes_are_brought_into_1_to_500() -> None:
    async with hearing() as (stream, heard):
        for columns, rows in ((80, 24), (0, -1), (70_000, 501)):
            stream.resize(columns, rows)
        await stream.send_stdin(b"end")
        await output(stream)
    sizes = [json.loads(frame[1:]) for frame in heard if frame[0] == Channel.RESIZE]
    assert [(size["Width"], size["Height"]) for size in sizes] == [(80, 24), (1, 1), (500, 500)]


async def test_input_to_a_command_that_has_ended_is_refused_and_a_size_is_let_go() -> None:
    async with running(sends(ended(SUCCESS))) as stream:
        await output(stream)
        stream.resize(80, 24)
        with pytest.raises(Unreachable):
            await stream.send_stdin(b"x")


@pytest.mark.parametrize(
    ("answer", "kind", "words"),
    [
        (refuses(403, "pods web is forbidden"), Forbidden, "pods web is forbidden"),
        (refuses(404, "pods web not found"), NotFound, "pods web not found"),
        (says_raw(b"<html>", 200, {"Content-Type": "text/html"}), NotKubernetes, "web page"),
        (says_raw(b"{}", 200), NotKubernetes, "not a Kubernetes API server"),
        (speaks(lambda socket: socket.receive(), "other"), NotKubernetes, "speaks none of"),  # type: ignore[arg-type, return-value]
    ],
)
async def test_a_refused_upgrade_says_why(answer: Answer, kind: type[KubeError], words: str) -> None:
    with pytest.raises(kind, match=words):
        async with running(answer):
            pytest.fail("it was upgraded")


async def test_what_the_server_is_asked_for() -> None:
    asked = []

    async def answer(request: web.Request) -> web.StreamResponse:
        asked.append((request.path, request.rel_url.raw_query_string))
        return await sends(ended(SUCCESS))(request)

    for tty in (True, False):
        async with running(answer, tty=tty) as stream:
            await output(stream)
    path = "/api/v1/namespaces/default/pods/web/exec"
    start, command = "container=main&stdout=true&stdin=true", "command=sh&command=-c&command=exit%203"
    assert asked == [(path, f"{start}&tty=true&{command}"), (path, f"{start}&stderr=true&{command}")]


async def test_a_name_that_is_none_is_not_sent() -> None:
    with pytest.raises(BadRequest):
        async with running(refuses(404), pod="../secrets"):
            pytest.fail("it was sent")


async def test_who_is_cancelled_while_he_leaves_is_cancelled() -> None:
    entered, leave = asyncio.Event(), asyncio.Event()

    async def hold() -> None:
        async with running(speaks(lambda socket: socket.receive())):  # type: ignore[arg-type, return-value]
            entered.set()
            await leave.wait()

    holding = asyncio.create_task(hold())
    await entered.wait()
    leave.set()
    await asyncio.sleep(0)
    holding.cancel()
    await asyncio.wait({holding})
    assert holding.cancelled()
