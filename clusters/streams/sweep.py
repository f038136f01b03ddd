"""Ends what shells left behind in containers: when one is closed, and when the process that held it was killed."""

import asyncio
import logging
from collections.abc import Callable, Collection
from uuid import UUID

from django.db import DatabaseError

from clusters.clients import client_for
from clusters.kube.channels import open_exec
from clusters.kube.client import Client
from clusters.kube.errors import KubeError, NotFound
from clusters.models import TerminalSession
from clusters.sealing import SealBroken
from clusters.streams import scripts, sessions
from clusters.streams.endings import Ending
from clusters.streams.instances import look_at
from clusters.tasks import pause
from clusters.threads import write

logger = logging.getLogger(__name__)

ROUND_SECONDS = 5.0
LIMIT_SECONDS = 20.0


Held = Callable[[], Collection[UUID]]


async def run(stop: asyncio.Event, held: Held = tuple) -> None:
    """End the shells of processes that died, until `stop` is set; every process that serves runs this.

    `held` gives the shells that this process holds.
    """
    while not stop.is_set():
        try:
            lost = await write(sessions.take_lost, held())
            await asyncio.gather(*(_end_lost(session) for session in lost))
        except DatabaseError as error:
            logger.warning("The database cannot be asked for lost shells: %s", error)
        # A fault of ours over one shell must not end the sweep of all.
        except Exception:
            logger.exception("Ending lost shells failed.")
        await pause(stop, ROUND_SECONDS)


async def end_processes(client: Client, session: TerminalSession) -> bool:
    """Ends every process of the session in its container; whether nothing is left that could be ended.

    In an image without a shell nothing can be run that would end them.
    """
    try:
        async with asyncio.timeout(LIMIT_SECONDS):
            place = {"namespace": session.namespace, "pod": session.pod, "container": session.container}
            instance = await look_at(client, **place)
            if instance is None or instance.pod_uid != session.pod_uid or not instance.running:
                return True
            return await _run_to_its_end(client, session)
    except NotFound:
        return True
    except (KubeError, TimeoutError) as error:
        logger.warning("The processes of shell %s in %s cannot be ended yet: %s", session.pk, session, error)
        return False


async def _run_to_its_end(client: Client, session: TerminalSession) -> bool:
    async with open_exec(
        client,
        namespace=session.namespace,
        pod=session.pod,
        container=session.container,
        command=scripts.end(session.pk),
        stdin=False,
    ) as stream:
        async for _ in stream:
            pass
    return stream.status == 0 or stream.has_no_program


async def _end_lost(session: TerminalSession) -> None:
    # What one only joined is not ours to end.
    if session.kind == TerminalSession.Kind.ATTACH or await _nothing_is_left(session):
        await write(sessions.close, session.pk, Ending(None, "The server that held it was lost."))
        logger.info("Ended shell %s in %s, whose server was lost.", session.pk, session)


async def _nothing_is_left(session: TerminalSession) -> bool:
    try:
        client = await client_for(session.cluster)
    except (KubeError, SealBroken) as error:
        logger.warning("Shell %s cannot be ended: its cluster has no usable connection: %s", session.pk, error)
        return False
    return await end_processes(client, session)
