"""Waiting for a condition: tests never sleep for a guessed time."""

import time
from collections.abc import Callable
from typing import TypeVar

Found = TypeVar("Found")


def eventually(look: Callable[[], Found], *, seconds: float = 15, every: float = 0.1) -> Found:
    """What `look` returns once that is true. A failing `assert` in it counts as not yet.

    Raises the last AssertionError when the time is over, or one that says what was seen last.
    """
    end = time.monotonic() + seconds
    while True:
        try:
            seen = look()
            if seen:
                return seen
            failure = AssertionError(f"Not within {seconds:g} s; last seen: {seen!r}")
        except AssertionError as error:
            failure = error
        if time.monotonic() > end:
            raise failure
        time.sleep(every)
