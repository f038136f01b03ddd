"""Watches over a shell from outside: whether its container still runs, and whether its user still may have it."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from time import monotonic
from uuid import UUID

from django.db import DatabaseError

from clusters.kube.client import Client
from clusters.kube.errors import Forbidden, KubeError, NotFound, Unauthorized
from clusters.standing_rights import until_refused
from clusters.streams import sessions
from clusters.streams.cluster_rights import ClusterRight
from clusters.streams.endings import Ending
from clusters.streams.instances import Instance, look_at
from clusters.streams.programs import Program
from clusters.threads import read, write

logger = logging.getLogger(__name__)

RIGHT_SECONDS = 2.0
KILLED = (128 + 9, 128 + 15)
"""Exit codes after SIGKILL and SIGTERM, which also come from outside."""

CAUSE_SECONDS = 3.0
SILENCE_SECONDS = 45.0
"""How long neither output nor an answer of the API server may come: a stream in a cut network stays open."""


class Vitals:
    """Of the shell `session`: a program in a container, which was `instance` when it began."""

    def __init__(self, client: Client, program: Program, instance: Instance, session: UUID) -> None:
        self._client = client
        self._program = program
        self._instance = instance
        self._session = session
        self._last_sign = monotonic()

    def note_sign(self) -> None:
        """Something came from the container."""
        self._last_sign = monotonic()

    async def stay_alive(self) -> Ending:
        """A stream can stay open and frozen when its pod goes, so we look. Also tells other processes that we live."""
        while True:
            await asyncio.sleep(sessions.HEARTBEAT_SECONDS)
            await self._give_sign()
            try:
                now = await self._look()
                self.note_sign()
            except NotFound:
                now = None
            except (Forbidden, Unauthorized):
                # An answer too: what it means for the shell `watch_cluster` finds out.
                self.note_sign()
                continue
            except KubeError as error:
                if monotonic() - self._last_sign > SILENCE_SECONDS:
                    said = f"The cluster cannot be reached, how the shell ended is unknown: {error.reason}"
                    return Ending(None, said)
                continue
            if said := self._end_of_container(now):
                return Ending(None, said)

    async def watch_right(self, is_unrecorded: Callable[[], bool]) -> Ending:
        """Returns when the user may no longer have the shell as it is, or somebody has asked for its end.

        Raises DatabaseError.
        """

        def refusal() -> Awaitable[Ending | None]:
            return read(sessions.must_end, self._session, unrecorded=is_unrecorded())

        return await until_refused(refusal, every=RIGHT_SECONDS, what=f"shell {self._session}")

    async def watch_cluster(self) -> Ending:
        """Returns when the cluster has taken from us what the shell began with."""
        place = self._program.request
        right = ClusterRight(self._client, self._program.subresource, namespace=place.namespace, pod=place.pod)
        return Ending(None, await right.until_lost(), refused=True)

    async def with_cause(self, ending: Ending) -> Ending:
        """With what has become of the pod, where that may have killed the program."""
        return replace(ending, reason=await self._cause_of_kill()) if ending.exit_code in KILLED else ending

    async def _cause_of_kill(self) -> str:
        try:
            async with asyncio.timeout(CAUSE_SECONDS):
                now = await self._look()
        except NotFound:
            now = None
        except (KubeError, TimeoutError):
            return ""
        return self._end_of_container(now) or ("The pod is being deleted." if now and now.being_deleted else "")

    def _end_of_container(self, now: Instance | None) -> str:
        if now is None or now.pod_uid != self._instance.pod_uid:
            return "The pod is gone."
        if now.key != self._instance.key or not now.running:
            return f"The container ended. {now.said}".strip()
        return ""

    async def _give_sign(self) -> None:
        try:
            await write(sessions.keep, self._session)
        except DatabaseError as error:
            logger.warning("Shell %s could not give its sign of life, trying again: %s", self._session, error)

    async def _look(self) -> Instance | None:
        asked = self._program.request
        return await look_at(self._client, namespace=asked.namespace, pod=asked.pod, container=asked.container)
