"""What all our sockets share: who may open them, that he still may, and that nothing is left behind."""

import asyncio
import json
import logging
from collections.abc import Coroutine
from contextlib import suppress
from time import monotonic
from typing import Any, ClassVar

from autobahn.exception import Disconnected
from channels.generic.websocket import AsyncWebsocketConsumer
from django.contrib.auth import HASH_SESSION_KEY, get_user_model
from django.contrib.auth.models import User
from django.core.exceptions import BadRequest
from django.db import DatabaseError
from django.http import Http404
from django.utils.crypto import constant_time_compare

from clusters.access import Access
from clusters.tasks import guarded, stop
from clusters.threads import read

logger = logging.getLogger(__name__)

RECHECK_SECONDS = 5.0
UNCONFIRMED_SECONDS = 30.0
"""How long a socket stays open while the database cannot say whether its user still may."""

ACK_SECONDS = 60.0
LONGEST_MESSAGE = 65_536  # characters

REFUSED, MALFORMED, SILENT, FAILED = 4403, 4400, 4408, 4500
"""Close codes of ours; Daphne sends none below 3000 but 1000."""


class LiveConsumer(AsyncWebsocketConsumer):  # type: ignore[misc]  # Channels has no types
    """A socket that is opened by right and closed when the right is gone.

    `authorise` runs on a database thread, at first and every five seconds, with the user as he is then; it raises
    Http404 or BadRequest to refuse. `opened` follows the accepted handshake, `received` each message from the page.
    `deliver` sends one message and waits until the page says that it has shown it: Daphne buffers without limit.
    """

    access: ClassVar[Access]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._tasks: list[asyncio.Task[Any]] = []
        self._joined: set[str] = set()
        self._shown = asyncio.Event()
        self._number = 0

    def authorise(self, user: User) -> None:
        raise NotImplementedError

    async def opened(self) -> None:
        raise NotImplementedError

    async def received(self, message: dict[str, Any]) -> None:
        """A message from the page that is no acknowledgement."""

    async def connect(self) -> None:
        if not await read(self._allowed):
            await self.close(REFUSED)
            return
        await self.accept()
        self.run("socket's right", self._watch_right())
        await self.opened()

    async def __call__(self, *args: Any) -> None:
        try:
            await super().__call__(*args)
        finally:
            # After an exception in a handler, and when Daphne cancels a blocked one, nobody calls `disconnect`.
            await asyncio.shield(guarded("end of a socket", self._leave_nothing()))

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
        except Http404:
            await self.close(REFUSED)
        except Exception:
            await self.close(FAILED)
            raise

    async def _watch_right(self) -> None:
        confirmed = monotonic()
        while True:
            await asyncio.sleep(RECHECK_SECONDS)
            try:
                allowed = await read(self._allowed)
            except DatabaseError as error:
                if monotonic() - confirmed > UNCONFIRMED_SECONDS:
                    raise
                logger.warning("The right to a socket could not be confirmed, trying again: %s", error)
                continue
            if not allowed:
                await self.close(REFUSED)
                return
            confirmed = monotonic()

    def _allowed(self) -> bool:
        user = self._user_now()
        if user is None:
            return False
        try:
            self.authorise(user)
        except (Http404, BadRequest):
            return False
        return True

    def _user_now(self) -> User | None:
        """The user as the database has him, while he is active and his session lasts."""
        known = self.scope.get("user")
        if known is None or not known.is_authenticated:
            return None
        user: User | None = get_user_model()._default_manager.filter(pk=known.pk, is_active=True).first()
        session = self.scope.get("session")
        if user is None or session is None or not session.session_key:
            return None
        # Empty once the session is deleted or past its date.
        now = session.__class__(session.session_key).load()
        same = constant_time_compare(now.get(HASH_SESSION_KEY, ""), user.get_session_auth_hash())
        return user if same else None


def parsed(text: str | None) -> dict[str, Any] | None:
    """A JSON object, None for anything else."""
    if text is None or len(text) > LONGEST_MESSAGE:
        return None
    try:
        message = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return message if isinstance(message, dict) else None
