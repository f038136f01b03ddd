"""The watchers of this process: takes leases, and starts and stops a watcher for each cluster it holds.

Any number of processes may run this; they share the clusters evenly. One that dies is replaced when its leases end.
"""

import asyncio
import logging
import time
from dataclasses import dataclass
from typing import ClassVar

from django.db import DatabaseError

from clusters import broadcast, leases, tasks, threads, turns
from clusters.clients import connection_mark, drop_client
from clusters.models import Cluster
from clusters.watcher import Watcher

logger = logging.getLogger(__name__)

ROUND_SECONDS = 1.0
RENEW_SECONDS = 4.0
STUCK_SECONDS = 10.0
"""A fleet that has not looked around for so long does not do its work."""


@dataclass
class _Held:
    """A cluster that this process watches."""

    mark: str
    fence: int
    task: asyncio.Task[None]


class Fleet:
    """All watchers of one process."""

    here: ClassVar["Fleet | None"] = None

    def __init__(self) -> None:
        self.owner = leases.new_owner()
        self._held: dict[int, _Held] = {}
        self._renewed: float | None = None
        self._looked = time.monotonic()
        self._ended = False

    async def run(self, stop: asyncio.Event) -> None:
        """Look around every second until `stop` is set; then give all leases back."""
        try:
            while not stop.is_set():
                await self._look_around()
                await tasks.pause(stop, ROUND_SECONDS)
        finally:
            self._ended = True
            await self._give_all_back()

    def problems(self) -> list[str]:
        """What keeps this process from watching, in sentences; empty when all is well."""
        if self._ended:
            return ["The watching of clusters has stopped in this process."]
        silent = time.monotonic() - self._looked
        stuck = [f"The watching of clusters is stuck for {silent:.0f} s."] if silent > STUCK_SECONDS else []
        ended = sum(held.task.done() for held in self._held.values())
        return stuck + ([f"{ended} of {len(self._held)} watchers have stopped."] if ended else [])

    def watching(self) -> int:
        """How many clusters this process watches."""
        return sum(not held.task.done() for held in self._held.values())

    async def _look_around(self) -> None:
        try:
            await self._renew()
            view = await threads.read(leases.look, self.owner)
            await self._drop(view)
            await self._take(view)
            for cluster_id in await threads.write(leases.mark_paused) if _newly_paused(view) else ():
                broadcast.tell(cluster_id, broadcast.HEALTH)
            self._looked = time.monotonic()
        except DatabaseError as error:
            logger.warning("The database cannot be asked which clusters to watch: %s", error)
        # A fault of ours over one cluster must not end the watching of all; readyz tells that it goes on failing.
        except Exception:
            logger.exception("Looking around for clusters to watch failed.")

    async def _renew(self) -> None:
        if self._renewed is None:
            await threads.write(leases.retire_the_dead)
        elif time.monotonic() - self._renewed < RENEW_SECONDS:
            return
        await threads.write(leases.renew, self.owner)
        self._renewed = time.monotonic()

    async def _drop(self, view: leases.View) -> None:
        """Stop watching what is gone, paused, lost to another process, changed, ended, or more than our share."""
        rows = {cluster.pk: cluster for cluster in view.clusters}
        wanted = [pk for pk, held in self._held.items() if self._is_current(held, rows.get(pk))]
        surplus = wanted[view.share :]
        dropped = [pk for pk in self._held if pk not in wanted or pk in surplus]
        await asyncio.gather(*(self._stop(pk) for pk in dropped))
        for pk in dropped:
            row = rows.get(pk)
            if row is None or row.paused:
                await drop_client(pk)
            if row and (row.paused or pk in surplus):
                await threads.write(leases.release, pk, self.owner)

    def _is_current(self, held: _Held, row: Cluster | None) -> bool:
        if row is None or row.paused or held.task.done():
            return False
        return (row.lease_owner, row.fence, connection_mark(row)) == (self.owner, held.fence, held.mark)

    async def _take(self, view: leases.View) -> None:
        for cluster in view.clusters:
            if cluster.paused or cluster.pk in self._held or len(self._held) >= view.share:
                continue
            fence = cluster.fence if cluster.lease_owner == self.owner else await self._lease(cluster, view)
            if fence is not None:
                watcher = Watcher(cluster, fence)
                task = tasks.guarded(f"watcher of {cluster.slug}", watcher.run())
                self._held[cluster.pk] = _Held(connection_mark(cluster), fence, task)

    async def _lease(self, cluster: Cluster, view: leases.View) -> int | None:
        if cluster.lease_until is not None and cluster.lease_until >= view.now:
            return None
        return await threads.write(leases.take, cluster.pk, self.owner)

    async def _stop(self, cluster_id: int) -> None:
        """The client stays: logs and shells of this process may be using it."""
        held = self._held.pop(cluster_id)
        await tasks.stop([held.task])

    async def _give_all_back(self) -> None:
        await asyncio.gather(*(self._stop(pk) for pk in list(self._held)))
        try:
            await threads.write(leases.retire, self.owner)
        except DatabaseError as error:
            logger.warning("The leases end by themselves; the database did not take them back: %s", error)


async def run(stop: asyncio.Event) -> None:
    """Watch this process's share of the clusters until `stop` is set. Clients are left open (`close_clients`)."""
    turns.settle()
    Fleet.here = Fleet()
    await Fleet.here.run(stop)


def current() -> Fleet | None:
    """The fleet of this process; None in a process that does not watch."""
    return Fleet.here


def _newly_paused(view: leases.View) -> bool:
    return any(cluster.paused and cluster.health != "paused" for cluster in view.clusters)
