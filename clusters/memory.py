"""Memory that was needed for a moment goes back to the system: glibc keeps what is freed.

https://man7.org/linux/man-pages/man3/malloc_trim.3.html; other allocators have no such function and give it back
themselves.
"""

import asyncio
import ctypes

_trim = getattr(ctypes.CDLL(None), "malloc_trim", None)


async def give_back() -> None:
    """Called when much was freed; takes some milliseconds on a thread of its own."""
    if _trim is not None:
        await asyncio.to_thread(_trim, 0)
