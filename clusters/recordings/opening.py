"""Which recorder a session gets: as the policy of its cluster says."""

import asyncio
import logging

from django.db import DatabaseError

from clusters.models import RecordingPolicy, TerminalSession
from clusters.recordings import books, sealed
from clusters.recordings.recorder import CastRecorder, header_of
from clusters.streams.recorder import CannotRecord, NotRecorded, Recorder
from clusters.tasks import guarded
from clusters.threads import write

logger = logging.getLogger(__name__)


async def open_recorder(session: TerminalSession, size: tuple[int, int], address: str | None) -> Recorder:
    """A recorder for a session about to begin on a screen of that size, by a user at that address.

    Raises CannotRecord where the policy requires a recording and none can be stored.
    """
    policy = session.cluster.recording
    if policy == RecordingPolicy.OFF:
        return NotRecorded()
    required = policy == RecordingPolicy.REQUIRED
    try:
        return await _begun(session, size, address, required=required)
    except CannotRecord as error:
        if required:
            raise CannotRecord(f"{error} Shells here are only allowed with a recording.") from None
        return NotRecorded(str(error))


async def _begun(
    session: TerminalSession, size: tuple[int, int], address: str | None, *, required: bool
) -> CastRecorder:
    async def note_failed(reason: str) -> None:
        await write(books.note_failed, session, session.user, address, reason)

    try:
        recording = await write(books.begin, session, *size)
    except DatabaseError as error:
        logger.warning("A recording could not be begun: %s", error)
        raise CannotRecord("The recording could not be begun (the database failed).") from None
    recorder = CastRecorder(recording, required=required, note_failed=note_failed)
    try:
        await recorder.begin(sealed.first_link(recording), header_of(recording))
    except (CannotRecord, asyncio.CancelledError):
        # Else it would be taken for one whose server was lost.
        await asyncio.shield(guarded("end of a recording that did not begin", recorder.close(None)))
        raise
    return recorder
