"""Writes down what a terminal prints, while it runs: a second later it is in the storage."""

import asyncio
import codecs
import logging
from collections.abc import Awaitable, Callable
from time import monotonic

from django.db import DatabaseError

from clusters.models import Recording
from clusters.recordings import asciicast, books, storing
from clusters.recordings.asciicast import EXIT, INPUT, OUTPUT, RESIZE, Event
from clusters.recordings.chunks import Growing, grown, put_away
from clusters.recordings.echo import Echo
from clusters.recordings.transcript import Transcript
from clusters.streams.recorder import CannotRecord
from clusters.tasks import guarded, pause
from clusters.threads import write

logger = logging.getLogger(__name__)

FLUSH_SECONDS = 1.0
"""How long what was printed may stay unwritten; a server that is killed loses no more."""

PATIENCE = 3.0
"""Seconds after which the storage has failed: with FLUSH_SECONDS, a shell that must be recorded ends within five."""

RETRY_SECONDS = 0.5
HURRY_BYTES = 512 * 1024
MOST_WAITING = 2 * 1024 * 1024
"""Bytes that may wait to be written; then the terminal waits too."""

LARGEST = 1024**3
"""Bytes in the storage. A shell could otherwise fill it, and push older recordings out."""


class CastRecorder:
    """A `clusters.streams.recorder.Recorder` that fills one recording."""

    def __init__(self, recording: Recording, *, required: bool, note_failed: Callable[[str], Awaitable[None]]) -> None:
        """`required`: the terminal must end when nothing can be recorded. `note_failed` is told once why."""
        self._recording = recording
        self._required = required
        self._note_failed = note_failed
        self._began = monotonic()
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._typing = codecs.getincrementaldecoder("utf-8")("replace")
        self._echo = Echo() if recording.with_input else None
        self._events: list[Event] = []
        self._waiting = 0
        self._size = (recording.columns, recording.rows)
        self._chunk = Growing(1, 0, "")
        self._transcript = Transcript()
        self._stored = 0
        self._reason = ""
        self._failed, self._some, self._hurry, self._room = (asyncio.Event() for _ in range(4))
        self._closing = False
        self._work: asyncio.Task[None] | None = None

    @property
    def is_recording(self) -> bool:
        return not self._reason

    async def begin(self, first_link: str, header: bytes) -> None:
        """Stores the first line of the asciicast. Raises CannotRecord."""
        self._chunk = Growing(1, 0, first_link, cast=[header])
        await self._store()
        if self._reason:
            raise CannotRecord(self._reason)
        self._work = guarded(f"recording {self._recording.pk}", self._write_down())

    @property
    def has_room(self) -> bool:
        # Nothing is shown that must be recorded and is not; whoever waits for `trouble` ends the terminal.
        return not self._required if self._reason else self._waiting <= MOST_WAITING

    async def room(self) -> None:
        while not self.has_room:
            self._room.clear()
            await self._room.wait()

    def output(self, data: bytes) -> None:
        text = self._decoder.decode(data)
        self._add(OUTPUT, text)
        if self._echo:
            for line in self._echo.printed(text):
                self._add(INPUT, line)

    def input(self, data: bytes) -> None:
        if self._echo:
            self._echo.typed(self._typing.decode(data))

    def resized(self, columns: int, rows: int) -> None:
        if self._size != (columns, rows):
            self._size = (columns, rows)
            self._add(RESIZE, f"{columns}x{rows}")

    async def trouble(self) -> str:
        await self._failed.wait()
        if self._required:
            raise CannotRecord(f"{self._reason} Shells here are only allowed with a recording, so this one was ended.")
        return self._reason

    async def close(self, exit_code: int | None) -> None:
        if exit_code is not None:
            self._add(EXIT, str(exit_code))
        self._closing = True
        self._some.set()
        self._hurry.set()
        if self._work:
            await asyncio.wait([self._work])
        try:
            await write(books.finish, self._recording.pk, exit_code=exit_code, broken_off=self._reason)
        except DatabaseError:
            logger.exception("Recording %s cannot be closed now; it will be later.", self._recording.pk)

    def _add(self, code: str, data: str) -> None:
        if not data or self._reason:
            return
        self._events.append(Event(round((monotonic() - self._began) * 1000), code, data))
        self._waiting += len(data)
        self._some.set()
        if self._waiting > HURRY_BYTES:
            self._hurry.set()

    async def _write_down(self) -> None:
        try:
            await self._write_until_closed()
        # Else the shell would go on unrecorded, and the recording would pass for a complete one.
        except Exception:
            await self._fail("Pilothouse made an error here; its log says which.")
            raise

    async def _write_until_closed(self) -> None:
        while not self._reason:
            await self._some.wait()
            await self._wait_for_more()
            events, self._events = self._events, []
            if not events:
                return
            self._some.clear()
            await storing.in_storage(grown, self._chunk, events, self._transcript)
            await self._store()
            self._waiting = sum(len(event.data) for event in self._events)
            if self._closing or self._events:
                self._some.set()
            self._room.set()

    async def _wait_for_more(self) -> None:
        await pause(self._hurry, FLUSH_SECONDS)
        if not self._closing:
            self._hurry.clear()

    async def _store(self) -> None:
        """The chunk as it is now, in the storage and in the books; when that cannot be done the recording ends."""
        last: Exception | None = None
        try:
            async with asyncio.timeout(PATIENCE):
                while last := await self._tried():  # noqa: ASYNC110 - a storage tells nobody
                    await asyncio.sleep(RETRY_SECONDS)
        except TimeoutError:
            why = in_words(last) if last else f"no answer for {PATIENCE:.0f} s"
            await self._fail(f"The recording could not be stored ({why}).")
            return
        if self._stored + (self._chunk.written.stored if self._chunk.written else 0) > LARGEST:
            await self._fail(f"The recording has reached {LARGEST // 1024**3} GiB, the most that is kept of one shell.")
        elif self._chunk.is_settled and self._chunk.written:
            self._stored += self._chunk.written.stored
            self._chunk = Growing(self._chunk.number + 1, self._chunk.ended, self._chunk.written.link)

    async def _tried(self) -> Exception | None:
        """Why the chunk could not be stored; None where it was."""
        chunk = self._chunk
        try:
            row = await storing.in_storage(put_away, self._recording, chunk, self._transcript)
            await write(books.note_written, row, chunk.written)
        # Every storage has errors of its own.
        except Exception as error:
            logger.warning("Recording %s could not be stored: %s", self._recording.pk, in_words(error))
            return error
        replaced, chunk.written = chunk.written, row
        if replaced:
            await _take_away(replaced.name)
        return None

    async def _fail(self, reason: str) -> None:
        self._reason = reason
        self._room.set()
        self._failed.set()
        try:
            await self._note_failed(reason)
        except DatabaseError:
            logger.exception("It could not be written down that recording %s failed.", self._recording.pk)


async def _take_away(name: str) -> None:
    """Takes a file away that a newer one replaces. What stays goes with the whole recording."""
    try:
        await storing.in_storage(storing.delete, name)
    # Every storage has errors of its own.
    except Exception as error:
        logger.warning("%s could not be deleted: %s", name, in_words(error))


def in_words(error: Exception) -> str:
    """What went wrong, without paths and other details of the storage."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return type(error).__name__


def header_of(recording: Recording) -> bytes:
    """The first line of the recording's asciicast."""
    return asciicast.header(
        columns=recording.columns,
        rows=recording.rows,
        timestamp=int(recording.started.timestamp()),
        title=f"{recording.username} in {recording.namespace}/{recording.pod}/{recording.container}",
        command=recording.command,
    )
