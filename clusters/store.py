"""The only writer of cached rows.

A batch is one transaction: the rows, the resource version they stand for, the next sequence number, and a check that
this process still owns the watching of the cluster. Everything here runs on the writer thread (`clusters.threads`).
"""

from collections.abc import Iterable, Iterator, Sequence, Set
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from clusters import metrics
from clusters.kinds import Kind
from clusters.kube.watch_events import Broken
from clusters.kube.watching import Changes, Page
from clusters.models import Cluster, SetAside, Watch
from clusters.upserts import Row, upsert

LIST_ROWS = 5000
"""Rows in one transaction during a list: large, since each costs a commit, and short enough to let others write."""

IN_LIMIT = 500
"""Values in one IN (...): SQLite takes 999 variables."""

NAMED_UIDS = 500
KEY_LIMIT = 400
CONTACT_INTERVAL = timedelta(seconds=5)


class Fenced(Exception):
    """Another process has taken over the watching of this cluster; nothing of the batch was written."""


@dataclass(frozen=True)
class Applied:
    """What a committed batch changed. `uids` is None where they are too many to name."""

    sequence: int
    uids: frozenset[str] | None


@contextmanager
def owned(cluster_id: int, fence: int) -> Iterator[None]:
    """A transaction that only the holder of the cluster's current fencing number completes; raises Fenced."""
    with transaction.atomic():
        # The lock keeps a takeover out until this transaction ends. SQLite has one writer at a time anyway.
        row = Cluster.objects.select_for_update(no_key=True).filter(pk=cluster_id, fence=fence)
        if not list(row.values_list("pk", flat=True)):
            raise Fenced(f"Cluster {cluster_id} is watched by another process.")
        yield


