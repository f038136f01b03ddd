"""One cluster: its watches feed the store, and what they meet becomes the cluster's health."""

import asyncio
import logging
import time
from collections.abc import Callable, Coroutine
from contextlib import aclosing
from typing import Any, ParamSpec, TypeVar

from django.db import OperationalError
from django.utils import timezone

from clusters import broadcast, memory, metrics, tasks, threads
from clusters.clients import client_for
from clusters.health import ClusterHealth, KindHealth
from clusters.health_record import HealthRecord
from clusters.kinds import KINDS, Kind
from clusters.kube.backoff import Backoff, Pace
from clusters.kube.client import Client
from clusters.kube.errors import Forbidden, KubeError, Unreachable
from clusters.kube.watching import Changes, Listed, ListStarted, Page, Step, Trouble, watch
from clusters.models import Cluster, Watch
from clusters.sealing import SealBroken
from clusters.store import Applied, Fenced, KindStore, owned

logger = logging.getLogger(__name__)

P = ParamSpec("P")
R = TypeVar("R")

VERSION_SECONDS = 600.0
FIRST_WAIT, LONGEST_WAIT = 1.0, 30.0
GATHER_SECONDS = 0.005
"""From one commit of a kind's changes to the next, at least: what comes meanwhile is one batch. A transaction costs as
much as a handful of changes, whatever is in it; a change that comes alone does not wait."""

COMMIT_WAITS = (0.1, 0.5, 2.0)
"""Seconds between attempts to commit a batch while the database is locked or away."""


