"""A shell in a container that outlives its sockets: a page that comes back within the grace time goes on where it was.

Nothing of it stays in the container, however it ends (`clusters.streams.leashes`).
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from dataclasses import replace
from datetime import datetime, timedelta
from time import monotonic
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import User
from django.db import DatabaseError

from clusters.kube.channels import ExecStream, within_screen
from clusters.kube.client import Client
from clusters.kube.errors import BadRequest, Forbidden, KubeError, NotFound, NotKubernetes, Unauthorized
from clusters.models import TerminalSession
from clusters.signals import shell_closed, shell_opened
from clusters.streams import sessions
from clusters.streams.endings import CLOSED, Ending
from clusters.streams.instances import Instance
from clusters.streams.interrupting import END_OF_INPUT, GOES_ON, ONLY_KEYS, interrupt
from clusters.streams.leashes import Leash
from clusters.streams.programs import NO_SHELL, Program
from clusters.streams.recorder import CannotRecord, NotRecorded, OpenRecorder, Recorder
from clusters.streams.screen import Screen
from clusters.streams.viewers import Viewer, Viewers
from clusters.streams.vitals import Vitals
from clusters.tasks import first_of, guarded, stop
from clusters.threads import write

logger = logging.getLogger(__name__)

INPUT_LIMIT = 256 * 1024
"""Bytes of input that may wait for the container; a browser that keeps its window (64 KiB) never comes near."""

PIECE = 32 * 1024
RESIZE_SECONDS = 0.1
_KEYS = 1024
"""Bytes: whoever sends more at once has pasted them."""

ARRIVAL_SECONDS = 10.0
"""How long a new shell waits at least for the page that asked for it."""

_NEVER_STARTED = (BadRequest, Forbidden, NotFound, Unauthorized)
_BROKE_OFF = "The connection to the container broke off; how the shell ended is unknown."
_OUR_ERROR = "Pilothouse made an error here; its log says which."


class Flooded(Exception):
    """More was typed than the container takes."""


class Terminal:
    """A program on a terminal, from `run` until it ends or `end` is called. One viewer at a time drives it.

    `started`, `taken` (bytes of input that the container has taken), `notice` (a sentence on what cannot be done),
    `not_recorded` (why it is not, though it should be) and `ending` are told to viewers: whoever looks waits for
    `Viewer.changed`.
    """

    def __init__(
        self,
        client: Client,
        program: Program,
        instance: Instance,
        row: TerminalSession,
        *,
        user: User,
        address: str | None,
        open_recorder: OpenRecorder,
    ) -> None:
        """`instance` is the container as it is now, `address` where the user comes from."""
        self.screen = Screen()
        self.started = False
        self.accepted = 0
        self.taken = 0
        self.ending: Ending | None = None
        self.notice = ONLY_KEYS if program.ends_by_keys else ""
        self.recorder: Recorder = NotRecorded()
        self.not_recorded = ""
        self._open_recorder = open_recorder
        self._client = client
        self._program = program
        self._row = row
        self._vitals = Vitals(client, program, instance, row.pk)
        self._who: dict[str, Any] = {"user": user, "address": address}
        self._grace = float(settings.PILOTHOUSE_SHELL_GRACE_SECONDS)
        self._viewers = Viewers(self.screen)
        self._typed: asyncio.Queue[bytes | None] = asyncio.Queue()
        """What could not be sent at once, and None for the end of the input."""
        self._stream: ExecStream | None = None
        """While input and output pass."""
        self._size = (program.request.columns, program.request.rows)
        self._resized = asyncio.Event()
        self._next_size = 0.0
        self._told: asyncio.Future[Ending] = asyncio.get_running_loop().create_future()
        self._may_have_started = True
        self._input_closed = False
        self._goes_on = False

    @property
    def id(self) -> UUID:
        return self._row.pk

    @property
    def name(self) -> str:
        return self._row.name

    @property
    def began(self) -> datetime:
        """When it was asked for."""
        return self._row.started

    @property
    def has_tty(self) -> bool:
        """Whether the program has a terminal; of one without, lines end in line feeds only."""
        return self._program.has_tty

    @property
    def size(self) -> tuple[int, int]:
        """Columns and rows of the screen of the one who drives."""
        return self._size

    @property
    def watchers(self) -> list[str]:
        """The names of those who only watch."""
        return self._viewers.watchers

    def attach(self, viewer: Viewer) -> None:
        """From now on the viewer is told of everything. One that drives sends away the one that drove before."""
        self._viewers.add(viewer)

    def detach(self, viewer: Viewer) -> None:
        """The viewer is gone. Without one that drives, the shell goes on for the grace time."""
        self._viewers.remove(viewer)

    def type(self, viewer: Viewer, data: bytes) -> None:
        """Input for the shell; what comes from another than the one who drives is dropped. Raises Flooded."""
        if not data or viewer is not self._viewers.driver or self._told.done() or self._input_closed:
            return
        if self.accepted + len(data) - self.taken > INPUT_LIMIT:
            raise Flooded
        self.accepted += len(data)
        nothing_waits = self._typed.empty() and not self._resized.is_set()
        if nothing_waits and self._stream and self._stream.send_stdin_now(data):
            self._note_taken(data)
            # A page that pastes waits for this word before it sends more.
            (self._viewers.tell_soon if len(data) < _KEYS else self._viewers.tell)()
        else:
            self._typed.put_nowait(data)

    def close_input(self, viewer: Viewer) -> None:
        """The program is to see the end of its input once it has read what was typed."""
        if viewer is self._viewers.driver and not self._told.done() and not self._input_closed:
            self._input_closed = True
            self._typed.put_nowait(None)

    def resize(self, columns: int, rows: int) -> None:
        """The screen has changed, as far as one can; of many the last one counts, before what is typed later."""
        self._size = (within_screen(columns), within_screen(rows))
        if self._program.has_tty:
            self._resized.set()
        self._viewers.tell()

    def note_drawn(self, viewer: Viewer, total: int) -> None:
        """The viewer's page has drawn `total` bytes of those that its socket brought."""
        self._viewers.note_drawn(viewer, total)

    def close(self) -> None:
        """Its user has done with it."""
        self.end(Ending(None, self._program.closed, wanted=True))

    def end(self, ending: Ending) -> None:
        """Nothing that is typed from here on reaches the container, and the shell ends."""
        if not self._told.done():
            self._told.set_result(ending)

    async def run(self) -> None:
        """Holds the shell until it ends, and cleans up whatever happens; never raises but when cancelled."""
        began = monotonic()
        leash = Leash(self._client, self._program.request, self._row) if self._program.has_leash else None
        ending = CLOSED
        try:
            ending = await self._until_it_ends()
        except Exception:
            ending = Ending(None, _OUR_ERROR)
            raise
        finally:
            self._end_with(ending)
            # Whatever cancels us must not cancel this.
            await asyncio.shield(guarded(f"end of shell {self.id}", self._clean_up(ending, leash, began)))

    async def _until_it_ends(self) -> Ending:
        works = [
            guarded("a shell", self._hold()),
            guarded("sign of life of a shell", self._vitals.stay_alive()),
            guarded("right to a shell", self._vitals.watch_right(self._is_unrecorded)),
            guarded("cluster's right to a shell", self._vitals.watch_cluster()),
            guarded("grace time of a shell", self._wait_for_return()),
        ]
        try:
            done, _ = await asyncio.wait([*works, self._told], return_when=asyncio.FIRST_COMPLETED)
        finally:
            # What was typed last must not arrive after a word that ends it.
            self.end(CLOSED)
            await stop(works)
        # The first of them knows the exit code; it may have ended together with another.
        ending = next((work for work in works if work in done), self._told).result()
        ending = await self._vitals.with_cause(ending)
        return replace(ending, reason=f"{ending.reason} {GOES_ON}") if self._goes_on else ending

    async def _hold(self) -> Ending:
        try:
            self.recorder = await self._open_recorder(self._row, self._size, self._who["address"])
        except CannotRecord as error:
            self._may_have_started = False
            return Ending(None, str(error))
        try:
            async with self._program.open(self._client, self.id) as stream:
                if self._program.has_tty:
                    self._resized.clear()
                    stream.resize(*self._size)
                await self._note_started()
                return await self._pass_both_ways(stream)
        except _NEVER_STARTED as error:
            self._may_have_started = self.started
            return Ending(None, error.reason)
        except KubeError as error:
            return Ending(None, error.reason)

    async def _pass_both_ways(self, stream: ExecStream) -> Ending:
        self._stream = stream
        try:
            return await first_of(
                "part of a shell",
                self._show(stream),
                self._watch_recorder(),
                self._unless_closed(self._pass_input(stream)),
                self._unless_closed(self._pass_sizes(stream)),
            )
        finally:
            self._stream = stream.offer = None
            if self._program.ends_by_keys and not stream.has_ended:
                self._goes_on = await interrupt(stream)

    async def _note_started(self) -> None:
        self.started = True
        self._viewers.tell()
        await write(shell_opened.send, Terminal, **self._who, **self._where())

    def _where(self) -> dict[str, Any]:
        row = self._row
        return {"cluster": row.cluster, "namespace": row.namespace, "pod": row.pod, "container": row.container}

    async def _show(self, stream: ExecStream) -> Ending:
        stream.offer = self._show_now
        async for _, data in stream:
            for at in range(0, len(data), PIECE):
                await self._viewers.room()
                await self.recorder.room()
                self._print(data[at : at + PIECE])
        if stream.status is not None:
            return Ending(stream.status, "", noun=self._program.noun)
        if not self.screen.end and stream.has_no_program and self._program.has_leash:
            self._may_have_started = False
            return Ending(None, NO_SHELL)
        return Ending(None, stream.reason or _BROKE_OFF)

    def _show_now(self, data: bytes) -> bool:
        """Shows what has just come, unless that means to wait: for the echo of a key a person waits."""
        if len(data) > PIECE or not self.recorder.has_room or not self._viewers.have_room:
            return False
        self._print(data)
        return True

    def _print(self, data: bytes) -> None:
        self.recorder.output(self._as_on_terminal(data))
        self.screen.add(data)
        self._vitals.note_sign()
        self._viewers.show()

    def _as_on_terminal(self, data: bytes) -> bytes:
        """What a terminal would have been sent: a pipe has line feeds only."""
        return data if self._program.has_tty else data.replace(b"\n", b"\r\n")

    async def _pass_input(self, stream: ExecStream) -> None:
        while True:
            data = await self._typed.get()
            if self._resized.is_set():
                await self._pass_size(stream)
            if data is None:
                await self._close_stdin(stream)
                continue
            await stream.send_stdin(data)
            self._note_taken(data)
            self._viewers.tell()

    def _note_taken(self, data: bytes) -> None:
        self.recorder.input(data)
        self.taken += len(data)

    async def _close_stdin(self, stream: ExecStream) -> None:
        if self._program.ends_by_keys:
            await stream.send_stdin(END_OF_INPUT)
            return
        try:
            await stream.close_stdin()
        except NotKubernetes as error:
            self.notice = error.reason
            self._viewers.tell()

    async def _pass_sizes(self, stream: ExecStream) -> None:
        while True:
            await self._resized.wait()
            await self._pass_size(stream)
            await stream.drain()

    async def _pass_size(self, stream: ExecStream) -> None:
        """Some time after the last one: programs draw their screen anew for each, and it is kept in the recording."""
        await asyncio.sleep(self._next_size - monotonic())
        if not self._resized.is_set():
            return
        self._resized.clear()
        self._next_size = monotonic() + RESIZE_SECONDS
        self.recorder.resized(*self._size)
        stream.resize(*self._size)

    async def _unless_closed(self, work: Coroutine[Any, Any, None]) -> Ending:
        """Nothing can be written any more when it ends: the output says why, within a moment."""
        try:
            await work
        except KubeError:
            await asyncio.sleep(sessions.HEARTBEAT_SECONDS)
        return Ending(None, _BROKE_OFF)

    def _is_unrecorded(self) -> bool:
        return self._stream is not None and not self.recorder.is_recording

    async def _watch_recorder(self) -> Ending:
        """Ends the shell when it must be recorded and cannot be."""
        try:
            self.not_recorded = await self.recorder.trouble()
        except CannotRecord as error:
            return Ending(None, str(error))
        self._viewers.tell()
        return await asyncio.shield(self._told)

    async def _wait_for_return(self) -> Ending:
        """Ends the shell when nobody has driven it for the grace time."""
        grace = self._grace if self._viewers.driver else max(self._grace, ARRIVAL_SECONDS)
        while True:
            await self._viewers.left.wait()
            try:
                async with asyncio.timeout(grace):
                    await self._note_attached(self._viewers.taken_up)
            except TimeoutError:
                return Ending(None, f"Nobody took the shell up again within {grace:.0f} s.")
            grace = self._grace
            await self._note_attached(self._viewers.left)

    async def _note_attached(self, changes: asyncio.Event) -> None:
        """Writes down whether a page shows the shell, and waits until that changes."""
        try:
            await write(sessions.note_attached, self.id, changes is self._viewers.left)
        except DatabaseError as error:
            logger.warning("Whether shell %s is shown could not be written down: %s", self.id, error)
        await changes.wait()

    def _end_with(self, ending: Ending) -> None:
        self.ending = ending
        self._viewers.tell()

    async def _clean_up(self, ending: Ending, leash: Leash | None, began: float) -> None:
        recorded = guarded(f"end of the recording of shell {self.id}", self.recorder.close(ending.exit_code))
        if self.started:
            duration = timedelta(seconds=monotonic() - began)
            last = {**self._who, **self._where(), "duration": duration, "detail": ending.in_words()}
            await _tried(lambda: write(shell_closed.send, Terminal, **last))
        if leash is None:
            swept = True
        else:
            swept = await leash.end_processes() if self._may_have_started else await leash.let_go() or True
        if swept:
            await write(sessions.close, self.id, ending)
        await recorded


async def _tried(work: Callable[[], Coroutine[Any, Any, Any]]) -> None:
    """The books must not keep us from cleaning the container."""
    try:
        await work()
    except DatabaseError:
        logger.exception("The end of a shell could not be written down.")
