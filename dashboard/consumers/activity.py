"""Logs and shells become activity: who opened what from where, and for how long."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from time import monotonic

from django.contrib.auth.models import User
from django.dispatch import Signal

from clusters.models import Cluster
from clusters.streams.selection import Selection, Source
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


def opening_of(selection: Selection, user: User, address: str | None, cluster: Cluster) -> Opening:
    """The logs of a selection: of one pod its name, of a workload that."""
    namespace, pod = selection.namespace, "/".join(selection.owner or ())
    if len(selection.pods) == 1:
        [(namespace, pod)] = selection.pods
    return Opening(user, address, cluster, namespace, pod, ", ".join(sorted(selection.containers))[:253])


def in_words(sources: Iterable[Source]) -> str:
    """Which logs were read, where it was more than one."""
    names = sorted({f"{source.pod}/{source.container}" for source in sources})
    return f"{len(names)} logs: {', '.join(names)}" if len(names) > 1 else ""


class Record:
    """What becomes known of an opening; `detail` is told with its end."""

    def __init__(self, opened: Signal, what: Opening) -> None:
        self._opened = opened
        self._what = what
        self.began: float | None = None
        self.detail: list[str] = []

    async def note_opened(self) -> None:
        """It stands: the signal is sent, the first time that this is called."""
        if self.began is None:
            self.began = monotonic()
            await write(self._opened.send, Opening, **vars(self._what))


@asynccontextmanager
async def recorded(opened: Signal, closed: Signal, what: Opening) -> AsyncIterator[Record]:
    """Sends `opened` once the record says that it stands, and in the end `closed`; neither if it never stood."""
    record = Record(opened, what)
    try:
        yield record
    finally:
        if record.began is not None:
            duration = timedelta(seconds=monotonic() - record.began)
            last = write(
                closed.send, Opening, **vars(what), duration=duration, detail=" ".join(filter(None, record.detail))
            )
            await asyncio.shield(guarded("activity", last))
