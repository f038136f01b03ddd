"""A download waits for whoever takes it slowly, and the server keeps none of it."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urlsplit

from aiohttp import web

from tests.harness.flood_api import PATH, ROUTES
from tests.harness.kubeconfigs import unguarded
from tests.harness.servers import Server
from tests.harness.serving import served
from tests.harness.waiting import eventually

SIZE = 200_000_000
MOST_KEPT = 40_000_000
LINE = b"x" * 999 + b"\n"


@asynccontextmanager
async def large_log() -> AsyncIterator[str]:
    """The address of an API server that has nothing but a pod with a log of SIZE bytes."""

    async def log(request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse(headers={"Content-Type": "text/plain"})
        await answer.prepare(request)
        for _ in range(SIZE // len(LINE) // 100):
            await answer.write(LINE * 100)
        return answer

    application = web.Application()
    application.add_routes([*ROUTES, web.get(f"{PATH}/log", log)])
    async with served(application) as address:
        yield address


def memory(server: Server) -> int:
    """Bytes of memory that the serving process has."""
    assert server.web
    status = Path(f"/proc/{server.web.process.pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) * 1024


def settled(measure: Callable[[], int]) -> int:
    """What is measured once three looks in a row say nearly the same."""
    seen: list[int] = []

    def look() -> bool:
        seen.append(measure())
        return len(seen) > 3 and max(seen[-3:]) - min(seen[-3:]) < 300_000

    eventually(look, seconds=60, every=0.5)
    return seen[-1]


def read_slowly(server: Server) -> int:
    """Begin a download, take nothing until the server's memory settles, then all; how many bytes it had."""
    before = settled(lambda: memory(server))
    cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in server.admin.cookies)
    address = urlsplit(server.url)
    with socket.create_connection((address.hostname, address.port), timeout=30) as reader:
        path = "/clusters/test/logs/file/?pod=harbour/web&container=main"
        reader.sendall(f"GET {path} HTTP/1.0\r\nHost: {address.netloc}\r\nCookie: {cookies}\r\n\r\n".encode())
        start = reader.recv(1024)
        assert b" 200 OK" in start
        assert settled(lambda: memory(server)) - before < MOST_KEPT
        taken = len(start)
        while piece := reader.recv(1_000_000):
            taken += len(piece)
    return taken - start.index(b"\r\n\r\n") - 4


async def test_it_costs_no_memory_and_arrives_whole(new_server: Callable[..., Server], tmp_path: Path) -> None:
    async with large_log() as address:
        server = new_server(kubeconfig=unguarded(tmp_path, address))
        await asyncio.to_thread(server.start)
        page = f"{server.url}/clusters/test/pods/harbour/web/"
        await asyncio.to_thread(eventually, lambda: server.admin.get(page).status_code == HTTPStatus.OK)
        assert await asyncio.to_thread(read_slowly, server) == SIZE
