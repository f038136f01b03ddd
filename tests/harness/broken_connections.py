"""The connection of the database on which all writes go, broken."""

from django.db import connection

from clusters import threads


async def break_the_writers_connection() -> None:
    """What a failing disk or a restarted server does to it: the next write fails, those after it get a new one."""
    if connection.vendor == "sqlite":
        await threads.write(execute, "PRAGMA query_only = 1")
        return
    pid = await threads.write(execute, "SELECT pg_backend_pid()")
    await threads.read(execute, f"SELECT pg_terminate_backend({pid})")


def execute(statement: str) -> int:
    """The first value of the first row; 0 where there is none."""
    with connection.cursor() as cursor:
        cursor.execute(statement)
        row = cursor.fetchone()
        return row[0] if row else 0
