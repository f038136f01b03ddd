"""Watches the clusters and keeps their rows, until it is told to stop; serves nothing."""

import asyncio
import signal
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from clusters import fleet, threads
from clusters.clients import close_clients
from clusters.streams import sweep


class Command(BaseCommand):
    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.EMBEDDED:
            raise CommandError(
                "Watching apart from serving needs REDIS_URL and DATABASE_URL; without them manage.py serve does both."
            )
        try:
            asyncio.run(watch_until_told())
        finally:
            threads.close()


async def watch_until_told() -> None:
    """Run the fleet, and end shells whose server died, until SIGTERM or SIGINT."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    try:
        await asyncio.gather(fleet.run(stop), sweep.run(stop))
    finally:
        await close_clients()
