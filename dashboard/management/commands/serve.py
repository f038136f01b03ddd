"""Serves pages and sockets on one address; without REDIS_URL it watches the clusters too."""

# First, since it installs the reactor that Twisted runs on.
from dashboard.server import CannotListen, Companion, Server  # isort: skip

import re
from argparse import ArgumentParser
from functools import partial
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.utils.module_loading import import_string

from clusters import checkpoints, demo, fleet, tasks
from clusters.recordings import retention
from clusters.streams import holding, neighbours, open_logs, sweep
from dashboard import demo as simulation


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--address", default="127.0.0.1:8000", help="host:port; port 0 takes a free one.")
        parser.add_argument("--no-watch", action="store_true", help="Serve only; another process watches.")
        parser.add_argument("--prepare", action="store_true", help="Run `manage.py prepare` first.")
        parser.add_argument(
            "--demo",
            nargs="?",
            const="always",
            choices=("always", "without-cluster"),
            help="Run a simulated cluster beside the server; without-cluster: only while no other has been added.",
        )

    def handle(self, *args: Any, address: str, no_watch: bool, prepare: bool, **options: Any) -> None:
        host, port = host_and_port(address)
        if prepare:
            call_command("prepare", demo=bool(options["demo"]))
        work: dict[str, Companion] = {
            "sweep": partial(sweep.run, held=holding.ids),
            "shells": holding.run,
            "open logs": open_logs.run,
            "recordings": retention.run,
        }
        if settings.EMBEDDED and not no_watch:
            work["watching"] = fleet.run
        if connection.vendor == "sqlite":
            work["checkpoints"] = checkpoints.run
        if self.with_demo(options["demo"]):
            work["demo"] = simulation.run
        server = Server(
            import_string(settings.ASGI_APPLICATION),
            host=host,
            port=port,
            listening=self.say_where,
            beside=lambda stop: tasks.together(**{name: part(stop) for name, part in work.items()}),
        )
        try:
            server.run()
        except CannotListen as error:
            raise CommandError(f"Cannot serve on {address}: {error}") from None

    def with_demo(self, asked: str | None) -> bool:
        """Whether to run the demo cluster; one of an earlier start that is not to run is taken away."""
        if not settings.EMBEDDED:
            if asked == "always":
                raise CommandError("--demo goes with the embedded mode; unset REDIS_URL for it.")
            return False
        if asked == "always" or (asked and demo.is_wanted()):
            return True
        if demo.forget():
            self.stdout.write("Took the demo cluster away. `manage.py serve --demo` brings it back.")
        return False

    def say_where(self, host: str, port: int) -> None:
        neighbours.listens_at(host, port)
        shown = f"[{host}]" if ":" in host else host
        self.stdout.write(f"Pilothouse is at http://{shown}:{port}/ (Ctrl-C ends it)")
        self.stdout.flush()


def host_and_port(address: str, *, option: str = "--address") -> tuple[str, int]:
    """`127.0.0.1:8000`, `[::1]:8000` or `example.com:80` in two. Raises CommandError."""
    match = re.fullmatch(r"(\[[0-9a-f:.]+\]|[a-zA-Z0-9.-]+):(\d{1,5})", address)
    if not match or int(match[2]) > 65535:
        raise CommandError(f"{option} is {address!r}; allowed: host:port, as in 127.0.0.1:8000.")
    return match[1].strip("[]"), int(match[2])
