"""Watches the clusters and keeps their rows, until it is told to stop; serves nothing, or its status alone."""

import asyncio
import signal
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from clusters import fleet, tasks, threads
from clusters.clients import close_clients
from clusters.streams import sweep


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--status", default="", metavar="HOST:PORT", help="Serve /healthz, /readyz and /metrics.")

    def handle(self, *args: Any, status: str, **options: Any) -> None:
        if settings.EMBEDDED:
            raise CommandError(
                "Watching apart from serving needs REDIS_URL and DATABASE_URL; without them manage.py serve does both."
            )
        if status:
            self.watch_and_tell(status)
            return
        try:
            asyncio.run(watch_until_told())
        finally:
            threads.close()

    def watch_and_tell(self, address: str) -> None:
        """Run the fleet in the event loop of a server that answers the status pages only."""
        # Here, since it installs a reactor, which nobody else needs.
        from dashboard.server import CannotListen, Server  # isort: skip
        from dashboard.asgi import application
        from dashboard.management.commands.serve import host_and_port
        from dashboard.status_only import StatusOnly

        host, port = host_and_port(address, option="--status")
        server = Server(StatusOnly(application), host=host, port=port, listening=self.say_where, beside=watch_and_sweep)
        try:
            server.run()
        except CannotListen as error:
            raise CommandError(f"Cannot serve on {address}: {error}") from None

    def say_where(self, host: str, port: int) -> None:
        shown = f"[{host}]" if ":" in host else host
        self.stdout.write(f"Status is at http://{shown}:{port}/readyz")
        self.stdout.flush()


async def watch_and_sweep(stop: asyncio.Event) -> None:
    """Watch the clusters, and end the shells of servers that died, until `stop` is set."""
    await tasks.together(watching=fleet.run(stop), sweep=sweep.run(stop))


async def watch_until_told() -> None:
    """Run the fleet until SIGTERM or SIGINT."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    try:
        await watch_and_sweep(stop)
    finally:
        await close_clients()
