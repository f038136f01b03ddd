"""Querysets whose SQL is made once for each thread, for what every page asks.

Django takes half a millisecond of processor time to turn a queryset into SQL, SQLite a tenth of that to answer it.
"""

import threading
from collections.abc import Callable
from datetime import datetime
from typing import Any, Generic, TypeVar

from django.db import connections
from django.db.models import QuerySet, Value

R = TypeVar("R")


class _Given:
    """Stands in a statement for the value of that number."""

    def __init__(self, number: int) -> None:
        self.number = number


class Prepared(Generic[R]):
    """What `make(*values)` selects, as a list; `make` is called once, with as many `values` as it takes.

    The values may be compared with columns and nothing else: `make` sees expressions in their place.
    """

    def __init__(self, make: Callable[..., "QuerySet[Any, R]"], values: int) -> None:
        self._make = make
        self._values = values
        self._made = threading.local()

    def __call__(self, *values: Any) -> list[R]:
        statement: _Statement[R] | None = getattr(self._made, "statement", None)
        if statement is None or not statement.is_for_this_connection:
            given = [Value(_Given(number)) for number in range(self._values)]
            statement = self._made.statement = _Statement(self._make(*given))
        return statement.run(values)


class _Statement(Generic[R]):
    """A queryset that asks with the SQL that was made of it at first, and other values."""

    def __init__(self, queryset: "QuerySet[Any, R]") -> None:
        self._queryset = queryset
        self._compiler = queryset.query.get_compiler(queryset.db)
        self._sql, self._parameters = self._compiler.as_sql()
        self._values: tuple[Any, ...] = ()
        # Django makes objects of the answer by what the compiler keeps of the columns that it selected.
        self._compiler.as_sql = self._with_values
        queryset.query.get_compiler = self._known_compiler  # type: ignore[method-assign]

    @property
    def is_for_this_connection(self) -> bool:
        return self._compiler.connection is connections[self._queryset.db]

    def run(self, values: tuple[Any, ...]) -> list[R]:
        self._values = values
        rows: Any = self._queryset._iterable_class
        return list(rows(self._queryset))

    def _known_compiler(self, *args: Any, **kwargs: Any) -> Any:
        return self._compiler

    def _with_values(self, *args: Any, **kwargs: Any) -> tuple[str, tuple[Any, ...]]:
        return self._sql, tuple(map(self._value, self._parameters))

    def _value(self, parameter: Any) -> Any:
        value = self._values[parameter.number] if isinstance(parameter, _Given) else parameter
        return self._compiler.connection.ops.adapt_datetimefield_value(value) if isinstance(value, datetime) else value
