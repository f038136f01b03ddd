"""The log of a container, live."""

import asyncio
from typing import Any

from clusters.access import Access
from clusters.models import Role
from clusters.signals import log_closed, log_opened
from clusters.streams.lines import place_of
from clusters.streams.logs import Log, Mark, Resumption
from clusters.streams.open_logs import TooManyLogs, counted
from clusters.streams.requests import BadStreamRequest, LogRequest, log_request
from clusters.streams.windows import Stalled, Window
from dashboard.consumers.activity import recorded
from dashboard.consumers.base import MALFORMED
from dashboard.consumers.queries import query_of
from dashboard.consumers.streams import StreamConsumer

WINDOW = 512 * 1024
"""Bytes that the page may not have drawn yet; then we stop reading from the cluster."""

PATIENCE = 30.0

SMALL = 16 * 1024
GATHER_SECONDS = 0.02
"""After a small piece we wait a moment, so that many lines travel in one frame."""


class LogConsumer(StreamConsumer):
    """The page first sends `{"start": null}`, or `{"start": {"instance", "line", "times"}}` to go on after that line.

    Then `{"drawn": bytes in all}` and `{"paused": true}`. We send text in binary frames, cut anywhere, and marks.
    """

    role = Role.LOGS
    access = Access(role=role)

    async def opened(self) -> None:
        self.window = Window(WINDOW, patience=PATIENCE)
        try:
            self.request = log_request(self.namespace, self.pod, query_of(self.scope))
        except BadStreamRequest as error:
            await self.close(MALFORMED, str(error))

    async def received(self, message: dict[str, Any]) -> None:
        match message:
            case {"start": start} if self._work is None:
                self.start("log", self.relay(self.request, resumption_of(start)))
            case {"drawn": int(total)}:
                self.window.acknowledge(total)
            case {"paused": bool(paused)}:
                self.window.pause(paused)

    async def relay(self, request: LogRequest, resumption: Resumption | None) -> str:
        """Passes the log on until it ends; returns why it did. Raises KubeError."""
        opening = self.opening(request.container)
        try:
            with counted(self.user):
                async with recorded(log_opened, log_closed, opening) as record:
                    client = await self.client()
                    log = Log(client, request, self.take, resumption=resumption, stands=record.note_opened)
                    return await log.run()
        except TooManyLogs as error:
            return str(error)
        except Stalled:
            return f"The browser drew nothing for {PATIENCE:.0f} s."

    async def take(self, step: bytes | Mark) -> None:
        if isinstance(step, Mark):
            await self.tell(type=step.sign, text=step.text)
            return
        await self.window.wait_for_room()
        self.window.note_sent(len(step))
        await self.pass_on(step)
        if len(step) < SMALL:
            await asyncio.sleep(GATHER_SECONDS)


def resumption_of(start: Any) -> Resumption | None:
    """What the page says of where it was; None where it was nowhere or says nothing that makes sense."""
    match start:
        case {"instance": str(instance), "line": str(line), "times": int(times)} if _is_key(instance):
            return Resumption(instance, place_of(line.encode(), max(1, times)) if line else None)
    return None


def _is_key(instance: str) -> bool:
    """Whether this may be the key of a `clusters.streams.instances.Instance`."""
    pod_uid, _, restarts = instance.rpartition("/")
    return bool(pod_uid) and restarts.isascii() and restarts.isdigit() and len(instance) < 100