class Watcher:
    """Follows every kind of one cluster until it is stopped or another process has taken over."""

    def __init__(self, cluster: Cluster, fence: int, *, pace: Pace | None = None) -> None:
        self._pace = pace or Pace()
        self._cluster = cluster
        self._fence = fence
        self._health = ClusterHealth(started=time.monotonic())
        self._record = HealthRecord(cluster.pk, fence, self._health)
        self._writing: dict[str, tuple[asyncio.Task[Applied]]] = {}

    async def run(self) -> None:
        """Watch until cancelled; returns when another process has taken over or a part of it ended.

        Trouble with the cluster is health, not an exception.
        """
        await self._look_back()
        running = [
            self._guarded("health", self._record.tell_for_ever()),
            self._guarded("watches", self._watch()),
        ]
        try:
            await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
        finally:
            await tasks.stop(running)

    async def _watch(self) -> None:
        client = await self._connect()
        running = [self._guarded("version", self._read_version_for_ever(client))]
        try:
            for kind in KINDS.values():
                self._health.kinds[kind.plural] = KindHealth(heard=time.monotonic())
                running.append(self._guarded(kind.plural, self._follow(client, kind)))
            await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
        finally:
            await tasks.stop(running)

    def _guarded(self, name: str, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        return tasks.guarded(f"{name} of {self._cluster.slug}", self._until_fenced(work))

    async def _until_fenced(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except Fenced:
            logger.info("Another process watches %s now.", self._cluster.slug)

    async def _look_back(self) -> None:
        """Rows that an earlier process left are shown at once, as old as they are."""
        listed = Watch.objects.filter(cluster=self._cluster, listed_at__isnull=False)
        self._health.has_kept_rows = await threads.read(listed.exists)
        if self._health.has_kept_rows and self._cluster.last_contact:
            age = timezone.now() - self._cluster.last_contact
            self._health.started -= max(age.total_seconds(), 0)

    async def _connect(self) -> Client:
        """The client, once the API server has answered."""
        backoff = Backoff(self._pace)
        while True:
            try:
                # The row as it is now: an older one would bring its old connection back for everybody.
                client = await client_for(await self._commit(self._read_row))
                await self._read_version(client)
            except KubeError as error:
                self._health.unanswered = error
            except SealBroken as error:
                self._health.unanswered = Unreachable(str(error))
            else:
                self._health.unanswered = None
                return client
            await self._pace.sleep(backoff.after(self._health.unanswered))

    def _read_row(self) -> Cluster:
        with owned(self._cluster.pk, self._fence):
            return Cluster.objects.get(pk=self._cluster.pk)

    async def _read_version_for_ever(self, client: Client) -> None:
        while True:
            await asyncio.sleep(VERSION_SECONDS)
            try:
                await self._read_version(client)
            except KubeError as error:
                logger.info("Version of %s: %s", self._cluster.slug, error.reason)

    async def _read_version(self, client: Client) -> None:
        try:
            version = await client.version()
        # Some clusters hide it from service accounts; everything else works without.
        except Forbidden:
            return
        await self._commit(self._write_version, version[:50])

    def _write_version(self, version: str) -> None:
        with owned(self._cluster.pk, self._fence):
            Cluster.objects.filter(pk=self._cluster.pk).update(version=version)

    async def _follow(self, client: Client, kind: Kind) -> None:
        """Watch one kind for ever; after a fault of ours begin again from the last commit."""
        health, wait = self._health.kinds[kind.plural], FIRST_WAIT
        while True:
            try:
                await self._follow_once(client, kind)
            except Fenced:
                raise
            except Exception as error:
                logger.exception("Following %s of %s failed.", kind.plural, self._cluster.slug)
                health.trouble(KubeError(f"Pilothouse could not keep the changes: {error}"), time.monotonic())
            await asyncio.sleep(wait)
            wait = min(2 * wait, LONGEST_WAIT)

    async def _follow_once(self, client: Client, kind: Kind) -> None:
        rows = await self._commit(KindStore, self._cluster.pk, kind, self._fence)
        steps = watch(client, kind.path(), kind.watched or kind.struct, resume=rows.resource_version, pace=self._pace)
        listed = asyncio.Event()
        # Before a first list is complete, to fill the indexes would be to write them row by row.
        if rows.resource_version:
            listed.set()
        filling = self._guarded(f"indexes of {kind.plural}", self._fill_indexes(rows, listed))
        try:
            async with aclosing(steps):
                async for step in steps:
                    if isinstance(step, Trouble):
                        await self._in_trouble(kind.plural, step.error)
                    else:
                        await self._take(kind.plural, rows, step)
                    if isinstance(step, Listed):
                        listed.set()
        finally:
            await tasks.stop([filling, *self._writing.pop(kind.plural, ())])

    async def _fill_indexes(self, rows: KindStore, listed: asyncio.Event) -> None:
        """Fill the indexes after each list, step by step, so that changes are not kept waiting."""
        while True:
            await listed.wait()
            listed.clear()
            while not await self._fill_more(rows):
                pass
            await memory.give_back()

    async def _fill_more(self, rows: KindStore) -> bool:
        """One step, and a pause as long; whether it was the last one. One that fails is tried again."""
        began = time.monotonic()
        try:
            is_filled = await self._commit(rows.fill_indexes)
        except Fenced:
            raise
        # Two processes that build an index of the same name, for one.
        except Exception:
            logger.exception("Filling the indexes of %s of %s failed.", rows.kind.plural, self._cluster.slug)
            await asyncio.sleep(LONGEST_WAIT)
            return False
        await asyncio.sleep(0 if is_filled else time.monotonic() - began)
        return is_filled

    async def _in_trouble(self, kind: str, error: KubeError) -> None:
        metrics.WATCH_TROUBLE.labels(kind, type(error).__name__).inc()
        health = self._health.kinds[kind]
        if type(health.error) is not type(error):
            logger.info("%s of %s: %s", kind, self._cluster.slug, error.reason)
        health.trouble(error, time.monotonic())
        await self._record.tell()

    async def _take(self, kind: str, rows: KindStore, step: Step[Any]) -> None:
        came = time.monotonic()
        if not isinstance(step, Page):
            await self._written(kind)
        if applied := await self._apply(rows, step):
            metrics.COMMIT_SECONDS.labels(kind).observe(time.monotonic() - came)
            broadcast.tell(self._cluster.pk, kind, applied.sequence, applied.uids)
        health = self._health.kinds[kind]
        match step:
            case ListStarted():
                health.listing()
            case Page():
                health.contact(came)
            case Listed():
                health.contact(came)
                health.listed()
                await self._record.tell()
            case Changes():
                health.contact(came)
                health.followed(came)
                if applied:
                    await asyncio.sleep(came + GATHER_SECONDS - time.monotonic())

    async def _apply(self, rows: KindStore, step: Step[Any]) -> Applied | None:
        match step:
            case ListStarted():
                await self._commit(rows.begin_list)
            case Page() if rows.collect(step):
                kind = rows.kind.plural
                await self._written(kind)
                writing = self._commit(rows.write_collected, rows.take_collected())
                self._writing[kind] = (tasks.guarded(f"list of {kind}", writing),)
            case Listed(resource_version=resource_version):
                return await self._commit(rows.finish_list, resource_version)
            case Changes():
                return await self._commit(rows.apply, step)
        return None

    async def _written(self, kind: str) -> None:
        """Wait for the rows of a list that are being written while the next ones are read. Raises Fenced."""
        for writing in self._writing.pop(kind, ()):
            applied = await writing
            broadcast.tell(self._cluster.pk, kind, applied.sequence, applied.uids)

    async def _commit(self, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Run on the writer thread; a database that is locked or away is asked again before that is a fault."""
        for wait in COMMIT_WAITS:
            try:
                return await threads.write(function, *args, **kwargs)
            except OperationalError as error:
                metrics.COMMITS_RETRIED.inc()
                logger.warning("The database refused a batch of %s: %s", self._cluster.slug, error)
                await asyncio.sleep(wait)
        return await threads.write(function, *args, **kwargs)
