"""Leaves the indexes of a kind's table out of a large first list, and builds them one by one after it.

Building an index over rows that are there costs a third of keeping it true while they come in any order. That is done
only while nobody else has rows in the table: queries are right without an index, and slow.
"""

from django.db import connection, transaction

from clusters.kinds import Kind


def drop_if_empty(kind: Kind) -> None:
    """Drop the indexes that only serve queries, where no cluster has an object of that kind."""
    if kind.model._default_manager.exists():
        return
    with transaction.atomic(), connection.cursor() as cursor:
        for index in kind.model._meta.indexes:
            cursor.execute(f"DROP INDEX IF EXISTS {connection.ops.quote_name(index.name)}")


def build_next(kind: Kind) -> bool:
    """Build one of those that are missing, in the model's order; True when none is.

    One transaction for each, so that changes are written between them.
    """
    there = _existing(kind)
    missing = next((index for index in kind.model._meta.indexes if index.name not in there), None)
    if missing is None:
        return True
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            # It reads the whole table, and what a connection maps of the file counts as this process's memory.
            cursor.execute("PRAGMA mmap_size=0")
        statement = str(missing.create_sql(kind.model, connection.schema_editor()))
        cursor.execute(statement.replace("CREATE INDEX", "CREATE INDEX IF NOT EXISTS", 1))
    return False


def _existing(kind: Kind) -> set[str]:
    """Asked of the catalogue: Django's own introspection parses every statement of the table."""
    catalogue = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'index' AND tbl_name = %s",
        "postgresql": "SELECT indexname FROM pg_indexes WHERE schemaname = current_schema() AND tablename = %s",
    }
    with connection.cursor() as cursor:
        cursor.execute(catalogue[connection.vendor], (kind.model._meta.db_table,))
        return {name for (name,) in cursor.fetchall()}
