"""One viewer of one log that he does not follow: what it has now."""

from dataclasses import replace

from clusters.kube.client import Client
from clusters.kube.errors import KubeError
from clusters.streams.bounds import MOST_KEPT, OVER, LastLines, Until
from clusters.streams.catching_up import Give, in_time, turn
from clusters.streams.framing import WholeLines
from clusters.streams.logs import Log, Mark, Resumption, Sign
from clusters.streams.requests import LogRequest
from clusters.streams.selection import Source


async def read_once(
    client: Client, source: Source, request: LogRequest, *, give: Give, resumption: Resumption | None, person: int
) -> str:
    """Gives what a log has now, not followed; returns why it ended, if that says anything.

    Raises KubeError once the log cannot be read on, and Stalled when `give` takes too long.
    """
    taking = _Taking(request, in_time(give))
    asked = replace(request, follow=False, tail=None if taking.keeps else request.tail)
    log = Log(client, asked, taking.take, pod_uid=source.uid, resumption=resumption)
    try:
        async with turn(client, person):
            reason = await log.run()
    except _Over:
        reason = OVER
    await taking.finish(give)
    if log.has_failed:
        raise KubeError(reason)
    return reason


class _Taking:
    """Takes a log as it is read and gives on what is asked for, in whole lines."""

    def __init__(self, request: LogRequest, give: Give) -> None:
        self._give = give
        self._until = Until(request.until)
        self._last = LastLines(request.tail) if request.until and request.tail else None
        self._whole = WholeLines()

    @property
    def keeps(self) -> bool:
        """Whether nothing is given before the end: which lines are the last is not known until then."""
        return self._last is not None

    async def take(self, step: bytes | Mark) -> None:
        """Raises _Over."""
        if isinstance(step, bytes):
            await self._pass(self._whole.feed(step), self._give)
            if self._until.is_over:
                raise _Over
        elif step.sign is Sign.REWIND:
            self._whole.rest()  # nobody has seen it
        else:
            await self._give(step)

    async def finish(self, give: Give) -> None:
        """There is no hurry any more: nobody waits for this turn."""
        if not self._until.is_over and (rest := self._whole.rest()):
            await self._pass(rest, give)
        if self._last and self._last.left_out:
            most = f"{MOST_KEPT // 1024**2} MiB"
            text = f"{self._last.left_out:,} lines are left out here: more than {most} are only in the download."
            await give(Mark(Sign.GAP, text))
        if self._last and (kept := self._last.take()):
            await give(kept)

    async def _pass(self, lines: bytes, give: Give) -> None:
        lines = self._until.cut(lines)
        if self._last:
            self._last.add(lines)
        elif lines:
            await give(lines)


class _Over(Exception):
    """Nothing of what is asked for will come any more."""
