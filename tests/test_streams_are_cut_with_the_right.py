"""Logs and shells end within seconds when the right to them does, and nothing typed after that arrives (S4, S5)."""

import asyncio
import time
from collections.abc import AsyncIterator

import pytest
import requests

from tests.harness.containers import processes, start_pod
from tests.harness.kubectl import Kubectl
from tests.harness.servers import Server
from tests.harness.sockets import LogSocket, Socket, log_socket, socket
from tests.harness.waiting import eventually

SECONDS = 10
"""Rights are looked at every two or three seconds, and this machine is slow."""


@pytest.fixture
def pod(near: Kubectl) -> str:
    return start_pod(near, "ticker", "sh", "-c", "while :; do echo tick; sleep 1; done")


@pytest.fixture
def maria(server: Server, near: Kubectl) -> str:
    """A user who may open shells in the namespace."""
    name = f"maria-{near.namespace}"
    server.add_user(name)
    run(
        server,
        "from clusters.models import Cluster, Grant, Role; from django.contrib.auth.models import User; "
        f"Grant.objects.create(user=User.objects.get(username={name!r}), cluster=Cluster.objects.get(slug='test'), "
        f"role=Role.SHELL, namespaces=[{near.namespace!r}])",
    )
    return name


@pytest.fixture
def session(server: Server, maria: str) -> requests.Session:
    return server.sign_in(maria)


@pytest.fixture
async def shell(server: Server, near: Kubectl, pod: str, session: requests.Session) -> AsyncIterator[Socket]:
    path = f"/ws/clusters/test/pods/{near.namespace}/{pod}/shell/?container=main"
    async with socket(server, path, session) as opened:
        await opened.until("#")
        yield opened


@pytest.fixture
async def log(server: Server, near: Kubectl, pod: str, session: requests.Session) -> AsyncIterator[LogSocket]:
    path = f"/ws/clusters/test/pods/{near.namespace}/{pod}/logs/?container=main"
    async with log_socket(server, path, session) as opened:
        await opened.start()
        await opened.until("tick")
        yield opened


def run(server: Server, code: str) -> None:
    server.manage("shell", "-v", "0", "-c", code)


def take_the_grant(server: Server, user: str) -> None:
    run(server, f"from clusters.models import Grant; Grant.objects.filter(user__username={user!r}).delete()")


def deactivate(server: Server, user: str) -> None:
    run(
        server,
        f"from django.contrib.auth.models import User; User.objects.filter(username={user!r}).update(is_active=False)",
    )


def change_the_password(server: Server, user: str) -> None:
    run(
        server,
        f"from django.contrib.auth.models import User; u = User.objects.get(username={user!r}); "
        "u.set_password('another battery staple'); u.save()",
    )


def sign_out(server: Server, user: str) -> None:
    """Everywhere: no session of anybody is left, which others do not notice but by signing in again."""
    run(
        server,
        "from django.contrib.sessions.models import Session; from django.contrib.auth.models import User; "
        f"pk = str(User.objects.get(username={user!r}).pk); "
        "[s.delete() for s in Session.objects.all() if s.get_decoded().get('_auth_user_id') == pk]",
    )


def why(take_away: object) -> str:
    """What the page says then."""
    return "Your right to this was taken away" if take_away is take_the_grant else "You were signed out"


each_way = pytest.mark.parametrize("take_away", [take_the_grant, deactivate, change_the_password, sign_out])


@each_way
async def test_a_shell_in_which_somebody_goes_on_typing(
    shell: Socket, server: Server, maria: str, near: Kubectl, pod: str, take_away: object
) -> None:
    typing = asyncio.create_task(shell.type_for_ever("echo x >> /tmp/typed\n"))
    await shell.until("/tmp/typed")
    await asyncio.to_thread(take_away, server, maria)  # type: ignore[arg-type]
    began = time.monotonic()
    assert why(take_away) in await shell.until_closed()
    assert time.monotonic() - began < SECONDS
    written = near("exec", pod, "--", "wc", "-l", "/tmp/typed")
    await asyncio.wait([typing], timeout=2)
    typing.cancel()
    assert near("exec", pod, "--", "wc", "-l", "/tmp/typed") == written


@pytest.mark.long
async def test_a_shell_that_no_page_shows(
    shell: Socket, server: Server, session: requests.Session, maria: str, near: Kubectl, pod: str
) -> None:
    await shell.type("sleep 86401\n")
    await asyncio.to_thread(eventually, lambda: "sleep 86401" in processes(near, pod))
    await shell.leave()
    await asyncio.to_thread(take_the_grant, server, maria)
    await asyncio.to_thread(eventually, lambda: "sleep 86401" not in processes(near, pod), seconds=SECONDS)


async def test_a_shell_that_an_admin_ends(shell: Socket, server: Server, maria: str, near: Kubectl, pod: str) -> None:
    session = (await shell.until_message("session"))["id"]
    code = f"from clusters.streams import sessions; sessions.ask_end({session!r}, 'An admin ended it.')"
    await asyncio.to_thread(run, server, code)
    began = time.monotonic()
    assert await shell.until_closed() == "An admin ended it."
    assert time.monotonic() - began < SECONDS


@each_way
async def test_a_log(log: LogSocket, server: Server, maria: str, take_away: object) -> None:
    await asyncio.to_thread(take_away, server, maria)  # type: ignore[arg-type]
    began = time.monotonic()
    assert why(take_away) in await log.until_closed()
    assert time.monotonic() - began < SECONDS
