"""Memory that was needed for a moment goes back to the system: SQLite keeps pages it read, and glibc what is freed.

https://www.sqlite.org/pragma.html#pragma_shrink_memory, https://man7.org/linux/man-pages/man3/malloc_trim.3.html; other
allocators have no such function and give memory back themselves.
"""

import asyncio
import ctypes

from django.db import connection

from clusters import threads

_trim = getattr(ctypes.CDLL(None), "malloc_trim", None)


async def give_back() -> None:
    """Called when much was written and freed; takes some milliseconds, on threads."""
    await threads.write(_forget_pages)
    if _trim is not None:
        await asyncio.to_thread(_trim, 0)


def _forget_pages() -> None:
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA shrink_memory")
