"""`manage.py verify_recordings`: are the recordings what was written?"""

from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from clusters.models import Recording
from clusters.recordings.verifying import verify


class Command(BaseCommand):
    help = "Reads every file of the recordings and follows their links; exits with 1 where anything was changed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("recording", nargs="*", type=UUID, help="Ids of recordings; without any, all.")

    def handle(self, *args: Any, **options: Any) -> None:
        asked = options["recording"]
        recordings = Recording.objects.filter(pk__in=asked) if asked else Recording.objects.all()
        if len(asked) > recordings.count():
            raise CommandError("There is no such recording.")
        checked = faulty = 0
        for recording in recordings.order_by("started", "id").iterator(chunk_size=100):
            verdict = verify(recording)
            checked += 1
            if verdict.faults:
                faulty += 1
                self.stdout.write(f"{recording.pk}  {recording.started:%Y-%m-%d %H:%M:%S} UTC  {recording}")
                for fault in verdict.faults:
                    self.stdout.write(f"  {fault}")
        self.stdout.write(f"{checked} checked, {faulty} not as they were written.")
        if faulty:
            raise CommandError("Recordings were changed, or the encryption key is another one.")
