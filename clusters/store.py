"""The only writer of cached rows.

A batch is one transaction: the rows, the resource version they stand for, the next sequence number, and a check that
this process still owns the watching of the cluster. Everything here runs on the writer thread (`clusters.threads`), but
for `collect` and `take_collected`: the rows of a list are made as its objects come, while the rows before them are
written, and the objects are forgotten at once.
"""

from collections.abc import Iterator, Sequence, Set
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.utils import timezone

from clusters import indexes, metrics
from clusters.derived import Derived
from clusters.derived.templates import PodTemplates
from clusters.kinds import Kind
from clusters.kube.watch_events import Broken
from clusters.kube.watching import Changes, Page
from clusters.models import Cluster, SetAside, Watch
from clusters.upserts import Row, chunks, delete, upsert

LIST_ROWS = 5000
"""Rows in one transaction during a list: many, since uids come in no order and each commit writes most of their index
anew; and few enough to be held twice, while they are written and while the next ones come."""

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


# The lock keeps a takeover out until the transaction ends. SQLite has one writer at a time anyway.
_OWNER = {
    "sqlite": "SELECT 1 FROM {table} WHERE id = %s AND fence = %s",
    "postgresql": "SELECT 1 FROM {table} WHERE id = %s AND fence = %s FOR NO KEY UPDATE",
}


