"""R14: the exit code is the program's, or the result is said to be unknown; it is never a false 0."""

from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from clusters.kube import client
from clusters.models import TerminalSession
from clusters.streams import sessions, vitals
from clusters.threads import read
from tests.harness.exec_api import ExecApi, Session, exec_api, exit_code, held

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
async def api(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[ExecApi]:
    monkeypatch.setattr(sessions, "HEARTBEAT_SECONDS", 0.1)
    async with exec_api() as api:
        yield api


def sends(*frames: bytes, cut: bool = False) -> Session:
    async def session(socket: web.WebSocketResponse) -> None:
        for frame in frames:
            await socket.send_bytes(frame)
        if cut and socket._req and socket._req.transport:
            socket._req.transport.abort()

    return session


@pytest.mark.parametrize("code", [0, 1, 137])
async def test_the_program_ended(api: ExecApi, code: int) -> None:
    api.session = sends(b"\x01bye", exit_code(code))
    async with held(api) as shell:
        ending = await shell.ending()
    assert ending.exit_code == code
    assert ending.in_words() == f"The shell ended with exit code {code}."
    assert (await read(TerminalSession.objects.get)).exit_code == code


async def test_the_pod_is_deleted_and_takes_the_program_along(api: ExecApi) -> None:
    api.session, api.is_being_deleted = sends(b"\x01bye", exit_code(137)), True
    async with held(api) as shell:
        ending = await shell.ending()
    assert ending.in_words() == "The shell ended with exit code 137. The pod is being deleted."


@pytest.mark.parametrize("cut", [True, False])
async def test_the_socket_ended_without_a_status(api: ExecApi, cut: bool) -> None:
    api.session = sends(b"\x01half a line", cut=cut)
    async with held(api) as shell:
        ending = await shell.ending()
    assert ending.exit_code is None
    assert "unknown" in ending.reason or "lost" in ending.reason or "cut" in ending.reason


async def test_the_pod_is_deleted_and_the_stream_stays_open(api: ExecApi) -> None:
    async with held(api) as shell:
        await shell.until(lambda terminal: terminal.screen.end)
        api.state = None
        ending = await shell.ending()
    assert (ending.exit_code, ending.reason) == (None, "The pod is gone.")


async def test_the_container_runs_out_of_memory(api: ExecApi) -> None:
    async with held(api) as shell:
        await shell.until(lambda terminal: terminal.screen.end)
        api.state = {"terminated": {"exitCode": 137, "reason": "OOMKilled"}}
        ending = await shell.ending()
    assert (ending.exit_code, ending.reason) == (None, "The container ended. OOMKilled")


async def test_a_network_that_swallows_everything(api: ExecApi, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "SILENCE_LIMIT", 0.2)
    monkeypatch.setattr(vitals, "SILENCE_SECONDS", 0.5)
    async with held(api) as shell:
        await shell.until(lambda terminal: terminal.screen.end)
        api.is_silent = True
        ending = await shell.ending()
    assert ending.exit_code is None
    assert "how the shell ended is unknown" in ending.reason


@pytest.mark.parametrize(
    ("status", "headers"), [(302, {"Location": "http://192.0.2.1/"}), (403, {}), (500, {}), (200, {})]
)
async def test_the_upgrade_is_refused(api: ExecApi, status: int, headers: dict[str, str]) -> None:
    api.refusal = (status, headers)
    async with held(api) as shell:
        ending = await shell.ending()
    assert ending.exit_code is None
    assert ending.reason
    assert not shell.terminal.started
