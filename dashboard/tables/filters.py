"""From the state of a table to the rows in the database that it shows."""

from typing import Any

from django.db.models import CharField, F, Func, Q, QuerySet
from django.db.models.expressions import Combinable
from django.db.models.lookups import Exact, In, IsNull

from clusters.access import Person, visible
from clusters.kube.selectors import Operator, Requirement, parse
from clusters.models import CachedObject, Cluster
from dashboard.tables.state import State


class LabelValue(Func):
    """The value of one label, NULL where the object has no such label.

    Django's own key lookups take a key of digits for a list's index and split keys at "__".
    """

    output_field = CharField()

    def __init__(self, key: str) -> None:
        super().__init__(F("labels"))
        self.key = key

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> tuple[str, tuple[Any, ...]]:
        column, parameters = compiler.compile(self.source_expressions[0])
        return f"JSON_EXTRACT({column}, %s)", (*parameters, f'$."{self.key}"')

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> tuple[str, tuple[Any, ...]]:
        column, parameters = compiler.compile(self.source_expressions[0])
        return f"({column} ->> %s)", (*parameters, self.key)


def rows(user: Person, cluster: Cluster, state: State, *, every_facet: bool = False) -> QuerySet[CachedObject]:
    """What `user` may see of the table's kind in `cluster`, filtered. `every_facet` leaves out the filter by state."""
    queryset = visible(user, state.table.model._default_manager.all(), cluster)
    return queryset.filter(_condition(state, every_facet=every_facet))


def _condition(state: State, *, every_facet: bool) -> Q:
    condition = Q()
    if state.q:
        for word in state.q.lower().split():
            condition &= _contains(state, word)
    if state.namespace:
        condition &= Q(name=state.namespace) if state.table.kind == "namespaces" else Q(namespace=state.namespace)
    if state.node:
        condition &= Q(node=state.node)
    if state.owner:
        kind, _, name = state.owner.partition("/")
        condition &= Q(owner_kind=kind, owner_name=name)
    if state.labels:
        for requirement in parse(state.labels):
            condition &= _label(requirement)
    return condition if every_facet else condition & _facet(state)


def _contains(state: State, word: str) -> Q:
    if state.table.kind == "events":
        return Q(object_name__contains=word) | Q(reason__icontains=word) | Q(message__icontains=word)
    return Q(name__contains=word)


def _facet(state: State) -> Q:
    condition = Q()
    if state.severity is not None:
        condition &= Q(severity=state.severity)
    if state.status:
        condition &= Q(status=state.status)
    return condition


def _label(requirement: Requirement) -> Q:
    value = LabelValue(requirement.key)
    missing = Q(IsNull(value, True))
    match requirement.operator:
        case Operator.EXISTS:
            return ~missing
        case Operator.ABSENT:
            return missing
        case Operator.IN:
            return Q(_among(value, requirement.values))
        case Operator.NOT_IN:
            return missing | ~Q(_among(value, requirement.values))


def _among(value: Combinable, values: tuple[str, ...]) -> Exact | In:
    return Exact(value, values[0]) if len(values) == 1 else In(value, list(values))
