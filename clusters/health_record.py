"""Writes a cluster's health and its watches' states where they changed, and tells consumers."""

import asyncio
import logging
import time
from datetime import datetime, timedelta
from typing import Any

from django.db import DatabaseError
from django.utils import timezone

from clusters import broadcast, threads
from clusters.health import ClusterHealth, Verdict
from clusters.models import Cluster, Watch
from clusters.store import owned

logger = logging.getLogger(__name__)

TICK_SECONDS = 1.0
CONTACT_SECONDS = 5.0
"""Every contact moves the time; it is written no more often than this."""


class HealthRecord:
    """Keeps the rows of one cluster's health as its `ClusterHealth` says, under a fencing number."""

    def __init__(self, cluster_id: int, fence: int, health: ClusterHealth) -> None:
        self._cluster_id = cluster_id
        self._fence = fence
        self._health = health
        self._told: Verdict | None = None
        self._marked: dict[str, tuple[Watch.State, str]] = {}
        self._contact_written = float("-inf")
        self._one_at_a_time = asyncio.Lock()

    async def tell_for_ever(self) -> None:
        """Look once a second: silence and failing watches become health by the passing of time. Raises Fenced."""
        while True:
            try:
                await self.tell()
            except DatabaseError as error:
                logger.warning("The health of cluster %d could not be written: %s", self._cluster_id, error)
            await asyncio.sleep(TICK_SECONDS)

    async def tell(self) -> None:
        """Write what has changed since the last call. Raises Fenced and DatabaseError."""
        async with self._one_at_a_time:
            now = time.monotonic()
            verdict = self._health.verdict(now)
            marks = {name: kind.state(now) for name, kind in self._health.kinds.items()}
            changed = {name: mark for name, mark in marks.items() if self._marked.get(name) != mark}
            values = self._values(verdict, now)
            if not values and not changed:
                return
            await threads.write(self._write, values, changed)
            if verdict != self._told or changed:
                broadcast.tell(self._cluster_id, broadcast.HEALTH)
            self._told, self._marked = verdict, marks

    def _values(self, verdict: Verdict, now: float) -> dict[str, Any]:
        values: dict[str, Any] = {}
        if verdict != self._told:
            values = {"health": verdict.state, "health_reason": verdict.reason[:500]}
            if not self._told or verdict.state != self._told.state:
                values["health_since"] = wall_time(verdict.since if verdict.since is not None else now, now)
        heard = max((kind.heard for kind in self._health.kinds.values()), default=None)
        if heard is not None and heard - self._contact_written >= CONTACT_SECONDS:
            values["last_contact"] = wall_time(heard, now)
            self._contact_written = heard
        return values

    def _write(self, values: dict[str, Any], marks: dict[str, tuple[Watch.State, str]]) -> None:
        with owned(self._cluster_id, self._fence):
            if values:
                Cluster.objects.filter(pk=self._cluster_id).update(**values)
            for kind, (state, reason) in marks.items():
                Watch.objects.filter(cluster=self._cluster_id, kind=kind).update(
                    state=state, reason=reason, since=timezone.now()
                )


def wall_time(moment: float, now: float) -> datetime:
    """The time of day of a moment of the monotonic clock, which reads `now` now."""
    return timezone.now() - timedelta(seconds=now - moment)
