"""What the sockets of logs and shells share: one work each, an end with a reason, clean-up whatever happens."""

import asyncio
import json
from collections.abc import Coroutine
from typing import Any, ClassVar

from django.contrib.auth.models import User

from clusters.access import allowed_cluster
from clusters.clients import client_for
from clusters.kube.client import Client
from clusters.kube.errors import KubeError
from clusters.models import Cluster, Role
from clusters.sealing import SealBroken
from clusters.tasks import guarded, stop
from dashboard.consumers.activity import Opening
from dashboard.consumers.base import FAILED, MALFORMED, REFUSED, LiveConsumer, parsed
from dashboard.details.lookup import check_names

ENDED = 4000
"""The work is done or cannot be done; the last text frame said why."""

FRAME = 32 * 1024

REASONS = {
    REFUSED: "You may no longer open this: you were signed out, or the right was taken away.",
    MALFORMED: "The browser sent something that is not understood.",
    FAILED: "Pilothouse made an error here; its log says which.",
}


class StreamConsumer(LiveConsumer):
    """Bytes travel in binary frames, everything else as JSON in text frames: `{"type": …}` from us."""

    role: ClassVar[Role]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.is_over = False
        self._work: asyncio.Task[Any] | None = None

    def authorise(self, user: User) -> None:
        named = self.scope["url_route"]["kwargs"]
        check_names(named["namespace"], named["name"])
        self.cluster: Cluster = allowed_cluster(user, self.role, named["slug"], named["namespace"])
        self.user, self.namespace, self.pod = user, named["namespace"], named["name"]

    async def typed(self, data: bytes) -> None:
        """A binary frame from the page."""

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        if self.is_over:
            return
        if bytes_data is not None:
            await self.typed(bytes_data)
        elif (message := parsed(text_data)) is not None:
            await self.received(message)
        else:
            await self.close(MALFORMED)

    def start(self, name: str, work: Coroutine[Any, Any, str]) -> None:
        """Start the work of this socket; it returns why it ended, and the socket ends with it."""
        self.run(name, self._hold(name, work))

    async def tell(self, **message: Any) -> None:
        await self.send(text_data=json.dumps(message, separators=(",", ":")))

    async def pass_on(self, data: bytes) -> None:
        """Sends bytes, in frames that Daphne takes (dashboard.server.MAX_MESSAGE counts both ways)."""
        for at in range(0, len(data), FRAME):
            await self.send(bytes_data=data[at : at + FRAME])

    async def close(self, code: int | None = None, reason: str | None = None) -> None:
        """Nothing goes either way any more when this says why and closes."""
        if self.is_over:
            return
        self.is_over = True
        if self._work:
            await stop([self._work])
        said = reason if reason is not None else REASONS.get(code or ENDED, "")
        if code != REFUSED or self._tasks:
            await self.tell(type="end", reason=said, code=code or ENDED)
        await super().close(code or ENDED)

    async def client(self) -> Client:
        """Raises KubeError."""
        try:
            return await client_for(self.cluster)
        except SealBroken:
            raise KubeError("The connection of this cluster cannot be read; an admin can add it anew.") from None

    def opening(self, container: str) -> Opening:
        """This socket, for the record."""
        address = self.scope["client"][0] if self.scope.get("client") else None
        return Opening(self.user, address, self.cluster, self.namespace, self.pod, container)

    async def _hold(self, name: str, work: Coroutine[Any, Any, str]) -> None:
        self._work = guarded(name, _or_why_not(work))
        reason = await self._work
        self._work = None
        await self.close(ENDED, reason)


async def _or_why_not(work: Coroutine[Any, Any, str]) -> str:
    try:
        return await work
    except KubeError as error:
        return error.reason
