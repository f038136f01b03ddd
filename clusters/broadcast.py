"""Tells consumers that rows changed; the only `group_send`.

Messages are hints: idempotent and droppable. The first of a group goes out at once, later ones at most every 20 ms,
merged. A channel layer that fails costs hints, never rows: consumers compare what they have shown with the database at
each hint and every ten seconds.
"""

import asyncio
import logging
from dataclasses import dataclass, field
from typing import Any

from channels.layers import get_channel_layer

from clusters import metrics
from clusters.tasks import guarded

logger = logging.getLogger(__name__)

INTERVAL = 0.02
MAX_UIDS = 500
SEND_TIMEOUT = 2.0
HEALTH = "health"


async def probe() -> None:
    """Send a message that nobody awaits. Raises what the channel layer raises where it takes none."""
    await get_channel_layer().group_send("probe", {"type": "probe"})


def group(cluster_id: int, kind: str) -> str:
    """The channel-layer group of one kind (plural name, or "health") in one cluster."""
    return f"c{cluster_id}.{kind}"


@dataclass
class _Hint:
    """What changed since the last message, up to `sequence`."""

    sequence: int
    uids: set[str] | None = field(default_factory=set)

    def add(self, sequence: int, uids: frozenset[str] | None) -> None:
        self.sequence = max(self.sequence, sequence)
        merged = None if self.uids is None or uids is None else self.uids | uids
        self.uids = None if merged is None or len(merged) > MAX_UIDS else merged


class Broadcaster:
    """Sends the hints of one process; `tell` never waits and never raises because of the channel layer."""

    def __init__(self) -> None:
        self._pending: dict[tuple[int, str], _Hint] = {}
        self._senders: dict[tuple[int, str], asyncio.Task[None]] = {}
        self._failing = False

    def tell(self, cluster_id: int, kind: str, sequence: int = 0, uids: frozenset[str] | None = None) -> None:
        """Rows of a kind changed, or its cluster's health did. `uids` None means: too many to name, ask again."""
        key = (cluster_id, kind)
        self._pending.setdefault(key, _Hint(sequence)).add(sequence, uids)
        sender = self._senders.get(key)
        # A sender whose event loop is gone will never send.
        if sender is None or sender.done() or sender.get_loop() is not asyncio.get_running_loop():
            self._senders[key] = guarded(f"broadcast {group(*key)}", self._send_while_pending(key))

    async def idle(self) -> None:
        """Wait until everything told so far was sent or has failed."""
        await asyncio.gather(*self._senders.values())

    async def _send_while_pending(self, key: tuple[int, str]) -> None:
        while hint := self._pending.pop(key, None):
            await self._send(key, hint)
            await asyncio.sleep(INTERVAL)
        del self._senders[key]

    async def _send(self, key: tuple[int, str], hint: _Hint) -> None:
        cluster_id, kind = key
        message: dict[str, Any] = {
            "type": "rows.changed",
            "cluster": cluster_id,
            "kind": kind,
            "sequence": hint.sequence,
            "uids": None if hint.uids is None else sorted(hint.uids),
        }
        try:
            async with asyncio.timeout(SEND_TIMEOUT):
                await get_channel_layer().group_send(group(cluster_id, kind), message)
        # Each layer raises its own errors, and none of them may reach the store.
        except Exception as error:
            self._failed(error)
        else:
            self._sent()

    def _failed(self, error: Exception) -> None:
        metrics.BROADCASTS.labels("failed").inc()
        if not self._failing:
            logger.error("The channel layer does not take messages; pages update late until it does: %r", error)
        self._failing = True

    def _sent(self) -> None:
        metrics.BROADCASTS.labels("sent").inc()
        if self._failing:
            logger.info("The channel layer takes messages again.")
        self._failing = False


_broadcaster = Broadcaster()
tell = _broadcaster.tell