class KindStore:
    """The rows of one kind in one cluster, as one watch feeds them."""

    def __init__(self, cluster_id: int, kind: Kind, fence: int) -> None:
        """Reads where the last watch of this kind stopped."""
        self._cluster_id = cluster_id
        self._kind = kind
        self._fence = fence
        watch, _ = Watch.objects.get_or_create(cluster_id=cluster_id, kind=kind.plural)
        self.resource_version = watch.resource_version
        self.was_listed = watch.listed_at is not None
        self._watch_id = watch.pk
        self._sequence = watch.sequence
        self._contact = watch.last_contact
        self._set_aside = set(self._set_aside_rows().values_list("key", flat=True))
        self._listing = _Listing()

    def begin_list(self) -> None:
        """A list starts: remember what is there, to write only what differs."""
        known = self._rows().values_list("uid", "resource_version")
        self._listing = _Listing(dict(known.iterator(chunk_size=5000)))

    def collect(self, page: Page[Any]) -> bool:
        """Take in a page of the list. True when enough has come together for a transaction."""
        self._listing.add(page)
        return len(self._listing.differing) >= LIST_ROWS

    def write_collected(self) -> Applied:
        """Write what was collected so far. Raises Fenced."""
        applied = self._commit(self._listing.differing, [], [*self._listing.broken.values()])
        self._listing.written()
        return applied

    def finish_list(self, resource_version: str) -> Applied:
        """The list is complete: write the rest and delete what the server did not name. Raises Fenced."""
        listing = self._listing
        forgotten = self._set_aside - listing.broken_keys
        broken = [*listing.broken.values()]
        applied = self._commit(
            listing.differing, [*listing.unseen], broken, resource_version, listed=True, forgotten=forgotten
        )
        self._listing = _Listing()
        return applied

    def apply(self, changes: Changes[Any]) -> Applied | None:
        """Write the events of one read. None when there was nothing to write. Raises Fenced."""
        if not (changes.upserts or changes.deleted or changes.broken) and not self._is_due(changes.resource_version):
            return None
        return self._commit(changes.upserts, changes.deleted, changes.broken, changes.resource_version)

    def _is_due(self, resource_version: str) -> bool:
        stale = self._contact is None or timezone.now() - self._contact >= CONTACT_INTERVAL
        return resource_version != self.resource_version or stale

    def _commit(
        self,
        objects: Iterable[Any],
        deleted: Sequence[str],
        broken: Sequence[Broken],
        resource_version: str = "",
        *,
        listed: bool = False,
        forgotten: Set[str] = frozenset(),
    ) -> Applied:
        now = timezone.now()
        rows, unfit = self._convert(objects)
        with owned(self._cluster_id, self._fence):
            refused = upsert(self._kind, self._cluster_id, list(rows.values())) if rows else {}
            set_aside = {item.key[:KEY_LIMIT]: item.reason for item in broken} | unfit | refused
            good = rows.keys() - refused.keys()
            self._delete([*deleted, *set_aside])
            self._note_set_aside(set_aside, cleared=(good | {*deleted} | forgotten) - set_aside.keys())
            self._advance(now, resource_version, listed=listed)
        self._committed(now, resource_version)
        self._set_aside = (self._set_aside - good - set(deleted) - forgotten) | set_aside.keys()
        self._listing.broken_keys |= set_aside.keys()
        return self._applied(good, {*deleted, *set_aside})

    def _convert(self, objects: Iterable[Any]) -> tuple[dict[str, Row], dict[str, str]]:
        """The rows by uid, the last of each; and why some objects have none."""
        rows: dict[str, Row] = {}
        unfit: dict[str, str] = {}
        for item in objects:
            uid = item.metadata.uid
            try:
                rows[uid] = self._kind.row(item)
                unfit.pop(uid, None)
            # The values come from outside: whatever they break is set aside, and the others flow on.
            except Exception as error:
                rows.pop(uid, None)
                unfit[uid] = f"{type(error).__name__}: {error}"
        return rows, unfit

    def _delete(self, keys: Sequence[str]) -> None:
        for some in _chunks(keys, IN_LIMIT):
            self._rows().filter(uid__in=some).delete()

    def _note_set_aside(self, reasons: dict[str, str], *, cleared: set[str]) -> None:
        for key, reason in reasons.items():
            self._set_aside_rows().update_or_create(
                cluster_id=self._cluster_id, kind=self._kind.plural, key=key, defaults={"reason": reason[:500]}
            )
        for some in _chunks(sorted(self._set_aside & cleared), IN_LIMIT):
            self._set_aside_rows().filter(key__in=some).delete()

    def _advance(self, now: datetime, resource_version: str, *, listed: bool) -> None:
        values: dict[str, Any] = {"sequence": self._sequence + 1, "last_contact": now}
        if resource_version:
            values["resource_version"] = resource_version
        if listed:
            values["listed_at"] = now
        Watch.objects.filter(pk=self._watch_id).update(**values)

    def _committed(self, now: datetime, resource_version: str) -> None:
        self._sequence += 1
        self._contact = now
        self.resource_version = resource_version or self.resource_version

    def _applied(self, written: set[str], deleted: set[str]) -> Applied:
        metrics.ROWS_WRITTEN.labels(self._kind.plural).inc(len(written))
        metrics.ROWS_DELETED.labels(self._kind.plural).inc(len(deleted))
        metrics.BATCH_ROWS.observe(len(written) + len(deleted))
        named = len(written) + len(deleted) <= NAMED_UIDS
        return Applied(self._sequence, frozenset(written | deleted) if named else None)

    def _rows(self) -> Any:
        return self._kind.model._default_manager.filter(cluster_id=self._cluster_id)

    def _set_aside_rows(self) -> Any:
        return SetAside.objects.filter(cluster_id=self._cluster_id, kind=self._kind.plural)


class _Listing:
    """A list under way: what was there before and not yet seen, and what differs from it."""

    def __init__(self, known: dict[str, str] | None = None) -> None:
        self.unseen = known or {}
        self.differing: list[Any] = []
        self.broken: dict[str, Broken] = {}
        self.broken_keys: set[str] = set()

    def add(self, page: Page[Any]) -> None:
        for item in page.objects:
            metadata = item.metadata
            if self.broken.pop(metadata.uid, None):
                self.broken_keys.discard(metadata.uid)
            if self.unseen.pop(metadata.uid, None) != metadata.resource_version:
                self.differing.append(item)
        for broken in page.broken:
            self.unseen.pop(broken.key, None)
            self.broken[broken.key] = broken
        self.broken_keys.update(broken.key[:KEY_LIMIT] for broken in page.broken)

    def written(self) -> None:
        self.differing = []
        self.broken = {}


def _chunks(values: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    return (values[start : start + size] for start in range(0, len(values), size))
