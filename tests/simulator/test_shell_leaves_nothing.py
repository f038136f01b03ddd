"""Pilothouse's own scripts start and end shells in simulated containers as in real ones."""

from uuid import UUID, uuid4

import pytest

from clusters.streams import scripts
from tests.simulator.containers import Bench, Screen
from tests.simulator.test_shell_terminal import READY

ITS_OWN = ["node server.js"]
BUSY = "sleep 86401 & setsid sleep 86402 & env -i sleep 86403 & nohup sleep 86404 & sleep 86400"


@pytest.fixture
async def bench() -> Bench:
    return Bench()


@pytest.fixture
def session() -> UUID:
    return uuid4()


async def busy_shell(bench: Bench, session: UUID, shell: str = "auto") -> Screen:
    screen = Screen(bench.start(scripts.start(session, shell), tty=True))
    await screen.until(READY)
    await screen.type(f"{BUSY}\r")
    await screen.until("[4] ")
    return screen


@pytest.mark.parametrize("shell", ["auto", "bash", "sh"])
async def test_the_leash_ends_all_that_a_shell_started(bench: Bench, session: UUID, shell: str) -> None:
    leash = bench.start(scripts.leash(session))
    await busy_shell(bench, session, shell)
    assert (await bench.result(leash, b"\n")).code == 0
    assert await bench.processes() == ITS_OWN


async def test_the_leash_wakes_when_its_client_dies(bench: Bench, session: UUID) -> None:
    leash = bench.start(scripts.leash(session))
    await busy_shell(bench, session)
    assert (await bench.result(leash)).code == 0
    assert await bench.processes() == ITS_OWN


async def test_a_shell_whose_leash_is_lost_is_ended_from_outside(bench: Bench, session: UUID) -> None:
    lost = bench.start(scripts.leash(session))
    await busy_shell(bench, session)
    assert (await bench.result(bench.start(scripts.end(session), stdin=False))).code == 0
    assert await bench.processes() == ITS_OWN
    assert await lost.wait() == 137


async def test_other_sessions_go_on(bench: Bench, session: UUID) -> None:
    other = await busy_shell(bench, uuid4())
    assert (await bench.result(bench.start(scripts.end(session), stdin=False))).code == 0
    assert "sleep 86400" in await bench.processes()
    assert other.process.process.exit_code is None


async def test_a_container_that_ends_takes_its_processes_along(bench: Bench, session: UUID) -> None:
    screen = await busy_shell(bench, session)
    bench.remove_pod()
    assert await screen.ended() == 137
