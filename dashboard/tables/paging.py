"""Keyset paging: a page is found by the sort values of the row beside it, never by counting rows off.

A sort counts all its fields in one direction, so that one index serves it both ways.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import DateTimeField, F, Model, OrderBy, Q

from clusters.planning import Unindexed
from dashboard.tables.matching import Matching
from dashboard.tables.state import BadParameter, State, place, place_values

PAGE = 100
TIES = ("namespace", "name", "id")


@dataclass(frozen=True)
class Order:
    """The fields that a table is sorted by, all counting up or all counting down; the last of them is unique."""

    fields: tuple[str, ...]
    descending: bool

    def terms(self, *, sorted_at_last: bool) -> list[OrderBy]:
        """What to sort by: along the order's index, or rows that were found in another way."""
        first, *rest = self.fields
        columns = [Unindexed(first) if sorted_at_last else F(first), *map(F, rest)]
        return [OrderBy(column, descending=self.descending) for column in columns]

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


def one_page(matching: Matching, state: State, fields: tuple[str, ...], size: int = PAGE) -> Slice:
    """The page that the state asks for: up to `size` named tuples of `fields`. Raises BadParameter for a bad place.

    Where the rows of that page are gone it is the page at that end of the table.
    """
    order, model = order_of(state), matching.rows.model
    if state.before:
        bound = order.reversed().beyond(_values(model, order, "before", state.before)[0])
        page, more = _read(matching, order.reversed(), bound, fields, size)
        # The beginning was reached: a first page is a whole one.
        if more or len(page) == size:
            return Slice(page[::-1], has_previous=more, has_next=True)
    elif state.after:
        bound = order.beyond(_values(model, order, "after", state.after)[0])
        page, more = _read(matching, order, bound, fields, size)
        if not page:
            page, more = _read(matching, order.reversed(), Q(), fields, size)
            return Slice(page[::-1], has_previous=more, has_next=False)
        return Slice(page, has_previous=True, has_next=more)
    page, more = _read(matching, order, Q(), fields, size)
    return Slice(page, has_previous=False, has_next=more)


def _read(matching: Matching, order: Order, bound: Q, fields: tuple[str, ...], size: int) -> tuple[list[Any], bool]:
    """The first rows within the bound, in the order, and whether there are more."""
    terms = order.terms(sorted_at_last=matching.is_sorted_at_last)
    rows = matching.rows.filter(bound).order_by(*terms).values_list(*fields, named=True)
    found = list(rows[: size + 1])
    return found[:size], len(found) > size


def place_of(row: Any, state: State, number: int) -> str:
    """The place of a row, the `number`th of the table, for the address of the next or the previous page."""
    return place([*(getattr(row, field) for field in order_of(state).fields), number])


def number_of_first(matching: Matching, state: State, part: Slice) -> int:
    """Which row of the table the page's first row is, counted from 1; 0 without rows.

    A few rows are counted. Of many the address says it, as it was when the page before was read: counting them would
    cost more the further one pages.
    """
    if not part.rows:
        return 0
    if not part.has_previous:
        return 1
    if not part.has_next:
        return max(matching.total - len(part.rows), 0) + 1
    order = order_of(state)
    if matching.is_few:
        values = [getattr(part.rows[0], field) for field in order.fields]
        return matching.rows.filter(order.reversed().beyond(values)).count() + 1
    if state.after:
        return _values(matching.rows.model, order, "after", state.after)[1] + 1
    return max(_values(matching.rows.model, order, "before", state.before)[1] - len(part.rows), 1)


def _values(model: type[Model], order: Order, name: str, text: str) -> tuple[list[Any], int]:
    """The sort values of the row at a place, and its number."""
    values = []
    *given, number = place_values(name, text, len(order.fields) + 1)
    if not isinstance(number, int) or number < 0:
        raise BadParameter(f"{name} is not a place in a table; open the table again.")
    for field_name, value in zip(order.fields, given, strict=True):
        field = model._meta.get_field(field_name)
        try:
            python = field.to_python(value)  # type: ignore[union-attr]
            values.append(_moment(python) if isinstance(field, DateTimeField) else _small(python))
        except (ValidationError, TypeError, ValueError, OverflowError) as error:
            raise BadParameter(f"{name} is not a place in a table; open the table again.") from error
    return values, number


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