@contextmanager
def owned(cluster_id: int, fence: int) -> Iterator[CursorWrapper]:
    """A transaction that only the holder of the cluster's current fencing number completes; raises Fenced.

    Gives a cursor for its statements: to make one costs as much as a small statement.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_OWNER[connection.vendor].format(table=Cluster._meta.db_table), (cluster_id, fence))
        if cursor.fetchone() is None:
            raise Fenced(f"Cluster {cluster_id} is watched by another process.")
        yield cursor


class KindStore:
    """The rows of one kind in one cluster, as one watch feeds them."""

    def __init__(self, cluster_id: int, kind: Kind, fence: int) -> None:
        """Reads where the last watch of this kind stopped."""
        self._cluster_id = cluster_id
        self.kind = kind
        self._fence = fence
        watch, _ = Watch.objects.get_or_create(cluster_id=cluster_id, kind=kind.plural)
        self.resource_version = watch.resource_version
        self._watch_id = watch.pk
        self._sequence = watch.sequence
        self._contact = watch.last_contact
        self._set_aside = set(self._set_aside_rows().values_list("key", flat=True))
        self._listing = _Listing()
        # An earlier first list may have been broken off.
        self._is_indexed = False
        self._derived = Derived(cluster_id, kind, watch.searched_to)
        self._templates = PodTemplates(cluster_id) if kind.shared else None
        self._rows_written = metrics.ROWS_WRITTEN.labels(kind.plural)
        self._rows_deleted = metrics.ROWS_DELETED.labels(kind.plural)

    def begin_list(self) -> None:
        """A list starts: remember what is there, to write only what differs."""
        known = self._rows().values_list("uid", "resource_version")
        self._listing = _Listing(dict(known.iterator(chunk_size=5000)))
        if self._listing.is_first:
            self._derived.search.begin_anew()

    def collect(self, page: Page[Any]) -> bool:
        """Take in some objects of the list. True when enough have come together for a transaction."""
        return self._listing.add(page, self.kind) >= LIST_ROWS

    def take_collected(self) -> "Collected":
        """What was collected since the last time, to be written."""
        return self._listing.take()

    def write_collected(self, collected: "Collected | None" = None) -> Applied:
        """Write what was collected. Raises Fenced."""
        if self._listing.is_first and not self._listing.is_large:
            self._listing.is_large = True
            self._is_indexed = False
            indexes.drop_if_empty(self.kind)
        return self._commit(self.take_collected() if collected is None else collected)

    def finish_list(self, resource_version: str) -> Applied:
        """The list is complete: write the rest and delete what the server did not name. Raises Fenced."""
        listing = self._listing
        if listing.is_large:
            self._commit(self.take_collected())
        applied = self._commit(
            listing.collected,
            [*listing.unseen],
            resource_version,
            listed=True,
            forgotten=self._set_aside - listing.broken_keys,
        )
        self._listing = _Listing()
        return applied

    def apply(self, changes: Changes[Any]) -> Applied | None:
        """Write the events of one read. None when there was nothing to write. Raises Fenced."""
        if not (changes.upserts or changes.deleted or changes.broken) and not self._is_due(changes.resource_version):
            return None
        collected = Collected()
        for item in changes.upserts:
            collected.convert(item, self.kind)
        for broken in changes.broken:
            collected.set_aside(broken)
        return self._commit(collected, changes.deleted, changes.resource_version)

    def fill_indexes(self) -> bool:
        """Build one of the indexes that a first list left out or, when all are there, take some more rows into the
        search index; True when nothing is left to be done now. Raises Fenced."""
        if self._listing.is_first:
            return True  # It leaves them out, and is followed by another call.
        if not self._is_indexed:
            self._is_indexed = indexes.build_next(self.kind)
            return False
        search = self._derived.search
        if not search.is_complete:
            with owned(self._cluster_id, self._fence):
                reached = search.fill()
            search.searched_to = reached
        return search.is_complete

    def _is_due(self, resource_version: str) -> bool:
        stale = self._contact is None or timezone.now() - self._contact >= CONTACT_INTERVAL
        return resource_version != self.resource_version or stale

    def _commit(
        self,
        collected: "Collected",
        deleted: Sequence[str] = (),
        resource_version: str = "",
        *,
        listed: bool = False,
        forgotten: Set[str] = frozenset(),
    ) -> Applied:
        now = timezone.now()
        rows, unfit = collected.rows, collected.unfit
        with owned(self._cluster_id, self._fence) as cursor:
            if self._listing.is_first and not self._listing.has_begun:
                self._derived.begin_anew()
            gone = [*deleted, *unfit, *collected.broken]
            known = {} if self._listing.is_first else self._derived.known(cursor, [*rows, *gone])
            refused = upsert(cursor, self.kind, self._cluster_id, list(rows.values()), known) if rows else {}
            broken = {key[:KEY_LIMIT]: item.reason for key, item in collected.broken.items()}
            set_aside = broken | unfit | refused
            good = rows.keys() - {*deleted, *set_aside}
            delete(cursor, self.kind, self._cluster_id, [*deleted, *set_aside])
            if self._templates:
                self._templates.note(collected.templates)
            self._derived.follow(cursor, known, {uid: rows[uid] for uid in good}, [*deleted, *set_aside])
            if listed:
                self._derived.listed(is_first=self._listing.is_first)
            self._note_set_aside(set_aside, cleared=(good | {*deleted} | forgotten) - set_aside.keys())
            self._advance(cursor, now, resource_version, listed=listed)
        self._committed(now, resource_version)
        self._listing.has_begun = True
        self._set_aside = (self._set_aside - good - set(deleted) - forgotten) | set_aside.keys()
        self._listing.broken_keys |= set_aside.keys()
        return self._applied(good, {*deleted, *set_aside})

    def _note_set_aside(self, reasons: dict[str, str], *, cleared: set[str]) -> None:
        for key, reason in reasons.items():
            self._set_aside_rows().update_or_create(
                cluster_id=self._cluster_id, kind=self.kind.plural, key=key, defaults={"reason": reason[:500]}
            )
        for some in chunks(sorted(self._set_aside & cleared)):
            self._set_aside_rows().filter(key__in=some).delete()

    def _advance(self, cursor: CursorWrapper, now: datetime, resource_version: str, *, listed: bool) -> None:
        moment = connection.ops.adapt_datetimefield_value(now)
        version, searched_to = resource_version or self.resource_version, self._derived.search.searched_to
        cursor.execute(
            f"UPDATE {Watch._meta.db_table} SET sequence = %s, last_contact = %s, searched_to = %s,"  # noqa: S608
            f" resource_version = %s{', listed_at = %s' if listed else ''} WHERE id = %s",
            (self._sequence + 1, moment, searched_to, version, *([moment] if listed else []), self._watch_id),
        )

    def _committed(self, now: datetime, resource_version: str) -> None:
        self._sequence += 1
        self._contact = now
        self.resource_version = resource_version or self.resource_version

    def _applied(self, written: set[str], deleted: set[str]) -> Applied:
        self._rows_written.inc(len(written))
        self._rows_deleted.inc(len(deleted))
        metrics.BATCH_ROWS.observe(len(written) + len(deleted))
        named = len(written) + len(deleted) <= NAMED_UIDS
        return Applied(self._sequence, frozenset(written | deleted) if named else None)

    def _rows(self) -> Any:
        return self.kind.model._default_manager.filter(cluster_id=self._cluster_id)

    def _set_aside_rows(self) -> Any:
        return SetAside.objects.filter(cluster_id=self._cluster_id, kind=self.kind.plural)


class Collected:
    """Rows to be written by uid, of each object the last; and why some objects have none, or cannot be read."""

    def __init__(self) -> None:
        self.rows: dict[str, Row] = {}
        self.templates: dict[int, bytes] = {}
        self.unfit: dict[str, str] = {}
        self.broken: dict[str, Broken] = {}

    def convert(self, item: Any, kind: Kind) -> None:
        """Make the row of an object. What was known of it before no longer counts; so below."""
        uid = item.metadata.uid
        if self.unfit or self.broken:
            self.unfit.pop(uid, None)
            self.broken.pop(uid, None)
        try:
            self.rows[uid] = self._row(item, kind)
        # The values come from outside: whatever they break is set aside, and the others flow on.
        except Exception as error:
            self.rows.pop(uid, None)
            self.unfit[uid] = f"{type(error).__name__}: {error}"

    def _row(self, item: Any, kind: Kind) -> Row:
        if kind.shared is None or kind.watched is not type(item):
            return kind.row(item)
        row, template = kind.shared(item)
        self.templates[template.number] = template.kept
        return row

    def set_aside(self, broken: Broken) -> None:
        """Take in an object that cannot be decoded."""
        self.rows.pop(broken.key, None)
        self.unfit.pop(broken.key, None)
        self.broken[broken.key] = broken


class _Listing:
    """A list under way: what was there before and not yet seen, and what differs from it."""

    def __init__(self, known: dict[str, str] | None = None) -> None:
        self.unseen = known or {}
        self.is_first = known == {}
        self.is_large = False
        self.has_begun = False
        self.collected = Collected()
        self.broken_keys: set[str] = set()

    def add(self, page: Page[Any], kind: Kind) -> int:
        """Take in some objects; gives the number of rows that wait to be written."""
        for item in page.objects:
            metadata = item.metadata
            if self.broken_keys:
                self.broken_keys.discard(metadata.uid)
            if self.unseen.pop(metadata.uid, None) != metadata.resource_version:
                self.collected.convert(item, kind)
        for broken in page.broken:
            self.unseen.pop(broken.key, None)
            self.collected.set_aside(broken)
        self.broken_keys.update(broken.key[:KEY_LIMIT] for broken in page.broken)
        return len(self.collected.rows)

    def take(self) -> Collected:
        """What was collected since the last time."""
        taken, self.collected = self.collected, Collected()
        return taken
