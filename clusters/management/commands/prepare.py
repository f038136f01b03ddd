"""Makes Pilothouse ready to serve: database, first admin, first clusters. Doing it again changes nothing."""

import secrets
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core.management import call_command
from django.core.management.base import BaseCommand

from clusters.demo import is_wanted as no_cluster_but_the_demo
from clusters.importing import import_on_first_start, tell_unreadable

ADMIN = "admin"


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--demo", action="store_true", help="Without a cluster the demo will be shown.")

    def handle(self, *args: Any, demo: bool = False, **options: Any) -> None:
        settings.DATA_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
        call_command("migrate", verbosity=0, interactive=False)
        # Django deletes what has expired only when told to.
        call_command("clearsessions")
        self.make_first_admin()
        import_on_first_start(settings.KUBECONFIG, self.stdout.write)
        tell_unreadable(self.stdout.write)
        if no_cluster_but_the_demo():
            shown = "It shows a simulated one, demo, until you add" if demo else "Add"
            self.stdout.write(
                f"No cluster yet. {shown} one with: manage.py import_kubeconfig FILE, or as a file in the admin."
            )

    def make_first_admin(self) -> None:
        """Only where there is no user at all, so that nobody's password is ever changed by a restart."""
        if User.objects.exists():
            return
        password = settings.PILOTHOUSE_ADMIN_PASSWORD or secrets.token_urlsafe(15)
        User.objects.create_superuser(ADMIN, password=password)
        if settings.PILOTHOUSE_ADMIN_PASSWORD:
            self.stdout.write(f"First user: {ADMIN}, with the password from PILOTHOUSE_ADMIN_PASSWORD")
        else:
            self.stdout.write(f"First user: {ADMIN}, password: {password} (shown only now)")
