"""A shell in a container."""

from functools import partial
from typing import Any

from clusters.access import Access
from clusters.models import Role
from clusters.signals import shell_closed, shell_opened
from clusters.streams.requests import BadStreamRequest, ShellRequest, shell_request
from clusters.streams.sessions import TooManyShells
from clusters.streams.terminal import Ending, Flooded, Terminal
from dashboard.consumers.activity import Record, recorded
from dashboard.consumers.base import MALFORMED
from dashboard.consumers.queries import query_of
from dashboard.consumers.streams import StreamConsumer


class ShellConsumer(StreamConsumer):
    """Binary frames are what is typed and what the shell prints, untouched.

    The page sends `{"drawn": bytes in all}` and `{"columns", "rows"}`; we send `started`, `typed` with the bytes that
    the container has taken in all, and `exit` with the code (null: unknown).
    """

    role = Role.SHELL
    access = Access(role=role)
    terminal: Terminal | None = None

    async def opened(self) -> None:
        try:
            request = shell_request(self.namespace, self.pod, query_of(self.scope))
        except BadStreamRequest as error:
            await self.close(MALFORMED, str(error))
            return
        self.start("shell", self.relay(request))

    async def typed(self, data: bytes) -> None:
        try:
            if self.terminal:
                self.terminal.type(data)
        except Flooded:
            await self.close(MALFORMED, "More was typed than the container takes.")

    async def received(self, message: dict[str, Any]) -> None:
        match message:
            case {"drawn": int(total)} if self.terminal:
                self.terminal.note_drawn(total)
            case {"columns": int(columns), "rows": int(rows)} if self.terminal:
                self.terminal.resize(columns, rows)

    async def relay(self, request: ShellRequest) -> str:
        """Holds the shell until it ends; returns why it did. Raises KubeError."""
        client = await self.client()
        try:
            async with recorded(shell_opened, shell_closed, self.opening(request.container)) as record:
                self.terminal = Terminal(
                    client,
                    request,
                    cluster=self.cluster,
                    user=self.user,
                    send=self.pass_on,
                    note_typed=self.note_typed,
                    started=partial(self.note_started, record),
                )
                ending = await self.terminal.run()
                record.detail.append(in_words(ending))
        except TooManyShells as error:
            return str(error)
        await self.tell(type="exit", code=ending.exit_code)
        return in_words(ending)

    async def note_typed(self, total: int) -> None:
        await self.tell(type="typed", bytes=total)

    async def note_started(self, record: Record) -> None:
        await record.note_opened()
        await self.tell(type="started")


def in_words(ending: Ending) -> str:
    """How a shell ended, in one sentence."""
    if ending.exit_code is None:
        return ending.reason
    return f"The shell ended with exit code {ending.exit_code}."
