"""Faults in logs and in the websockets of commands, as a client gets them."""

import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from simulator.faults.bench import Bench
from simulator.faults.faults import Cause
from simulator.faults.table import FAULTS

POD = "/api/v1/namespaces/default/pods/web"
LINES = [b"2026-01-01T00:00:0%d.5Z line %d\n" % (number, number) for number in range(5)]


async def log(request: web.Request) -> web.StreamResponse:
    """Five lines, in pieces that do not end where lines do."""
    response = web.StreamResponse()
    await response.prepare(request)
    whole = b"".join(LINES)
    for start in range(0, len(whole), 7):
        await response.write(whole[start : start + 7])
    return response


async def command(request: web.Request) -> web.StreamResponse:
    """A command that prints a word and ends well."""
    socket = web.WebSocketResponse(protocols=["v5.channel.k8s.io"])
    await socket.prepare(request)
    await socket.send_bytes(b"\x01hello")
    await socket.send_bytes(b'\x03{"status":"Success"}')
    await socket.close()
    return socket


@asynccontextmanager
async def serving(fault: str, **parameters: Any) -> AsyncIterator[tuple[aiohttp.ClientSession, str]]:
    """A server with one fault."""
    bench, app = Bench(), web.Application()
    bench.fit(app)
    app.router.add_get(f"{POD}/log", log)
    app.router.add_get(f"{POD}/exec", command)
    await bench.cause(Cause(FAULTS[fault], FAULTS[fault].filled(parameters)))
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    async with aiohttp.ClientSession() as session:
        yield session, f"http://{host}:{port}{POD}"
    await runner.cleanup()


async def body(fault: str, query: str = "", **parameters: Any) -> bytes:
    async with serving(fault, **parameters) as (session, url), session.get(f"{url}/log{query}") as answer:
        return await answer.read()


async def test_lines_share_a_timestamp() -> None:
    stamps = {line.split(b" ")[0] for line in (await body("same-timestamps")).splitlines()}
    assert stamps == {b"2026-01-01T00:00:00.5Z"}


async def test_the_first_lines_are_rotated_away() -> None:
    assert (await body("rotated-log", lines=2)).splitlines(keepends=True) == LINES[2:]


async def test_the_last_newline_is_missing() -> None:
    assert await body("no-final-newline") == b"".join(LINES)[:-1]


async def test_lines_are_no_utf8() -> None:
    lines = (await body("no-utf8")).splitlines()
    assert len(lines) == len(LINES)
    for line in lines:
        with pytest.raises(UnicodeDecodeError):
            line.decode()


async def test_a_line_is_very_long() -> None:
    first, rest = (await body("long-line", "?timestamps=true", bytes=3_000_000)).split(b"\n", 1)
    assert first.startswith(b"2026-01-01T00:00:00.000000000Z xxx")
    assert len(first) == 3_000_000 + len(b"2026-01-01T00:00:00.000000000Z ")
    assert rest == b"".join(LINES)


@pytest.mark.parametrize("after", [0, 1, 40])
async def test_a_body_is_cut_after_so_many_bytes(after: int) -> None:
    seen = b""
    async with serving("cut", after=after) as (session, url), session.get(f"{url}/log") as answer:
        with contextlib.suppress(aiohttp.ClientPayloadError):
            while piece := await answer.content.readany():
                seen += piece
            pytest.fail("the body ended in good order")
    assert seen == b"".join(LINES)[:after]


async def test_a_body_ends_in_good_order_after_so_many_bytes() -> None:
    assert await body("end", after=40) == b"".join(LINES)[:40]


async def test_a_command_ends_without_a_status() -> None:
    async with serving("no-status") as (session, url), session.ws_connect(f"{url}/exec") as socket:
        assert [message.data async for message in socket] == [b"\x01hello"]


@pytest.mark.parametrize("code", [302, 403, 500])
async def test_an_upgrade_is_refused(code: int) -> None:
    async with serving("refuse-upgrade", code=code) as (session, url):
        answer = await session.get(f"{url}/exec", allow_redirects=False)
    assert answer.status == code
