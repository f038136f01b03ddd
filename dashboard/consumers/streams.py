"""What the sockets of logs and shells share: one work each, an end with a reason, clean-up whatever happens."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from typing import Any, ClassVar

from channels.exceptions import StopConsumer
from django.contrib.auth.models import User

from clusters.access import allowed_cluster
from clusters.clients import client_for
from clusters.kube.client import Client
from clusters.kube.errors import KubeError
from clusters.models import Cluster, Role
from clusters.sealing import SealBroken
from clusters.streams import tickets
from clusters.streams.endings import RIGHT_TAKEN, SIGNED_OUT
from clusters.tasks import guarded, stop
from clusters.threads import write
from dashboard.consumers.activity import Opening
from dashboard.consumers.base import FAILED, MALFORMED, REFUSED, LiveConsumer, parsed
from dashboard.consumers.queries import query_of
from dashboard.consumers.rights import NOT_FOR_HIM, Refusal
from dashboard.details.lookup import check_names
from dashboard.prompt import EXTENSION, PromptProtocol

Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

ENDED = 4000
"""The work is done or cannot be done; the last text frame said why."""

FRAME = 64 * 1024
NO_TICKET = "The ticket of this page is missing, was used or has expired."

REASONS = {
    REFUSED: RIGHT_TAKEN,
    MALFORMED: "The browser sent something that is not understood.",
    FAILED: "Pilothouse made an error here; its log says which.",
}


class StreamConsumer(LiveConsumer):
    """Bytes travel in binary frames, everything else as JSON in text frames: `{"type": …}` from us.

    The last of them is `end` with the reason and the close code; with `again` another ticket may open the socket, with
    `signed_out` the user must sign in first.
    """

    role: ClassVar[Role]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.is_over = False
        self.end_code = ENDED
        self._work: asyncio.Task[Any] | None = None

    @classmethod
    def why_not(cls, user: User, named: dict[str, Any], query: str) -> str:
        """Why `user` may not open such a socket, with what the path of its address names and its query; empty where
        he may. A browser does not learn why a handshake is refused: pages ask before."""
        asked = cls()
        asked.scope = {"url_route": {"kwargs": named}, "query_string": query.encode()}
        try:
            asked.authorise(user)
        except NOT_FOR_HIM as refusal:
            return str(refusal)
        return ""

    def authorise(self, user: User) -> None:
        named = self.scope["url_route"]["kwargs"]
        check_names(named["namespace"], named["name"])
        self.cluster: Cluster = allowed_cluster(user, self.role, named["slug"], named["namespace"])
        self.user, self.namespace, self.pod = user, named["namespace"], named["name"]

    async def serve(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        """The messages of the page only, without the tasks that Channels needs to hear a channel layer as well: a key
        that is typed has no time for them, and of many viewers each costs memory."""
        self.scope, self.base_send = scope, send
        with suppress(StopConsumer):
            while True:
                await self.dispatch(await receive())

    async def admitted(self) -> bool:
        query, key = self.scope.get("query_string", b"").decode("latin-1"), self.scope["session"].session_key
        ticket = query_of(self.scope).get(tickets.NAME, "")
        if await write(tickets.use, ticket, key, self.scope["path"], query):
            return True
        self.is_over = True
        await self.tell(type="end", reason=NO_TICKET, code=REFUSED, again=True)
        await super().close(REFUSED)
        return False

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

    @property
    def short_way(self) -> PromptProtocol | None:
        """Daphne's side of this socket, where we are served by ours."""
        found: PromptProtocol | None = self.scope.get("extensions", {}).get(EXTENSION)
        return found

    async def pass_on(self, data: bytes) -> None:
        """Sends bytes, in frames that Daphne takes (dashboard.server.MAX_MESSAGE counts both ways)."""
        for at in range(0, len(data), FRAME):
            await self.send_frame(data[at : at + FRAME])

    async def send_frame(self, data: bytes) -> None:
        """Sends one binary frame, past Channels where that can be: streams are many of them."""
        short_way = self.short_way
        if not (short_way and short_way.send_now(data)):
            await self.send(bytes_data=data)

    async def close(self, code: int | None = None, reason: str | None = None) -> None:
        """Nothing goes either way any more when this says why and closes."""
        if self.is_over:
            return
        self.is_over = True
        if self._work:
            await stop([self._work])
        said = reason if reason is not None else self._usual_reason(code or ENDED)
        if code != REFUSED or self._tasks or reason:
            await self.tell(type="end", reason=said, code=code or ENDED, signed_out=said == SIGNED_OUT)
        await super().close(code or ENDED)

    def _usual_reason(self, code: int) -> str:
        return SIGNED_OUT if code == REFUSED and self.why_refused is Refusal.SIGNED_OUT else REASONS.get(code, "")

    async def client(self) -> Client:
        """Raises KubeError."""
        try:
            return await client_for(self.cluster)
        except SealBroken:
            raise KubeError("The connection of this cluster cannot be read; an admin can add it anew.") from None

    @property
    def address(self) -> str | None:
        """Where the page is."""
        return self.scope["client"][0] if self.scope.get("client") else None

    def opening(self, container: str) -> Opening:
        """This socket, for the record."""
        return Opening(self.user, self.address, self.cluster, self.namespace, self.pod, container)

    async def _hold(self, name: str, work: Coroutine[Any, Any, str]) -> None:
        self._work = guarded(name, _or_why_not(work))
        reason = await self._work
        self._work = None
        await self.close(self.end_code, reason)


async def _or_why_not(work: Coroutine[Any, Any, str]) -> str:
    try:
        return await work
    except KubeError as error:
        return error.reason
