"""Whether sockets may stay open, asked for all of a process together: a thousand that each ask alone take a core."""

import asyncio
from collections.abc import Callable, Sequence
from enum import Enum
from typing import Protocol
from weakref import WeakKeyDictionary

from django.contrib.auth.models import User
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import Http404

from clusters.access import asked_together
from clusters.people import SignIn, signed_in_users
from clusters.tasks import guarded
from clusters.threads import read

GATHER_SECONDS = 0.25
MOST = 200
"""Sockets that are looked at in one turn on a thread; others want theirs."""


class Refusal(Enum):
    """Why somebody may not have a socket open."""

    SIGNED_OUT = 1
    NOT_ALLOWED = 2


NOT_FOR_HIM = (Http404, PermissionDenied, BadRequest)
"""What says that somebody may not have something."""


def why_not(authorise: Callable[[User], object], user: User | None) -> Refusal | None:
    """Why something may not stay open for the user as he is now, None once he is signed out; `authorise` raises one of
    NOT_FOR_HIM where he may not have it."""
    if user is None:
        return Refusal.SIGNED_OUT
    try:
        authorise(user)
    except NOT_FOR_HIM:
        return Refusal.NOT_ALLOWED
    return None


class Asker(Protocol):
    """A socket. `sign_in` is whose it is, None where nobody signed in."""

    @property
    def sign_in(self) -> SignIn | None: ...

    def refusal(self, user: User | None) -> Refusal | None:
        """On a database thread: why it may not stay open, `user` being as he is now, None once he is signed out."""


Answer = Refusal | None
"""None: it may stay open."""


class _Together:
    """The sockets of one event loop that wait for an answer."""

    def __init__(self) -> None:
        self._waiting: list[tuple[Asker, asyncio.Future[Answer]]] = []
        self._work: asyncio.Task[None] | None = None

    async def ask(self, asker: Asker) -> Answer:
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting.append((asker, answer))
        if self._work is None or self._work.done():
            self._work = guarded("rights to sockets", self._look())
        return await answer

    async def _look(self) -> None:
        while self._waiting:
            await asyncio.sleep(GATHER_SECONDS)
            turn, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
            try:
                said = await read(_asked, [asker for asker, _ in turn])
            except Exception as error:
                said = [error] * len(turn)
            for (_, answer), each in zip(turn, said, strict=True):
                _give(answer, each)


_together: WeakKeyDictionary[asyncio.AbstractEventLoop, _Together] = WeakKeyDictionary()


async def refusal_of(asker: Asker) -> Answer:
    """Why the socket may not stay open. Raises what the database does, and what `refusal` does."""
    return await _together.setdefault(asyncio.get_running_loop(), _Together()).ask(asker)


def _asked(askers: Sequence[Asker]) -> list[Answer | Exception]:
    users = signed_in_users({asker.sign_in for asker in askers if asker.sign_in})
    with asked_together(users.values()):
        return [_answer(asker, users.get(asker.sign_in) if asker.sign_in else None) for asker in askers]


def _answer(asker: Asker, user: User | None) -> Answer | Exception:
    """What one cannot say leaves the others alone."""
    try:
        return asker.refusal(user)
    except Exception as error:
        return error


def _give(answer: asyncio.Future[Answer], said: Answer | Exception) -> None:
    if answer.done():  # the socket has gone meanwhile
        return
    if isinstance(said, Exception):
        answer.set_exception(said)
    else:
        answer.set_result(said)
