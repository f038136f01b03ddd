"""Keyset paging: a page is found by the sort values of the row beside it, never by counting rows off.

A sort counts all its fields in one direction, so that one index serves it both ways.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import DateTimeField, Model, Q, QuerySet

from dashboard.tables.state import BadParameter, State, place, place_values

PAGE = 100
TIES = ("namespace", "name", "id")


@dataclass(frozen=True)
class Order:
    """The fields that a table is sorted by, all counting up or all counting down; the last of them is unique."""

    fields: tuple[str, ...]
    descending: bool

    @property
    def names(self) -> list[str]:
        return [f"-{field}" if self.descending else field for field in self.fields]

    def reversed(self) -> "Order":
        return Order(self.fields, not self.descending)

    def beyond(self, values: list[Any]) -> Q:
        """The rows that come after the row with these values.

        The outer comparison says nothing new, but it is the one that a database looks up in its index.
        """
        sign = "lt" if self.descending else "gt"
        condition = Q()
        for field, value in reversed(list(zip(self.fields, values, strict=True))):
            tie = Q(**{field: value}) & condition if condition else Q()
            condition = Q(**{f"{field}__{sign}": value}) | tie if tie else Q(**{f"{field}__{sign}": value})
        return Q(**{f"{self.fields[0]}__{sign}e": values[0]}) & condition


def order_of(state: State) -> Order:
    """The order that the state asks for."""
    column = state.table.by_key[state.sort_key]
    fields = (*column.order, *(tie for tie in TIES if tie not in column.order))
    return Order(fields, state.descending != column.newest_first)


@dataclass(frozen=True)
class Slice:
    """One page of rows, in order, and whether there are more on either side."""

    rows: list[Any]
    has_previous: bool
    has_next: bool


def one_page(queryset: QuerySet[Any], state: State, fields: tuple[str, ...], size: int = PAGE) -> Slice:
    """The page that the state asks for: up to `size` named tuples of `fields`. Raises BadParameter for a bad place."""
    order = order_of(state)
    backwards = bool(state.before)
    name, text = ("before", state.before) if backwards else ("after", state.after)
    towards = order.reversed() if backwards else order
    if text:
        queryset = queryset.filter(towards.beyond(_values(queryset.model, order, name, text)))
    found = list(queryset.order_by(*towards.names).values_list(*fields, named=True)[: size + 1])
    more, page = len(found) > size, found[:size]
    if backwards:
        return Slice(page[::-1], has_previous=more, has_next=True)
    return Slice(page, has_previous=bool(text), has_next=more)


def place_of(row: Any, state: State) -> str:
    """The place of a row on the page, for the address of the next or the previous page."""
    return place([getattr(row, field) for field in order_of(state).fields])


def rows_before(queryset: QuerySet[Any], state: State, first: Any) -> int:
    """How many rows come before the page's first row."""
    order = order_of(state)
    values = [getattr(first, field) for field in order.fields]
    return queryset.filter(order.reversed().beyond(values)).count()


def _values(model: type[Model], order: Order, name: str, text: str) -> list[Any]:
    values = []
    for field_name, value in zip(order.fields, place_values(name, text, len(order.fields)), strict=True):
        field = model._meta.get_field(field_name)
        try:
            python = field.to_python(value)  # type: ignore[union-attr]
            values.append(_moment(python) if isinstance(field, DateTimeField) else _small(python))
        except (ValidationError, TypeError, ValueError, OverflowError) as error:
            raise BadParameter(f"{name} is not a place in a table; open the table again.") from error
    return values


def _moment(value: Any) -> datetime:
    """In UTC, as the database asks for it. Raises ValueError for none or one of no time zone, OverflowError."""
    if not isinstance(value, datetime) or value.utcoffset() is None:
        raise ValueError("no moment")
    return value.astimezone(UTC)


def _small(value: Any) -> Any:
    """The value. Raises OverflowError for a number that no column holds."""
    if isinstance(value, int) and abs(value) >= 2**63:
        raise OverflowError("a number too large")
    return value
