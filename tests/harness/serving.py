"""An application of the test's own, served."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web


@asynccontextmanager
async def served(application: web.Application, *, handler_cancellation: bool = False) -> AsyncIterator[str]:
    """Its address, on a free port of 127.0.0.1; answers that are under way at the end are cut."""
    runner = web.AppRunner(application, handler_cancellation=handler_cancellation, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        host, port = runner.addresses[0][:2]
        yield f"http://{host}:{port}"
    finally:
        await runner.cleanup()
