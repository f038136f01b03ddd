"""A small feed for tests, and what a client of Kubernetes reads from it."""

import json
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from clusters.kube.client import Client
from clusters.kube.kubeconfig import read_kubeconfig
from simulator.feed.server import Feed
from simulator.feed.serving import serve
from simulator.feed.world import Size, World
from simulator.serving import KUBECONFIG, Address

PODS = "/api/v1/pods"


@asynccontextmanager
async def fed(folder: Path, *, pods: int = 60, kept_changes: int = 1000) -> AsyncIterator[tuple[Feed, Client]]:
    """A feed of a few pods, and a client that reads its kubeconfig."""
    world = World(Size(pods, nodes=4, namespaces=2), seed=7, kept_changes=kept_changes)
    async with serve(world, folder, Address("127.0.0.1", 0)) as feed:
        contents = read_kubeconfig((folder / KUBECONFIG).read_text(), own_files=True, base=folder)
        async with Client(contents.taken[0][1]) as client:
            yield feed, client


def versions_of(feed: Feed) -> dict[str, str]:
    """uid -> resource version of every pod that the feed has."""
    return {item.uid: str(item.version) for item in feed.world.pods.items.values()}


def versions_in(items: list[dict[str, Any]]) -> dict[str, str]:
    """The same of objects that came from it."""
    return {item["metadata"]["uid"]: item["metadata"]["resourceVersion"] for item in items}


async def events(client: Client, params: dict[str, str], path: str = PODS) -> AsyncGenerator[dict[str, Any], None]:
    """The events of a watch as they come."""
    rest = b""
    async with client.stream(path, {"watch": "1", **params}, silence=10) as pieces:
        async for piece in pieces:
            *lines, rest = (rest + piece).split(b"\n")
            for line in lines:
                yield json.loads(line)
