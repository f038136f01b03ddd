"""What all our sockets share: who may open them, that he still may, and that nothing is left behind."""

import asyncio
import json
from collections.abc import Coroutine
from contextlib import suppress
from functools import partial
from typing import Any, ClassVar

from autobahn.exception import Disconnected
from channels.consumer import get_handler_name
from channels.generic.websocket import AsyncWebsocketConsumer
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import Http404

from clusters.access import Access
from clusters.people import SignIn, signed_in_user
from clusters.standing_rights import until_refused
from clusters.tasks import guarded, stop
from clusters.threads import read
from dashboard.consumers.rights import Refusal, refusal_of, why_not

RECHECK_SECONDS = 3.0
ACK_SECONDS = 60.0
LONGEST_MESSAGE = 65_536  # characters

REFUSED, MALFORMED, SILENT, FAILED = 4403, 4400, 4408, 4500
"""Close codes of ours; Daphne sends none below 3000 but 1000."""


class LiveConsumer(AsyncWebsocketConsumer):  # type: ignore[misc]  # Channels has no types
    """A socket that is opened by right and closed when the right is gone.

    `authorise` runs on a database thread, at first and every three seconds, with the user as he is then; it raises
    one of NOT_FOR_HIM to refuse. `opened` follows the accepted handshake, `received` each message from the page.
    `deliver` sends one message and waits until the page says that it has shown it: Daphne buffers without limit.
    """

    access: ClassVar[Access]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._tasks: list[asyncio.Task[Any]] = []
        self._joined: set[str] = set()
        self._shown = asyncio.Event()
        self._number = 0
        self.why_refused: Refusal | None = None
        """Why it was closed, where the right was gone."""

    def authorise(self, user: User) -> None:
        raise NotImplementedError

    async def opened(self) -> None:
        raise NotImplementedError

    async def received(self, message: dict[str, Any]) -> None:
        """A message from the page that is no acknowledgement."""

    async def connect(self) -> None:
        if await read(self._refusal_now):
            await self.close(REFUSED)
            return
        await self.accept()
        if not await self.admitted():
            return
        self.run("socket's right", self._watch_right())
        await self.opened()

    async def admitted(self) -> bool:
        """Whether what the address carries is in order too; where not, this has closed the socket and said why."""
        return True

    async def __call__(self, *args: Any) -> None:
        try:
            await self.serve(*args)
        finally:
            # After an exception in a handler, and when Daphne cancels a blocked one, nobody calls `disconnect`.
            await asyncio.shield(guarded("end of a socket", self._leave_nothing()))

    async def serve(self, *args: Any) -> None:
        """Takes messages, of the page and of the channel layer, until the socket is closed."""
        await super().__call__(*args)

    async def dispatch(self, message: dict[str, Any]) -> None:
        """As in Channels, but no thread looks after database connections first, for each key that is typed: ours are
        those of `clusters.threads`."""
        await getattr(self, get_handler_name(message))(message)

    async def disconnect(self, code: int) -> None:
        await self._leave_nothing()

    async def send(self, *args: Any, **kwargs: Any) -> None:
        """A page that has just gone is told nothing; that it went is the next thing we hear."""
        with suppress(Disconnected):
            await super().send(*args, **kwargs)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        message = parsed(text_data)
        if message is None:
            await self.close(MALFORMED)
        elif message.get("shown") == self._number:
            self._shown.set()
        elif "shown" not in message:
            await self.received(message)

    def run(self, name: str, coroutine: Coroutine[Any, Any, Any]) -> None:
        """Start a task that ends with the socket, and the socket with it when it fails."""
        self._tasks.append(guarded(name, self._or_close(coroutine)))

    async def join(self, group: str) -> None:
        if group not in self._joined:
            self._joined.add(group)
            await self.channel_layer.group_add(group, self.channel_name)

    async def deliver(self, message: dict[str, Any]) -> None:
        """Send, and wait until the page has shown it. Closes the socket of a page that does not answer."""
        self._number += 1
        self._shown.clear()
        await self.send(text_data=json.dumps({"n": self._number, **message}, separators=(",", ":")))
        try:
            async with asyncio.timeout(ACK_SECONDS):
                await self._shown.wait()
        except TimeoutError:
            await self.close(SILENT)

    async def _leave_nothing(self) -> None:
        try:
            await stop(self._tasks)
        finally:
            while self._joined:
                await self.channel_layer.group_discard(self._joined.pop(), self.channel_name)

    async def _or_close(self, coroutine: Coroutine[Any, Any, Any]) -> None:
        try:
            await coroutine
        except (Http404, PermissionDenied):
            await self.close(REFUSED)
        except Exception:
            await self.close(FAILED)
            raise

    async def _watch_right(self) -> None:
        self.why_refused = await until_refused(partial(refusal_of, self), every=RECHECK_SECONDS, what="a socket")
        await self.close(REFUSED)

    @property
    def sign_in(self) -> SignIn | None:
        """Whose socket this is."""
        known, session = self.scope.get("user"), self.scope.get("session")
        if known is None or not known.is_authenticated or session is None or not session.session_key:
            return None
        return known.pk, session.session_key

    def refusal(self, user: User | None) -> Refusal | None:
        """Why the socket may not be open for the user as the database has him; None for a user: he is signed out."""
        return why_not(self.authorise, user)

    def _refusal_now(self) -> Refusal | None:
        return self.refusal(signed_in_user(*self.sign_in) if self.sign_in else None)


def parsed(text: str | None) -> dict[str, Any] | None:
    """A JSON object, None for anything else."""
    if text is None or len(text) > LONGEST_MESSAGE:
        return None
    try:
        message = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return message if isinstance(message, dict) else None
