"""Logs and shells become activity: who opened what from where, and for how long."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from time import monotonic

from django.contrib.auth.models import User
from django.dispatch import Signal

from clusters.models import Cluster
from clusters.tasks import guarded
from clusters.threads import write


@dataclass(frozen=True)
class Opening:
    """What is opened, and by whom."""

    user: User
    address: str | None
    cluster: Cluster
    namespace: str
    pod: str
    container: str


@asynccontextmanager
async def announced(opened: Signal, closed: Signal, what: Opening) -> AsyncIterator[list[str]]:
    """Sends the signals at both ends; what is put into the list becomes the detail of the second."""
    began, detail = monotonic(), list[str]()
    await write(opened.send, Opening, **vars(what))
    try:
        yield detail
    finally:
        duration = timedelta(seconds=monotonic() - began)
        last = write(closed.send, Opening, **vars(what), duration=duration, detail=" ".join(detail))
        await asyncio.shield(guarded("activity", last))
