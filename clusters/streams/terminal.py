"""A shell in a container, held for one socket. Nothing of it stays in the container, however it ends.

Beside the shell runs its leash, a tiny command that reads from us. When we say so, and when this process dies and the
kernel closes its connections, the leash ends every process that the shell started. Should the leash fail, `sweep` does
the same from outside.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db import DatabaseError

from clusters.kube.channels import ExecStream, open_exec
from clusters.kube.client import Client
from clusters.kube.errors import BadRequest, Forbidden, KubeError, NotFound, Unauthorized
from clusters.models import Cluster, TerminalSession
from clusters.streams import scripts, sessions, sweep
from clusters.streams.instances import Instance, look_at
from clusters.streams.requests import ShellRequest
from clusters.streams.windows import Stalled, Window
from clusters.tasks import guarded, stop
from clusters.threads import write

logger = logging.getLogger(__name__)

OUTPUT_WINDOW = 512 * 1024
"""Bytes of output that the browser may not have drawn yet."""

INPUT_LIMIT = 256 * 1024
"""Bytes of input that may wait for the container; a browser that keeps its window (64 KiB) never comes near."""

PATIENCE = 30.0
RESIZE_SECONDS = 0.1
LEASH_SECONDS = 10.0

_NEVER_STARTED = (BadRequest, Forbidden, NotFound, Unauthorized)
_BROKE_OFF = "The connection to the container broke off; how the shell ended is unknown."
_NO_SHELL = "executable file not found"


class Flooded(Exception):
    """More was typed than the container takes."""


@dataclass(frozen=True)
class Ending:
    """How a shell ended. `exit_code` None: unknown, `reason` says why."""

    exit_code: int | None
    reason: str


class Terminal:
    """Call `type`, `resize` and `note_drawn` while `run` runs; cancelling `run` ends the shell."""

    def __init__(
        self,
        client: Client,
        request: ShellRequest,
        *,
        cluster: Cluster,
        user: User,
        send: Callable[[bytes], Awaitable[None]],
        note_typed: Callable[[int], Awaitable[None]],
        started: Callable[[], Awaitable[None]],
    ) -> None:
        """`send` takes output; `note_typed` is told how many bytes of input the container has taken in all."""
        self._client = client
        self._request = request
        self._cluster = cluster
        self._user = user
        self._send = send
        self._note_typed = note_typed
        self._started = started
        self._window = Window(OUTPUT_WINDOW, patience=PATIENCE)
        self._typed: asyncio.Queue[bytes] = asyncio.Queue()
        self._waiting = 0
        self._size = (request.columns, request.rows)
        self._resized = asyncio.Event()
        self._over = asyncio.Event()
        self._ending = Ending(None, "The shell was closed.")
        self._may_have_started = True

    def type(self, data: bytes) -> None:
        """Input for the shell. Raises Flooded."""
        self._waiting += len(data)
        if self._waiting > INPUT_LIMIT:
            raise Flooded
        self._typed.put_nowait(data)

    def resize(self, columns: int, rows: int) -> None:
        """The screen has changed; of many changes the last one counts."""
        self._size = (columns, rows)
        self._resized.set()

    def note_drawn(self, total: int) -> None:
        """The browser has drawn `total` bytes of output in all."""
        self._window.acknowledge(total)

    async def run(self) -> Ending:
        """Holds the shell until it ends. Raises KubeError where it cannot be started, and TooManyShells."""
        request = self._request
        instance = await self._look()
        if instance is None:
            return Ending(None, f"The pod has no container called {request.container}.")
        if not instance.running:
            return Ending(None, f"The container is not running. {instance.said}")
        session = await write(
            sessions.begin,
            self._user,
            self._cluster,
            namespace=request.namespace,
            pod=request.pod,
            pod_uid=instance.pod_uid,
            container=request.container,
        )
        leash = guarded(f"leash of shell {session.pk}", self._hold_leash(session))
        try:
            self._ending = await self._hold(session, instance)
        except _NEVER_STARTED:
            self._may_have_started = False
            raise
        finally:
            # Whatever cancels us must not cancel this.
            await asyncio.shield(guarded(f"end of shell {session.pk}", self._clean_up(session, leash)))
        return self._ending

    async def _hold(self, session: TerminalSession, instance: Instance) -> Ending:
        async with self._exec(scripts.start(session.pk, self._request.shell), tty=True) as stream:
            await stream.resize(*self._size)
            await self._started()
            works = [
                guarded("output of a shell", self._show(stream)),
                guarded("input of a shell", self._pass_input(stream)),
                guarded("size of a shell", self._pass_sizes(stream)),
                guarded("sign of life of a shell", self._stay_alive(session, instance)),
            ]
            try:
                done, _ = await asyncio.wait(works, return_when=asyncio.FIRST_COMPLETED)
            finally:
                await stop(works)
        # The first of them reads the output and knows the exit code; it may have ended together with another.
        return next(work for work in works if work in done).result()

    async def _show(self, stream: ExecStream) -> Ending:
        anything = False
        try:
            async for _, data in stream:
                anything = True
                await self._window.wait_for_room()
                self._window.note_sent(len(data))
                await self._send(data)
        except Stalled:
            return Ending(None, f"The browser drew nothing for {PATIENCE:.0f} s.")
        if stream.status is not None:
            return Ending(stream.status, "")
        if not anything and _NO_SHELL in stream.reason:
            self._may_have_started = False
            return Ending(None, "The image of this container has no shell.")
        return Ending(None, stream.reason or _BROKE_OFF)

    async def _pass_input(self, stream: ExecStream) -> Ending:
        total = 0
        try:
            while True:
                data = await self._typed.get()
                await stream.send_stdin(data)
                total += len(data)
                self._waiting -= len(data)
                await self._note_typed(total)
        except KubeError:
            return await self._wait_for_status()

    async def _pass_sizes(self, stream: ExecStream) -> Ending:
        try:
            while True:
                await self._resized.wait()
                self._resized.clear()
                await stream.resize(*self._size)
                await asyncio.sleep(RESIZE_SECONDS)
        except KubeError:
            return await self._wait_for_status()

    async def _stay_alive(self, session: TerminalSession, instance: Instance) -> Ending:
        """A stream can stay open and frozen when its pod goes, so we look. Also tells other processes that we live."""
        while True:
            await asyncio.sleep(sessions.HEARTBEAT_SECONDS)
            try:
                await write(sessions.keep, session.pk)
            except DatabaseError as error:
                logger.warning("Shell %s could not give its sign of life, trying again: %s", session.pk, error)
            try:
                now = await self._look()
            except NotFound:
                now = None
            except KubeError:
                continue
            if now is None or now.pod_uid != instance.pod_uid:
                return Ending(None, "The pod is gone.")
            if now.key != instance.key or not now.running:
                return Ending(None, f"The container ended. {now.said}")

    async def _wait_for_status(self) -> Ending:
        """Nothing can be written any more: the output says why, within a moment."""
        await asyncio.sleep(sessions.HEARTBEAT_SECONDS)
        return Ending(None, _BROKE_OFF)

    async def _hold_leash(self, session: TerminalSession) -> bool:
        """Whether the leash has ended every process of the session."""
        try:
            async with self._exec(scripts.leash(session.pk), tty=False) as leash:
                await self._over.wait()
                await leash.send_stdin(b"\n")
                async for _ in leash:
                    pass
        except KubeError:
            return False
        return leash.status == 0

    async def _clean_up(self, session: TerminalSession, leash: "asyncio.Task[bool]") -> None:
        self._over.set()
        swept = not self._may_have_started or await self._leash_did_it(leash)
        if swept or await sweep.end_processes(self._client, session):
            await write(sessions.close, session.pk, exit_code=self._ending.exit_code, reason=self._ending.reason)

    async def _leash_did_it(self, leash: "asyncio.Task[bool]") -> bool:
        try:
            async with asyncio.timeout(LEASH_SECONDS):
                return await leash
        except TimeoutError:
            return False

    async def _look(self) -> Instance | None:
        asked = self._request
        return await look_at(self._client, namespace=asked.namespace, pod=asked.pod, container=asked.container)

    def _exec(self, command: Sequence[str], *, tty: bool) -> AbstractAsyncContextManager[ExecStream]:
        asked = self._request
        return open_exec(
            self._client,
            namespace=asked.namespace,
            pod=asked.pod,
            container=asked.container,
            command=command,
            tty=tty,
        )
