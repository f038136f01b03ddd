"""A right that must last while something is open: it is looked at again and again."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from time import monotonic
from typing import TypeVar

from django.db import DatabaseError

logger = logging.getLogger(__name__)

UNCONFIRMED_SECONDS = 30.0
"""How long something stays open while the database cannot say whether its user still may have it."""

T = TypeVar("T")


async def until_refused(refusal: Callable[[], Awaitable[T | None]], *, every: float, what: str) -> T:
    """Asks `refusal` every so many seconds; returns its first answer that is true.

    `what` is open, for the log. Raises DatabaseError once the database has not answered for UNCONFIRMED_SECONDS.
    """
    confirmed = monotonic()
    while True:
        await asyncio.sleep(every)
        try:
            refused = await refusal()
        except DatabaseError as error:
            if monotonic() - confirmed > UNCONFIRMED_SECONDS:
                raise
            logger.warning("The right to %s could not be confirmed, trying again: %s", what, error)
            continue
        if refused:
            return refused
        confirmed = monotonic()
