"""Beside each shell runs its leash, a tiny command in the container that reads from us.

When we say so, and when this process dies and the kernel closes its connections, the leash ends every process that the
shell started. Should the leash fail, `sweep` does the same from outside.
"""

import asyncio

from clusters.kube.client import Client
from clusters.kube.errors import KubeError
from clusters.models import TerminalSession
from clusters.streams import programs, scripts, sweep
from clusters.streams.requests import ShellRequest
from clusters.tasks import guarded

LEASH_SECONDS = 10.0


class Leash:
    """Held from when it is made until `end_processes`."""

    def __init__(self, client: Client, place: ShellRequest, session: TerminalSession) -> None:
        self._client = client
        self._place = place
        self._session = session
        self._over = asyncio.Event()
        self._held = guarded(f"leash of shell {session.pk}", self._hold())

    async def end_processes(self) -> bool:
        """Ends every process of the shell; whether it is sure that none is left."""
        return await self.let_go() or await sweep.end_processes(self._client, self._session)

    async def let_go(self) -> bool:
        """Lets the leash do its work; whether it said that it is done."""
        self._over.set()
        try:
            async with asyncio.timeout(LEASH_SECONDS):
                return await self._held
        except TimeoutError:
            return False

    async def _hold(self) -> bool:
        try:
            async with programs.run(self._client, self._place, scripts.leash(self._session.pk), tty=False) as leash:
                await self._over.wait()
                await leash.send_stdin(b"\n")
                async for _ in leash:
                    pass
        except KubeError:
            return False
        return leash.status == 0
