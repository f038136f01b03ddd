"""From the state of a table to the rows in the database that it shows."""

from enum import Enum
from typing import Any

from django.db.models import F, Q, QuerySet
from django.db.models.lookups import Exact

from clusters.access import Person, namespaces_for, visible
from clusters.derived import search
from clusters.derived.labels import met_by
from clusters.kinds import KINDS
from clusters.kube.selectors import parse
from clusters.models import CachedObject, Cluster, Role
from clusters.planning import Unindexed
from dashboard.tables.state import State

FEW = 5000
"""So many rows are quickly read and sorted; of more, a page is read in the order of an index."""


class Way(Enum):
    """How the database comes to the rows. Each is quick for what it is meant for, and slow for the others."""

    BY_ORDER = "many match: walk the index of the order and test each row on the way"
    BY_TEXT = "the search index names the rows"
    BY_FILTER = "an index of one of the filters leads to them"


class Filtered:
    """The rows of a state's table that `user` may see and that match it; `is_few` says whether all can be read."""

    def __init__(self, user: Person, cluster: Cluster, state: State, *, is_few: bool) -> None:
        self._user = user
        self._cluster = cluster
        self._state = state
        self._kind = KINDS[state.table.kind]
        self._words = state.q.split()
        self._found = self._searched() if is_few else None
        narrowed = namespaces_for(user, Role.VIEW, cluster) is not None
        self._is_in_namespaces = narrowed or bool(state.namespace)
        filtered = narrowed or any((state.namespace, state.state, state.status, state.node, state.owner, state.labels))
        self.way = Way.BY_TEXT if self._found is not None else Way.BY_FILTER if is_few and filtered else Way.BY_ORDER

    def rows(self, *, every_facet: bool = False) -> QuerySet[CachedObject]:
        """The rows, in no order; `every_facet` leaves out the filter by state."""
        unindexed = {Way.BY_ORDER: ("namespace",), Way.BY_TEXT: ("cluster", "namespace"), Way.BY_FILTER: ()}
        every: QuerySet[CachedObject] = self._kind.model._default_manager.all()
        queryset = visible(self._user, every, self._cluster, unindexed=unindexed[self.way])
        return queryset.filter(self._filters() if every_facet else self._filters() & self._facet())

    def column(self, name: str) -> F | Unindexed:
        """A column to compare with."""
        return F(name) if self.way is Way.BY_FILTER else Unindexed(name)

    @property
    def counted(self) -> str:
        """The field to count rows by. Where their namespaces lead to them it is one that no index holds: SQLite would
        rather read the whole of an index that holds all it needs."""
        return "uid" if self.way is Way.BY_FILTER and self._is_in_namespaces else "pk"

    def _searched(self) -> list[int] | None:
        """The ids that the search index finds; None where it cannot, or finds too many."""
        if not search.can_search(self._cluster.pk, self._kind, self._words):
            return None
        return search.matching(self._kind, self._words, FEW)

    def _filters(self) -> Q:
        state, condition = self._state, self._text()
        if state.namespace:
            condition &= self._is("name" if state.table.kind == "namespaces" else "namespace", state.namespace)
        if state.node:
            condition &= self._is("node", state.node)
        if state.owner:
            kind, _, name = state.owner.partition("/")
            condition &= self._is("owner_name", name) & Q(owner_kind=kind)
        for requirement in parse(state.labels) if state.labels else ():
            condition &= met_by(requirement, self._cluster.pk, self._kind, self.column("labelset"))
        return condition

    def _facet(self) -> Q:
        state, condition = self._state, Q()
        if state.severity is not None:
            condition &= self._is("severity", state.severity)
        if state.status:
            condition &= self._is("status", state.status)
        return condition

    def _is(self, name: str, value: Any) -> Q:
        return Q(Exact(self.column(name), value))

    def _text(self) -> Q:
        """Each word is in one of the columns; the search index also finds rows in which two columns share it."""
        condition = Q() if self._found is None else Q(pk__in=self._found)
        for word in self._words:
            held = Q()
            for column in self._kind.searched:
                held |= Q(**{f"{column}__icontains": word})
            condition &= held
        return condition
