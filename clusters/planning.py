"""Hints for SQLite's query planner, which keeps no statistics here and guesses. PostgreSQL's knows better."""

from typing import Any

from django.db.models import F, Func


class Unindexed(Func):
    """A column that SQLite compares and sorts by without looking it up in an index.

    https://www.sqlite.org/optoverview.html#disqualifying_where_clause_terms_using_unary_
    """

    def __init__(self, column: str) -> None:
        super().__init__(F(column))

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> tuple[str, tuple[Any, ...]]:
        column, parameters = compiler.compile(self.source_expressions[0])
        return f"+{column}", tuple(parameters)

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> tuple[str, tuple[Any, ...]]:
        column, parameters = compiler.compile(self.source_expressions[0])
        return column, tuple(parameters)
