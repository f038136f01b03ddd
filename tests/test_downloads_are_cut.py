"""A log that is being downloaded is broken off with the right to it, and never looks whole when half of it is there."""

import asyncio
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from http import HTTPStatus
from pathlib import Path

import pytest
import requests
from aiohttp import web

from tests.harness.flood_api import PATH, ROUTES
from tests.harness.kubeconfigs import unguarded
from tests.harness.servers import Server
from tests.harness.serving import served
from tests.harness.waiting import eventually

REVIEWS = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
FILE = "/clusters/test/logs/file/?pod=harbour/web&container=main"
LINE = b"x" * 999 + b"\n"
NAME = "maria"
USER = f"from django.contrib.auth.models import User; user = User.objects.get(username={NAME!r}); "
GRANT = (
    f"{USER}from clusters.models import Cluster, Grant, Role; "
    "Grant.objects.create(user=user, cluster=Cluster.objects.get(slug='test'), role=Role.LOGS)"
)
ENDS = (
    "from clusters.models import Activity; "
    "print(*Activity.objects.filter(act='log closed').order_by('pk').values_list('detail', flat=True), sep='|')"
)


class EndlessLog:
    """An API server whose pod's log has no end, until it `breaks`; it `allows` us to read it, or no longer."""

    def __init__(self) -> None:
        self.allows = True
        self.breaks = asyncio.Event()

    async def log(self, request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse(headers={"Content-Type": "text/plain"})
        await answer.prepare(request)
        with suppress(ConnectionResetError):  # whoever reads it has left
            while not self.breaks.is_set():
                await answer.write(LINE)
                await asyncio.sleep(0.01)
        assert request.transport
        request.transport.close()
        return answer

    def application(self) -> web.Application:
        application = web.Application()
        application.add_routes([*ROUTES, web.get(f"{PATH}/log", self.log), web.post(REVIEWS, self.review)])
        return application

    async def review(self, request: web.Request) -> web.Response:
        return web.json_response({"status": {"allowed": self.allows}})


def is_broken_off(server: Server, session: requests.Session, take_away: Callable[[], object]) -> None:
    with session.get(f"{server.url}{FILE}", stream=True, timeout=30) as answer:
        assert answer.status_code == HTTPStatus.OK, answer.text
        pieces = answer.iter_content(len(LINE))
        assert next(pieces) == LINE
        take_away()
        with pytest.raises(requests.exceptions.ChunkedEncodingError):
            deque(pieces, maxlen=0)


def maria(server: Server) -> requests.Session:
    server.add_user(NAME)
    server.manage("shell", "-c", GRANT)
    page = f"{server.url}/clusters/test/pods/harbour/web/"
    session = server.sign_in(NAME)
    eventually(lambda: session.get(page, timeout=30).status_code == HTTPStatus.OK)
    return session


async def test_it_ends_with_the_right_and_says_why_in_the_activity(
    new_server: Callable[..., Server], tmp_path: Path
) -> None:
    log = EndlessLog()
    async with served(log.application()) as address:
        server = new_server(kubeconfig=unguarded(tmp_path, address))
        await asyncio.to_thread(server.start)
        session = await asyncio.to_thread(maria, server)

        async def broken_off(take_away: Callable[[], object]) -> None:
            await asyncio.to_thread(is_broken_off, server, session, take_away)

        def in_the_cluster() -> None:
            log.allows = False

        # An answer that says yes comes first: who never said it is not believed when he says no.
        await broken_off(in_the_cluster)
        log.allows = True
        await broken_off(lambda: server.manage("shell", "-c", f"{USER}user.grants.all().delete()"))
        await asyncio.to_thread(server.manage, "shell", "-c", GRANT)
        await broken_off(lambda: server.manage("shell", "-c", f"{USER}user.set_password('another'); user.save()"))
        session = await asyncio.to_thread(server.sign_in, NAME, "another")
        await broken_off(log.breaks.set)
        ends = await asyncio.to_thread(server.manage, "shell", "-v", "0", "-c", ENDS)
    assert [end[:36] for end in ends.strip().split("|")] == [
        "Broken off: The cluster no longer al",
        "Broken off: Your right to this was t",
        "Broken off: You were signed out, and",
        "Broken off: The connection to 127.0.",
    ]
