"""Searches in what was printed take seconds on a thread that makes pages: a few at once, so that others keep some."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore

SEARCHES_AT_ONCE = 3

_turns = BoundedSemaphore(SEARCHES_AT_ONCE)


class Busy(Exception):
    """As many searches run in this process as may; another one is to be tried in a moment."""


@contextmanager
def search_turn() -> Iterator[None]:
    """Held while a search runs. Raises Busy."""
    if not _turns.acquire(blocking=False):
        raise Busy
    try:
        yield
    finally:
        _turns.release()
