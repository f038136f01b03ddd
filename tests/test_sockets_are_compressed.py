"""A table's socket is compressed where the browser can; a stream's is not, and browsers that cannot are served too."""

import aiohttp
import pytest

from tests.harness.containers import start_pod
from tests.harness.kubectl import Kubectl
from tests.harness.servers import Server

TABLE = "/ws/clusters/test/tables/nodes/"


async def compression(server: Server, path: str, *, offered: int) -> int:
    """The window in bits that the server agreed to; 0 for no compression."""
    cookie = "; ".join(f"{name}={value}" for name, value in server.admin.cookies.items())
    headers = {"Cookie": cookie, "Origin": server.url}
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(f"{server.url}{path}", headers=headers, compress=offered) as socket,
    ):
        if path == TABLE:
            await socket.send_json({"have": {}})
            assert "rows" in await socket.receive_json(timeout=20)
        return socket.compress


@pytest.mark.parametrize(("offered", "agreed"), [(15, True), (0, False)])
async def test_a_table(server: Server, offered: int, agreed: bool) -> None:
    assert bool(await compression(server, TABLE, offered=offered)) is agreed


async def test_a_log(server: Server, kubectl: Kubectl, namespace: str) -> None:
    pod = start_pod(kubectl.within(namespace), "talker")
    assert not await compression(server, f"/ws/clusters/test/pods/{namespace}/{pod}/logs/?container=main", offered=15)
