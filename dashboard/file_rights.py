"""The right to a file, looked at while the file goes out: for sockets `LiveConsumer` does so."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from clusters.people import SignIn
from clusters.standing_rights import until_refused
from clusters.streams.endings import RIGHT_TAKEN, SIGNED_OUT
from clusters.tasks import guarded, stop
from dashboard.consumers.base import RECHECK_SECONDS
from dashboard.consumers.rights import Refusal, refusal_of, why_not

REASONS = {Refusal.SIGNED_OUT: SIGNED_OUT, Refusal.NOT_ALLOWED: RIGHT_TAKEN}


class CutOff(PermissionDenied):
    """A file may not go on; the message says why."""


class FileRight:
    """The right of whoever sent the request; `authorise(user)` raises one of NOT_FOR_HIM where he has it no more."""

    def __init__(self, request: HttpRequest, user: User, authorise: Callable[[User], object]) -> None:
        self.sign_in: SignIn = (user.pk, str(request.session.session_key))
        self._authorise = authorise
        self._watches: list[asyncio.Task[str]] = []

    def refusal(self, user: User | None) -> Refusal | None:
        """On a database thread: why the file may not go on, `user` being as he is now, None once he is signed out."""
        return why_not(self._authorise, user)

    @asynccontextmanager
    async def watched(self, *watches: Coroutine[Any, Any, str]) -> AsyncIterator[None]:
        """Looks at the right until left, beside what else is to be watched: each returns why the file may not go on."""
        self._watches = [guarded("right to a file", watch) for watch in (self._refused(), *watches)]
        try:
            yield
        finally:
            await stop(self._watches)

    def check(self) -> None:
        """Raises CutOff once the right is gone, and DatabaseError when that could not be looked up for long."""
        for watch in self._watches:
            if watch.done():
                raise CutOff(watch.result())

    async def _refused(self) -> str:
        return REASONS[await until_refused(partial(refusal_of, self), every=RECHECK_SECONDS, what="a file")]
