"""An API server in a process of its own, with one pod whose log is a flood.

`python -m tests.harness.flood_api SECONDS` prints its address. The pod is harbour/web, its container main. As soon as
somebody follows the log, it writes a million lines a second, or as many as are taken, for so many seconds, then one
line without an end that counts them all.
"""

import asyncio
import sys
import time
from datetime import UTC, datetime

from aiohttp import web

POD = {
    "metadata": {
        "namespace": "harbour",
        "name": "web",
        "uid": "uid-web",
        "resourceVersion": "1",
        "creationTimestamp": "2026-11-24T10:00:00Z",
    },
    "spec": {"containers": [{"name": "main"}], "restartPolicy": "Always"},
    "status": {"phase": "Running", "containerStatuses": [{"name": "main", "state": {"running": {}}}]},
}
BURST = 20_000
A_SECOND = 1_000_000
STAMP = b"2026-11-24T10:00:00.000000000Z"
LINES = b"".join(b"%s GET /status/%d 200\n" % (STAMP, number) for number in range(BURST))


async def pods(request: web.Request) -> web.Response:
    """The only pod, which never changes; lists are not streamed."""
    if "sendInitialEvents" in request.query:
        return web.json_response({"kind": "Status", "reason": "BadRequest", "code": 400}, status=400)
    if "watch" in request.query:
        await asyncio.Event().wait()
    return web.json_response({"kind": "PodList", "metadata": {"resourceVersion": "1"}, "items": [POD]})


async def version(request: web.Request) -> web.Response:
    return web.json_response({"major": "1", "minor": "35", "gitVersion": "v1.35.4"})


async def pod(request: web.Request) -> web.Response:
    return web.json_response(POD)


PATH = "/api/v1/namespaces/harbour/pods/web"
ROUTES = (web.get("/version", version), web.get("/api/v1/pods", pods), web.get(PATH, pod))
"""All that is asked of a cluster with one pod but its log."""


async def log(request: web.Request) -> web.StreamResponse:
    answer = web.StreamResponse(headers={"Content-Type": "text/plain"})
    await answer.prepare(request)
    began, written = time.monotonic(), 0
    while (passed := time.monotonic() - began) < float(sys.argv[1]):
        await asyncio.sleep(max(0.0, written / A_SECOND - passed))
        await answer.write(LINES.replace(STAMP, stamp()))
        written += BURST
    await answer.write(b"%s written: %d" % (stamp(), written))
    await asyncio.Event().wait()
    return answer


def stamp() -> bytes:
    return f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%f}000Z".encode()


async def serve() -> None:
    application = web.Application()
    application.add_routes([*ROUTES, web.get(f"{PATH}/log", log)])
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    sys.stdout.write(f"http://{host}:{port}\n")
    sys.stdout.flush()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve())
