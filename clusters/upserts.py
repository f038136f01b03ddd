"""The SQL that writes cached objects: one statement per kind, the same on SQLite and PostgreSQL."""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from django.db import DataError, IntegrityError, connection, models, transaction

from clusters.kinds import Kind

Row = tuple[Any, ...]

# Kubernetes never changes these for a uid. Left out of the update, the indexes on them need no work.
IMMUTABLE = frozenset({"uid", "namespace", "name", "created"})

# What the drivers raise for a value that the database cannot hold: too long, too big, with NUL, or missing.
BAD_VALUE = (DataError, IntegrityError, OverflowError, ValueError)


def upsert(kind: Kind, cluster_id: int, rows: Sequence[Row]) -> dict[str, str]:
    """Insert or replace the rows (as `kind.row` makes them) by cluster and uid, inside the caller's transaction.

    Returns what the database would not hold: uid -> reason. The other rows are written all the same.
    """
    statement, prepare = _statement(kind), _preparer(kind, connection.vendor)
    prepared = [(cluster_id, *prepare(row)) for row in rows]
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.executemany(statement, prepared)
        return {}
    except BAD_VALUE:
        return _one_by_one(statement, prepared, uid_at=1 + kind.columns.index("uid"))


def _one_by_one(statement: str, rows: list[Row], *, uid_at: int) -> dict[str, str]:
    refused = {}
    for row in rows:
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(statement, row)
        except BAD_VALUE as error:
            refused[row[uid_at]] = f"The database cannot hold it: {error}"
    return refused


@cache
def _statement(kind: Kind) -> str:
    quote = connection.ops.quote_name
    columns = ("cluster_id", *kind.columns)
    replaced = (column for column in kind.columns if column not in IMMUTABLE)
    table = quote(kind.model._meta.db_table)
    names = ", ".join(quote(column) for column in columns)
    values = ", ".join("%s" for _ in columns)
    new = ", ".join(f"{quote(column)} = EXCLUDED.{quote(column)}" for column in replaced)
    # Every name comes from the models.
    return f"INSERT INTO {table} ({names}) VALUES ({values}) ON CONFLICT (cluster_id, uid) DO UPDATE SET {new}"  # noqa: S608


@cache
def _preparer(kind: Kind, vendor: str) -> Callable[[Row], Sequence[Any]]:
    """Turns dates into the text that Django compares with, where the database has no type for them."""
    if vendor != "sqlite":
        return lambda row: row
    dates = [
        position
        for position, column in enumerate(kind.columns)
        if isinstance(kind.model._meta.get_field(column), models.DateTimeField)
    ]

    def prepare(row: Row) -> Sequence[Any]:
        values = list(row)
        for position in dates:
            if values[position] is not None:
                values[position] = connection.ops.adapt_datetimefield_value(values[position])
        return values

    return prepare
