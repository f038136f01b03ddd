"""How many objects are in which state: what a page would otherwise count row by row."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.db.models import Count, QuerySet, Sum

from clusters.kinds import Kind
from clusters.models import Tally
from clusters.statements import run_for_each

MOST_EMPTY = 10_000
"""States that objects may have left since tallies of nothing were last taken away: namespaces come and go."""

State = tuple[str, int, str]
"""Namespace, severity, status."""


class Tallies:
    """The tallies of one kind in one cluster."""

    def __init__(self, cluster_id: int, kind: Kind) -> None:
        self._cluster_id = cluster_id
        self._kind = kind
        self._empty = 0

    def move(self, cursor: CursorWrapper, left: Iterable[State], joined: Iterable[State]) -> None:
        """Objects left these states and joined those; most that change stay in their state, which costs nothing."""
        change = Counter(joined)
        change.subtract(left)
        self._add(cursor, {state: count for state, count in change.items() if count})

    def begin_anew(self) -> None:
        """There are no objects."""
        self._rows().delete()

    def equal_rows(self) -> bool:
        """Whether as many objects are counted as there are rows."""
        counted = self._rows().aggregate(n=Sum("count"))["n"] or 0
        return bool(counted == self._objects().count())

    def recount(self) -> None:
        """Count all rows: after a list nothing that went wrong before lives on."""
        self._rows().delete()
        counted = self._objects().values_list("namespace", "severity", "status").annotate(n=Count("pk"))
        with connection.cursor() as cursor:
            self._add(cursor, {(namespace, severity, status): n for namespace, severity, status, n in counted})

    def _add(self, cursor: CursorWrapper, changes: dict[State, int]) -> None:
        if not changes:
            return
        table = connection.ops.quote_name(Tally._meta.db_table)
        rows = [(self._cluster_id, self._kind.plural, *state, count) for state, count in sorted(changes.items())]
        run_for_each(
            cursor,
            f"INSERT INTO {table} (cluster_id, kind, namespace, severity, status, count)"  # noqa: S608
            " VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT (cluster_id, kind, namespace, severity, status)"
            f" DO UPDATE SET count = {table}.count + EXCLUDED.count",
            rows,
        )
        self._empty += sum(1 for count in changes.values() if count < 0)
        if self._empty > MOST_EMPTY:
            self._rows().filter(count__lte=0).delete()
            self._empty = 0

    def _objects(self) -> "QuerySet[Any, Any]":
        return self._kind.model._default_manager.filter(cluster_id=self._cluster_id).order_by()

    def _rows(self) -> QuerySet[Tally]:
        return Tally.objects.filter(cluster_id=self._cluster_id, kind=self._kind.plural)
