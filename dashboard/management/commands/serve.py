"""Serves pages and sockets on one address; without REDIS_URL it watches the clusters too."""

# First, since it installs the reactor that Twisted runs on.
from dashboard.server import CannotListen, Server  # isort: skip

import re
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.utils.module_loading import import_string

from clusters.streams import sweep
from dashboard.management.commands.watch import watch_and_sweep


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--address", default="127.0.0.1:8000", help="host:port; port 0 takes a free one.")
        parser.add_argument("--no-watch", action="store_true", help="Serve only; another process watches.")
        parser.add_argument("--prepare", action="store_true", help="Run `manage.py prepare` first.")

    def handle(self, *args: Any, address: str, no_watch: bool, prepare: bool, **options: Any) -> None:
        host, port = host_and_port(address)
        if prepare:
            call_command("prepare")
        server = Server(
            import_string(settings.ASGI_APPLICATION),
            host=host,
            port=port,
            listening=self.say_where,
            beside=watch_and_sweep if settings.EMBEDDED and not no_watch else sweep.run,
        )
        try:
            server.run()
        except CannotListen as error:
            raise CommandError(f"Cannot serve on {address}: {error}") from None

    def say_where(self, host: str, port: int) -> None:
        shown = f"[{host}]" if ":" in host else host
        self.stdout.write(f"Pilothouse is at http://{shown}:{port}/ (Ctrl-C ends it)")
        self.stdout.flush()


def host_and_port(address: str, *, option: str = "--address") -> tuple[str, int]:
    """`127.0.0.1:8000`, `[::1]:8000` or `example.com:80` in two. Raises CommandError."""
    match = re.fullmatch(r"(\[[0-9a-f:.]+\]|[a-zA-Z0-9.-]+):(\d{1,5})", address)
    if not match or int(match[2]) > 65535:
        raise CommandError(f"{option} is {address!r}; allowed: host:port, as in 127.0.0.1:8000.")
    return match[1].strip("[]"), int(match[2])
