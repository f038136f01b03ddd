"""One statement for many rows."""

from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.db.backends.utils import CursorWrapper

TOGETHER = 100
"""Statements in one message to PostgreSQL."""


def run_for_each(cursor: CursorWrapper, statement: str, rows: Sequence[Sequence[Any]]) -> None:
    """Runs a statement that returns nothing with the values of each row, inside the caller's transaction.

    PostgreSQL gets them in one message, each with its values written in: the driver's own `executemany` makes a message
    and an answer of every one. Raises Django's database errors.
    """
    if connection.vendor == "sqlite":
        cursor.executemany(statement, rows)
        return
    for start in range(0, len(rows), TOGETHER):
        # Django passes `mogrify` through to the driver, and with it the driver's own errors.
        with connection.wrap_database_errors:
            whole = [cursor.mogrify(statement, row) for row in rows[start : start + TOGETHER]]
        cursor.execute(";".join(whole))
