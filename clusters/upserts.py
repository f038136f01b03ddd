"""The SQL that writes cached objects: a few statements per kind, the same on SQLite and PostgreSQL but for length.

A row that is there is updated by its id, and the columns that indexes hold only where they changed: SQLite takes an
entry out of an index and puts it in again for every column that a statement sets, whatever its value.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from itertools import chain
from operator import itemgetter
from typing import Any

from django.db import DataError, IntegrityError, connection, models, transaction
from django.db.backends.utils import CursorWrapper

from clusters.kinds import Kind
from clusters.statements import run_for_each

Row = tuple[Any, ...]

Values = Sequence[Any]
"""Of `_columns`, as the database takes them."""

_UID = 1
"""The place of the uid among them."""

_OFFSET = len("+00:00")

Statements = Iterator[tuple[str, Sequence[Sequence[Any]]]]
"""Each with the values for each time that it is to be run."""

# Kubernetes never changes these for a uid. Left out of the update, the indexes on them need no work.
IMMUTABLE = frozenset({"uid", "namespace", "name", "created"})

# What the drivers raise for a value that the database cannot hold: too long, too big, with NUL, or missing.
BAD_VALUE = (DataError, IntegrityError, OverflowError, ValueError)

TOGETHER = 100
"""Rows in one statement on SQLite: Python's other threads run while it does, and need not take turns row by row."""

COPIED = 100
"""Rows from which on PostgreSQL takes them by COPY: what surrounds it costs as much as some dozens of inserts."""

IN_LIMIT = 500
"""Values in one IN (...): long statements are slow to prepare."""


@dataclass(frozen=True, slots=True)
class Known:
    """A row that is there: its id, and the values of `kept_in_indexes` and of the columns that were asked for."""

    id: int
    indexed: Row
    columns: Row


def chunks(values: Sequence[str], size: int = IN_LIMIT) -> Iterator[Sequence[str]]:
    """The values, at most `size` at a time."""
    return (values[start : start + size] for start in range(0, len(values), size))


def known(
    cursor: CursorWrapper, kind: Kind, cluster_id: int, uids: Sequence[str], columns: tuple[str, ...]
) -> dict[str, Known]:
    """Those of the objects that have a row, by uid, with these columns of it."""
    middle = 2 + len(kept_in_indexes(kind))
    found: dict[str, Known] = {}
    for some in chunks(uids):
        cursor.execute(_select(kind, columns) + _among(some), (cluster_id, *some))
        found.update((row[0], Known(row[1], row[2:middle], row[middle:])) for row in cursor.fetchall())
    return found


def delete(cursor: CursorWrapper, kind: Kind, cluster_id: int, uids: Sequence[str]) -> None:
    """Delete the objects' rows, where they have one."""
    for some in chunks(uids):
        cursor.execute(f"DELETE FROM {_table(kind)}{_among(some)}", (cluster_id, *some))  # noqa: S608


def upsert(
    cursor: CursorWrapper,
    kind: Kind,
    cluster_id: int,
    rows: Sequence[Row],
    there: Mapping[str, Known] | None = None,
) -> dict[str, str]:
    """Insert or replace the rows (as `kind.row` makes them) by cluster and uid, inside the caller's transaction.

    `there` is what `known` says of them; what it does not name may be there all the same, and costs more.
    Returns what the database would not hold: uid -> reason. The other rows are written all the same.
    """
    there = there or {}
    prepared = _prepared(kind, cluster_id, rows)
    fresh = [row for row in prepared if row[_UID] not in there] if there else prepared
    try:
        with _savepoint():
            if connection.vendor == "postgresql" and len(fresh) >= COPIED:
                _copy(cursor, kind, fresh)
            else:
                _execute(cursor, _inserts(kind, fresh))
            if there:
                _execute(cursor, _updates(kind, prepared, there))
        return {}
    except BAD_VALUE:
        return _one_by_one(cursor, kind, prepared)


def _savepoint() -> AbstractContextManager[Any]:
    """SQLite goes on with a transaction in which a statement failed, and the rows are then written again one by one."""
    return nullcontext() if connection.vendor == "sqlite" else transaction.atomic()


def _one_by_one(cursor: CursorWrapper, kind: Kind, rows: Sequence[Values]) -> dict[str, str]:
    refused = {}
    for row in rows:
        try:
            with transaction.atomic():
                cursor.execute(_insert(kind, 1), row)
        except BAD_VALUE as error:
            refused[row[_UID]] = f"The database cannot hold it: {error}"
    return refused


def _execute(cursor: Any, statements: Statements) -> None:
    for statement, values in statements:
        run_for_each(cursor, statement, values)


