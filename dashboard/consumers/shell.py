"""New programs in a container: a shell, one command, and the process that the container was made for."""

from typing import Any

from clusters.access import Access
from clusters.models import Role
from clusters.streams import holding
from clusters.streams.endings import Ending
from clusters.streams.programs import NO_SHELL, Command, Program, Shell, attachment
from clusters.streams.requests import BadStreamRequest, ShellRequest, command_words, shell_request
from clusters.streams.terminal import Terminal
from clusters.streams.viewers import Viewer
from dashboard.consumers.base import MALFORMED
from dashboard.consumers.queries import query_of
from dashboard.consumers.terminals import TerminalSocket


class NewTerminalConsumer(TerminalSocket):
    """First tells `session` with the id, by which `ShellAgainConsumer` takes the terminal up again, the name, and when
    it `began`.
    """

    role = Role.SHELL
    access = Access(role=role)
    request: ShellRequest

    async def opened(self) -> None:
        try:
            self.request = shell_request(self.namespace, self.pod, query_of(self.scope))
        except BadStreamRequest as error:
            await self.close(MALFORMED, str(error))
            return
        await self.asked()

    async def asked(self) -> None:
        """What is asked for makes sense."""
        self.start(type(self).__name__, self.relay())

    async def program(self) -> Program:
        """Raises KubeError."""
        raise NotImplementedError

    async def taken_up(self) -> tuple[Terminal, Viewer]:
        terminal = await holding.start(
            await self.client(),
            await self.program(),
            cluster=self.cluster,
            user=self.user,
            sign_in=self.scope["session"].session_key,
            address=self.address,
        )
        began = terminal.began.isoformat()
        await self.tell(type="session", id=str(terminal.id), name=terminal.name, began=began)
        return terminal, Viewer(0, self.user.get_username(), drives=True)


class ShellConsumer(NewTerminalConsumer):
    """An interactive shell."""

    async def program(self) -> Program:
        return Shell(self.request)


class AttachConsumer(NewTerminalConsumer):
    """The container's own process."""

    async def program(self) -> Program:
        return await attachment(await self.client(), self.request)


class RunConsumer(NewTerminalConsumer):
    """One command, which the page says first: `{"command": "ls -l /tmp"}`.

    Where the image has no `sh` we tell `no shell` and run nothing; `"without_shell": true` beside the command runs it
    all the same, on a terminal whose keys are all that can end it.
    """

    words: tuple[str, ...] = ()
    has_leash = True

    async def asked(self) -> None:
        """Nothing runs before the page says what."""

    async def received(self, message: dict[str, Any]) -> None:
        match message:
            case {"command": str(line), **rest} if not self.words:
                self.has_leash = rest.get("without_shell") is not True
                try:
                    self.words = command_words(line)
                except BadStreamRequest as error:
                    await self.close(MALFORMED, str(error))
                    return
                await super().asked()
            case _:
                await super().received(message)

    async def program(self) -> Program:
        return Command(self.request, self.words, self.has_leash)

    async def tell_end(self, ending: Ending) -> str:
        if ending.reason == NO_SHELL:
            await self.tell(type="no shell")
        return await super().tell_end(ending)
