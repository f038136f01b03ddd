"""A table on a page: sends the rows that changed, and only those."""

import asyncio
from time import monotonic
from typing import Any

from django.contrib.auth.models import User
from django.http import Http404, QueryDict

from clusters import broadcast
from clusters.access import Access, cluster_or_404, may_list
from clusters.models import Role
from clusters.threads import read
from dashboard.consumers.base import MALFORMED, LiveConsumer
from dashboard.tables.kinds import TABLES
from dashboard.tables.live import LiveTable
from dashboard.tables.state import BadParameter
from dashboard.tables.state import read as read_state

LEAST_PAUSE, LONGEST_PAUSE = 0.02, 1.0
PAUSE_PER_COST = 4.0
"""A refresh is followed by this many times as long a pause, so that many viewers together refresh less often."""

RESYNC_SECONDS = 10.0
COUNTS_SECONDS = 1.0


class TableConsumer(LiveConsumer):
    """Opened with the query of the page. The page first says which rows it has, by uid and resource version.

    However many hints come, one refresh waits: `_wanted` is a flag, not a queue.
    """

    access = Access(role=Role.VIEW)
    table: LiveTable

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._wanted = asyncio.Event()
        self._counted_at = 0.0
        self._started = False

    def authorise(self, user: User) -> None:
        route = self.scope["url_route"]["kwargs"]
        cluster = cluster_or_404(user, route["slug"])
        if route["kind"] not in TABLES or not may_list(user, TABLES[route["kind"]].model, cluster):
            raise Http404
        state = read_state(route["kind"], QueryDict(self.scope.get("query_string", b"")))
        if not hasattr(self, "table"):
            self.table = LiveTable(user, cluster, state)
        self.table.user = user

    async def opened(self) -> None:
        # Joined before anything is read: what changes in between is told.
        await self.join(broadcast.group(self.table.cluster.pk, self.table.state.table.kind))
        await self.join(broadcast.group(self.table.cluster.pk, broadcast.HEALTH))

    async def received(self, message: dict[str, Any]) -> None:
        """`{"have": {uid: resource version}}`, once."""
        try:
            if self._started:
                raise BadParameter("have is said once.")
            self.table.start_from(message.get("have"))
        except BadParameter:
            await self.close(MALFORMED)
            return
        self._started = True
        self._wanted.set()
        self.run("table's rows", self._refresh_when_wanted())
        self.run("table's resync", self._resync())

    async def rows_changed(self, message: dict[str, Any]) -> None:
        self._wanted.set()

    async def _refresh_when_wanted(self) -> None:
        while True:
            await self._wanted.wait()
            self._wanted.clear()
            began = monotonic()
            rows = await read(self.table.changed_rows)
            pause = PAUSE_PER_COST * (monotonic() - began)
            if rows:
                await self.deliver(rows)
            await self._count_in_time()
            await asyncio.sleep(min(max(pause, LEAST_PAUSE), LONGEST_PAUSE))

    async def _count_in_time(self) -> None:
        """Counts cost more than rows: at most once a second, and never forgotten."""
        wait = self._counted_at + COUNTS_SECONDS - monotonic()
        if wait > 0:
            asyncio.get_running_loop().call_later(wait, self._wanted.set)
            return
        self._counted_at = monotonic()
        if counts := await read(self.table.changed_counts):
            await self.deliver(counts)

    async def _resync(self) -> None:
        while True:
            await asyncio.sleep(RESYNC_SECONDS)
            self._wanted.set()
