"""Adds the clusters of a kubeconfig. Certificate files that it names are read in and kept, encrypted."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from clusters.importing import import_file
from clusters.kube.kubeconfig import BadKubeconfig


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--context", default="", help="Only this context; otherwise all of them.")

    def handle(self, *args: Any, file: Path, context: str, **options: Any) -> None:
        try:
            taken = import_file(file.absolute(), self.stdout.write, context=context)
        except BadKubeconfig as error:
            raise CommandError(str(error)) from None
        if not taken:
            raise CommandError(f"{file} has no context that can be used.")
