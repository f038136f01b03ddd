"""The rows that a table's state shows to somebody: how many in each state, and the cheapest way to a page of them."""

from functools import cached_property
from time import monotonic
from typing import Any

from django.db.models import Count, F, QuerySet, Sum

from clusters.access import Person, namespaces_for, visible
from clusters.models import CachedObject, Cluster, Role, Tally
from clusters.planning import Unindexed
from clusters.prepared import Prepared
from dashboard.tables.filters import FEW, Filtered, Way
from dashboard.tables.state import State

Counted = list[tuple[int, str, int]]
"""Severity, status and how many rows; the status is left empty where nothing asks for it."""

CountedFor = tuple[int | None, frozenset[str] | None, int, str, str]


class Recent:
    """Counts of the last seconds. Counting very many rows costs more than all else of a page, and whoever sorts them
    or pages through them asks for the same again and again."""

    def __init__(self, seconds: float, most: int) -> None:
        self._seconds = seconds
        self._most = most
        self._kept: dict[CountedFor, tuple[float, Counted]] = {}

    def get(self, asked: CountedFor) -> Counted | None:
        at, counted = self._kept.get(asked, (0.0, None))
        return counted if monotonic() - at < self._seconds else None

    def keep(self, asked: CountedFor, counted: Counted) -> None:
        if len(self._kept) >= self._most:
            self._kept.clear()
        self._kept[asked] = (monotonic(), counted)


_recent = Recent(seconds=5.0, most=1000)


class Matching:
    """What matches `state` for `user` in `cluster` at this moment. Each property costs at most three queries.

    `is_few`, where it is known from a moment ago, saves counting. Counts of more than FEW rows that are not tallied are
    those of the last seconds, unless they are to be `fresh`.
    """

    def __init__(
        self, user: Person, cluster: Cluster, state: State, *, is_few: bool | None = None, fresh: bool = False
    ) -> None:
        self._user = user
        self._cluster = cluster
        self._state = state
        self._is_few = is_few
        self._fresh = fresh

    @cached_property
    def counts(self) -> Counted:
        """How many rows are in each severity and status, whatever state is chosen among them."""
        if self._is_tallied:
            return self._tallied()
        known = None if self._fresh else _recent.get(self._counted_for)
        if known is None:
            known = self._counted()
            if sum(n for *_, n in known) > FEW:
                _recent.keep(self._counted_for, known)
        return known

    @cached_property
    def total(self) -> int:
        """How many rows match, the chosen state included."""
        wanted, word = self._state.severity, self._state.status
        return sum(n for severity, status, n in self.counts if wanted in (None, severity) and word in ("", status))

    @property
    def is_few(self) -> bool:
        """Whether all that match can be read and sorted; else the order's index leads to them."""
        return self.total <= FEW if self._is_few is None else self._is_few

    @cached_property
    def rows(self) -> QuerySet[CachedObject]:
        """The rows themselves, not sorted yet."""
        return self._filtered.rows()

    @property
    def is_sorted_at_last(self) -> bool:
        """Whether the rows are found by their filters and then sorted, and not looked for along the order's index."""
        return self._filtered.way is not Way.BY_ORDER

    @cached_property
    def _filtered(self) -> Filtered:
        return self._counting if self.is_few and "_counting" in vars(self) else self._filter(is_few=self.is_few)

    @cached_property
    def _counting(self) -> Filtered:
        return self._filter(is_few=True)

    def _filter(self, *, is_few: bool) -> Filtered:
        return Filtered(self._user, self._cluster, self._state, is_few=is_few)

    @property
    def _is_tallied(self) -> bool:
        """Tallies know namespaces and states; a namespace itself is seen by its name, which they do not know."""
        state = self._state
        if state.q or state.node or state.owner or state.labels:
            return False
        return state.table.kind != "namespaces" or (self._sees_all and not state.namespace)

    @property
    def _sees_all(self) -> bool:
        return namespaces_for(self._user, Role.VIEW, self._cluster) is None

    def _tallied(self) -> Counted:
        kind, namespace = self._state.table.kind, self._state.namespace
        if not namespace and self._sees_all:
            return _counts_of_all(self._cluster.pk, kind)
        tallies = visible(self._user, Tally.objects.filter(kind=kind), self._cluster)
        return list(_by_state(tallies.filter(namespace=namespace) if namespace else tallies))

    @property
    def _counted_for(self) -> CountedFor:
        """What the counts depend on: never are those for one person shown to another."""
        seen = namespaces_for(self._user, Role.VIEW, self._cluster)
        asked = self._state.query(state="", sort="", columns="")
        return self._user.pk, seen, self._cluster.pk, self._state.table.kind, asked

    def _counted(self) -> Counted:
        rows: QuerySet[Any] = self._counting.rows(every_facet=True).order_by()
        by = {"in_severity": self._grouped("severity")}
        if self._state.table.facet != "severity" or self._state.status:
            by["in_status"] = self._grouped("status")
        counted = rows.annotate(**by).values_list(*by).annotate(n=Count(self._counting.counted))
        return [(severity, status[0] if status else "", n) for severity, *status, n in counted]

    def _grouped(self, name: str) -> F | Unindexed:
        """A column to group by: where every row must be tested, along the index of what is counted."""
        return F(name) if self._counting.way is Way.BY_ORDER else Unindexed(name)


def _by_state(tallies: QuerySet[Tally]) -> "QuerySet[Tally, tuple[int, str, int]]":
    return tallies.filter(count__gt=0).order_by().values_list("severity", "status").annotate(n=Sum("count"))


def _tallies_of(cluster: Any, kind: Any) -> "QuerySet[Tally, tuple[int, str, int]]":
    return _by_state(Tally.objects.filter(cluster=cluster, kind=kind))


_counts_of_all = Prepared(_tallies_of, 2)
