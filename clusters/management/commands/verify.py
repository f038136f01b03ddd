"""`manage.py verify CLUSTER`: are the rows what the API server has?"""

import asyncio
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from clusters.clients import close_clients
from clusters.kube.errors import KubeError
from clusters.models import Cluster
from clusters.sealing import SealBroken
from clusters.verifying import Comparison, verify

SHOWN = 10


class Command(BaseCommand):
    help = "Lists every kind of a cluster anew and compares it with the rows; exits with 1 where they differ."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("cluster", help="The cluster's name or slug.")
        parser.add_argument(
            "--patience", type=float, default=10.0, metavar="SECONDS", help="How long the rows may take to be equal."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        cluster = _named(options["cluster"])
        try:
            comparisons = asyncio.run(_verify(cluster, options["patience"]))
        except (KubeError, SealBroken) as error:
            raise CommandError(f"{cluster.name}: {error}") from error
        self.stdout.write(f"{'KIND':<14}{'SERVER':>8}{'ROWS':>8}{'SET ASIDE':>11}  RESULT")
        for comparison in comparisons:
            self.stdout.write(_line(comparison))
            for line in _differences(comparison):
                self.stdout.write(f"  {line}")
        if not all(comparison.equal for comparison in comparisons):
            raise CommandError(f"The rows of {cluster.name} differ from its API server.")


async def _verify(cluster: Cluster, patience: float) -> list[Comparison]:
    try:
        return await verify(cluster, patience=patience)
    finally:
        await close_clients()


def _named(text: str) -> Cluster:
    for field in ("slug", "name"):
        if cluster := Cluster.objects.filter(**{field: text}).first():
            return cluster
    known = ", ".join(Cluster.objects.values_list("slug", flat=True)) or "none"
    raise CommandError(f"There is no cluster {text}. Known: {known}.")


def _line(comparison: Comparison) -> str:
    result = "equal" if comparison.equal else "different"
    if comparison.forbidden:
        result = f"not compared: {comparison.forbidden}"
    counts = f"{comparison.on_server:>8}{comparison.rows:>8}{comparison.set_aside:>11}"
    return f"{comparison.kind:<14}{counts}  {result}"


def _differences(comparison: Comparison) -> list[str]:
    lines = []
    for word in ("missing", "outdated", "left_over"):
        names = sorted(getattr(comparison, word))
        lines += [f"{word.replace('_', ' ')}: {name}" for name in names[:SHOWN]]
        if len(names) > SHOWN:
            lines.append(f"{word.replace('_', ' ')}: {len(names) - SHOWN} more")
    return lines
