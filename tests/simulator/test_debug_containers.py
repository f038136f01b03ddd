"""A debug container lasts while somebody has a shell in it, and five minutes more."""

import json
from datetime import datetime
from typing import Any, cast
from uuid import uuid4

from clusters.kube.client import Client
from clusters.streams import debugging, scripts
from simulator.clock import moment_of
from simulator.kinds import PODS, Object
from simulator.pod_containers import status_of
from simulator.shell.sources import Shells
from tests.simulator.containers import Screen
from tests.simulator.living import Living, container, is_ready, living
from tests.simulator.test_shell_terminal import READY

IDLE = debugging.IDLE_SECONDS
LOOK = 10
"""Seconds between two looks of the container at who is in it."""


class Door:
    """What a debug container is asked for through, without a server between."""

    def __init__(self, cluster: Living) -> None:
        self._cluster = cluster

    async def patch(self, path: str, body: bytes, *, media: str) -> None:
        added = json.loads(body)["spec"]
        self._cluster.storage.update(PODS, "web", "test", change=lambda pod: pod["spec"].update(added))


async def debugged(cluster: Living) -> str:
    """A pod with a debug container that runs; the name of that."""
    cluster.cluster.shells = Shells(cluster.cluster)
    cluster.create(PODS, "web", {"containers": [container()]})
    await cluster.until(lambda: is_ready(cluster.get(PODS, "web")))
    door = cast("Client", Door(cluster))
    name = await debugging.add(door, namespace="test", pod="web", image=debugging.DEFAULT_IMAGE, target="main")
    await cluster.until(lambda: "running" in state(cluster, name))
    return name


def state(cluster: Living, name: str) -> Object:
    return cast("Object", (status_of(cluster.get(PODS, "web"), name) or {}).get("state", {}))


async def end(cluster: Living, name: str, since: datetime) -> tuple[Any, float]:
    """How the container ends, and how many seconds after a moment."""
    await cluster.until(lambda: "terminated" in state(cluster, name))
    ended = state(cluster, name)["terminated"]
    return (ended["reason"], ended["exitCode"]), (moment_of(ended["finishedAt"]) - since).total_seconds()


async def test_nobody_opens_a_shell_in_it() -> None:
    async with living() as cluster:
        name = await debugged(cluster)
        since = moment_of(state(cluster, name)["running"]["startedAt"])
        how, seconds = await end(cluster, name, since)
    assert how == ("Completed", 0)
    assert IDLE <= seconds <= IDLE + LOOK


async def test_it_goes_on_while_a_shell_is_open_and_five_minutes_after() -> None:
    async with living() as cluster:
        name = await debugged(cluster)
        session, shells, pod = uuid4(), cluster.cluster.shells, cluster.get(PODS, "web")
        screen = Screen(cast("Any", shells.start(pod, name, scripts.start(session, "sh"), tty=True, stdin=True)))
        await screen.until(READY)
        await cluster.wait(4 * IDLE)
        assert "running" in state(cluster, name)
        await screen.type("exit\r")
        assert await screen.ended() == 0
        how, seconds = await end(cluster, name, cluster.clock.now())
    assert how == ("Completed", 0)
    assert IDLE - LOOK <= seconds <= IDLE + LOOK
