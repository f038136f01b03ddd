"""A shell that is open already: taken up again by its owner, or watched by an admin."""

import logging
from contextlib import suppress
from typing import Any

import aiohttp
from aiohttp import WSMsgType
from django.contrib.auth.models import User

from clusters.access import Access
from clusters.models import TerminalSession
from clusters.signals import shell_watched
from clusters.streams import holding, sessions, tickets
from clusters.streams.endings import Ending
from clusters.streams.holding import CannotRun
from clusters.streams.neighbours import Passage, connected, passage_of
from clusters.streams.sharing import find_shell
from clusters.streams.terminal import Terminal
from clusters.streams.viewers import Viewer
from clusters.threads import read, write
from dashboard.consumers.base import REFUSED, parsed
from dashboard.consumers.queries import query_of
from dashboard.consumers.rights import Refusal
from dashboard.consumers.terminals import TerminalSocket

logger = logging.getLogger(__name__)

LINK_BROKE = 4504
"""Close code after which a page may try again."""


class ShellAgainConsumer(TerminalSocket):
    """First tells `resumed`: the offset `from` which output follows, the bytes `lost` before it, the offset up `to`
    which it was printed before, the bytes of input `typed` so far, the shell's id, its name, and when it `began`.

    `?from=` is the offset that the page has drawn up to; without it everything that is kept is sent. With `?watch=1`
    an admin looks on. A shell that another process holds is passed on from there.
    """

    access = Access()
    _upstream: aiohttp.ClientWebSocketResponse | None = None

    def authorise(self, user: User) -> None:
        self.drives = query_of(self.scope).get("watch") != "1"
        row = find_shell(user, self.scope["url_route"]["kwargs"]["session"], drives=self.drives)
        self.row, self.user, self.cluster, self.namespace, self.pod = row, user, row.cluster, row.namespace, row.pod

    async def opened(self) -> None:
        self.since = offset(query_of(self.scope).get("from", ""))
        self.start("shell taken up", self.relay())

    async def relay(self) -> str:
        if self.drives:
            await write(sessions.take_up, self.row.pk, self.scope["session"].session_key)
        else:
            await write(shell_watched.send, type(self), **vars(self.opening(self.row.container)))
        # Whatever was written of its end since it was looked up.
        self.row = await read(TerminalSession.objects.select_related("cluster").get, pk=self.row.pk)
        if self.row.ended is None and self.row.owner != sessions.OWNER and self.row.address:
            return await self.pass_through()
        return await super().relay()

    async def taken_up(self) -> tuple[Terminal, Viewer]:
        return await resumed(self, self._passage())

    async def pass_through(self) -> str:
        """Both ways between the page and the process that holds the shell; a link that breaks may be made again."""
        try:
            async with connected(self.row, self._passage()) as upstream:
                self._upstream = upstream
                async for message in upstream:
                    if message.type is WSMsgType.BINARY:
                        await self.pass_on(message.data)
                    elif message.type is not WSMsgType.TEXT:
                        break
                    elif (told := parsed(message.data)) and told["type"] == "end":
                        self.end_code = told["code"]
                        return str(told["reason"])
                    else:
                        await self.send(text_data=message.data)
        except (aiohttp.ClientError, TimeoutError) as error:
            logger.warning("Shell %s cannot be passed on from %s: %s", self.row.pk, self.row.address, error)
        finally:
            self._upstream = None
        self.end_code = LINK_BROKE
        return "The server that holds this shell cannot be reached."

    def _passage(self) -> Passage:
        return Passage(str(self.row.pk), self.since, self.user.get_username(), self.drives)

    async def typed(self, data: bytes) -> None:
        if self._upstream:
            # That the link broke is the next thing that `pass_through` hears.
            with suppress(ConnectionError):
                await self._upstream.send_bytes(data)
        else:
            await super().typed(data)

    async def received(self, message: dict[str, Any]) -> None:
        if self._upstream:
            with suppress(ConnectionError):
                await self._upstream.send_json(message)
        else:
            await super().received(message)


class RelayedShellConsumer(TerminalSocket):
    """The other end of `ShellAgainConsumer.pass_through`: no page, but a process of ours that has checked its user."""

    access = Access(own_rule=True)
    passage: Passage | None = None

    def refusal(self, user: User | None) -> Refusal | None:
        # The terminal watches its own right, and the process that asked watches its page's.
        if self.passage is None:
            self.passage = passage_of(self.scope["headers"], self.scope["url_route"]["kwargs"]["session"])
        return None if self.passage else Refusal.NOT_ALLOWED

    async def admitted(self) -> bool:
        assert self.passage  # noqa: S101 - it was not refused
        if await write(tickets.first_use, self.passage.nonce):
            return True
        await self.close(REFUSED)
        return False

    async def opened(self) -> None:
        self.start("shell passed on", self.relay())

    async def taken_up(self) -> tuple[Terminal, Viewer]:
        assert self.passage  # noqa: S101 - it was not refused
        return await resumed(self, self.passage)


async def resumed(socket: TerminalSocket, asked: Passage) -> tuple[Terminal, Viewer]:
    """The shell that this process holds, and a view of it as asked for. Raises CannotRun where it holds none."""
    # As it is now: it may have ended, or have another name, since it was looked up.
    row = await read(TerminalSession.objects.get, pk=asked.session)
    terminal = holding.held(row.pk)
    if terminal is None:
        raise CannotRun(await socket.tell_end(how_it_ended(row)))
    viewer = Viewer(min(max(asked.since, terminal.screen.start), terminal.screen.end), asked.name, drives=asked.drives)
    told = {"from": viewer.at, "lost": max(0, viewer.at - asked.since), "to": terminal.screen.end}
    known = {"id": str(row.pk), "name": row.name, "began": row.started.isoformat()}
    await socket.tell(type="resumed", typed=terminal.accepted, **known, **told)
    return terminal, viewer


def offset(text: str) -> int:
    """What an address says, 0 where it makes no sense."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


def how_it_ended(row: TerminalSession) -> Ending:
    """What is known of a shell that no process holds."""
    if row.ended is None:
        return Ending(None, "The server that held this shell was lost, and the shell with it.")
    reason = row.reason or ("The shell has ended." if row.exit_code is None else "")
    return Ending(row.exit_code, reason, wanted=row.wanted)