def _copy(cursor: Any, kind: Kind, rows: Sequence[Values]) -> None:
    """Three times as fast as inserting them: https://www.postgresql.org/docs/current/populate.html#POPULATE-COPY-FROM"""
    names, came = _names(kind), f"came_{kind.plural}"
    cursor.execute(
        f"CREATE TEMPORARY TABLE IF NOT EXISTS {came} ON COMMIT DELETE ROWS"  # noqa: S608
        f" AS SELECT {names} FROM {_table(kind)} WITH NO DATA"
    )
    # Django passes `copy` through to the driver, and with it the driver's own errors.
    with connection.wrap_database_errors, cursor.copy(f"COPY {came} ({names}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
    cursor.execute(f"INSERT INTO {_table(kind)} ({names}) SELECT {names} FROM {came} {_on_conflict(kind)}")  # noqa: S608
    cursor.execute(f"TRUNCATE {came}")


def _inserts(kind: Kind, fresh: Sequence[Values]) -> Statements:
    together = _together(kind) if connection.vendor == "sqlite" else 1
    whole = len(fresh) - len(fresh) % together if together > 1 else 0
    if whole:
        groups = [list(chain.from_iterable(fresh[start : start + together])) for start in range(0, whole, together)]
        yield _insert(kind, together), groups
    if whole < len(fresh):
        yield _insert(kind, 1), fresh[whole:]


def _updates(kind: Kind, rows: Sequence[Values], there: Mapping[str, Known]) -> Statements:
    """Updates of the rows that are there, those together in which the same indexes change."""
    indexed, at = kept_in_indexes(kind), _indexed_at(kind)
    groups: dict[tuple[str, ...], list[tuple[Values, int]]] = defaultdict(list)
    for row in rows:
        before = there.get(row[_UID])
        if before is not None:
            pairs = zip(indexed, at, before.indexed, strict=True)
            groups[tuple([column for column, place, old in pairs if row[place] != old])].append((row, before.id))
    for changed, group in groups.items():
        statement, values = _update(kind, changed)
        yield statement, [(*values(row), row_id) for row, row_id in group]


@cache
def kept_in_indexes(kind: Kind) -> tuple[str, ...]:
    """The columns that can change and that an index holds; but for moments, which have no text to compare by."""
    held = {column for index in kind.model._meta.indexes for column in index.fields}
    dates = {_columns(kind)[place] for place in _dates(kind)}
    return tuple(column for column in kind.columns if column in held - IMMUTABLE - dates)


@cache
def _indexed_at(kind: Kind) -> tuple[int, ...]:
    return tuple(_columns(kind).index(column) for column in kept_in_indexes(kind))


@cache
def _together(kind: Kind) -> int:
    connection.ensure_connection()
    most: int = connection.connection.getlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER)
    return max(1, min(TOGETHER, most // (1 + len(kind.columns))))


@cache
def _select(kind: Kind, columns: tuple[str, ...]) -> str:
    names = ("uid", "id", *kept_in_indexes(kind), *columns)
    return f"SELECT {', '.join(map(connection.ops.quote_name, names))} FROM {_table(kind)}"  # noqa: S608


def _among(uids: Sequence[str]) -> str:
    return f" WHERE cluster_id = %s AND uid IN ({', '.join(['%s'] * len(uids))})"


@cache
def _table(kind: Kind) -> str:
    return connection.ops.quote_name(kind.model._meta.db_table)


@cache
def _insert(kind: Kind, rows: int) -> str:
    values = ", ".join([f"({', '.join(['%s'] * (1 + len(kind.columns)))})"] * rows)
    # Every name comes from the models.
    return f"INSERT INTO {_table(kind)} ({_names(kind)}) VALUES {values} {_on_conflict(kind)}"  # noqa: S608


@cache
def _names(kind: Kind) -> str:
    return ", ".join(connection.ops.quote_name(column) for column in _columns(kind))


@cache
def _on_conflict(kind: Kind) -> str:
    quote = connection.ops.quote_name
    new = ", ".join(f"{quote(name)} = EXCLUDED.{quote(name)}" for name in kind.columns if name not in IMMUTABLE)
    return f"ON CONFLICT (cluster_id, uid) DO UPDATE SET {new}"


@cache
def _update(kind: Kind, changed: tuple[str, ...]) -> tuple[str, Any]:
    """The statement that sets those of the columns in indexes and all others, and what takes its values from a row."""
    left_out = IMMUTABLE | {*kept_in_indexes(kind)} - {*changed}
    columns = [column for column in kind.columns if column not in left_out]
    new = ", ".join(f"{connection.ops.quote_name(column)} = %s" for column in columns)
    statement = f"UPDATE {_table(kind)} SET {new} WHERE id = %s"  # noqa: S608
    return statement, itemgetter(*(_columns(kind).index(column) for column in columns))


def _prepared(kind: Kind, cluster_id: int, rows: Sequence[Row]) -> Sequence[Values]:
    """The values of `_columns`, with dates as the text that Django compares with where the database has no type for
    them."""
    if connection.vendor != "sqlite":
        return [(cluster_id, *row) for row in rows]
    dates = _dates(kind)
    return [_with_texts([cluster_id, *row], dates) for row in rows]


def _with_texts(values: list[Any], dates: Sequence[int]) -> Values:
    for position in dates:
        moment: datetime | None = values[position]
        if moment is not None:
            values[position] = str(moment if moment.tzinfo is UTC else moment.astimezone(UTC))[:-_OFFSET]
    return values


@cache
def _columns(kind: Kind) -> tuple[str, ...]:
    return ("cluster_id", *kind.columns)


@cache
def _dates(kind: Kind) -> Sequence[int]:
    """The places of moments among the values of `_columns`."""
    return [
        position
        for position, column in enumerate(kind.columns, 1)
        if isinstance(kind.model._meta.get_field(column), models.DateTimeField)
    ]
