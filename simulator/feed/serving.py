"""Starts and stops a feed in the running event loop."""

import asyncio
import gc
from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from simulator.certificates import Authority
from simulator.feed.http import HEAD_LIMIT
from simulator.feed.server import Feed
from simulator.feed.world import World
from simulator.identities import kept_tokens, kubeconfig
from simulator.serving import KUBECONFIG, Address, replace_private, server_tls

NAME = "feed"
PERSON = "admin"


@asynccontextmanager
async def serve(world: World, state: Path, address: Address, *, plain: bool = False) -> AsyncIterator[Feed]:
    """A feed that listens at `address`, with a kubeconfig for it in the folder `state`, which must be there.

    `plain` serves HTTP without TLS. Raises OSError where it cannot listen or write.
    """
    gc.freeze()  # the world stays: looking through it for garbage takes seconds
    authority, token = Authority(state), kept_tokens(state)[PERSON]
    tls = None if plain else server_tls(authority, address.host)
    feed = Feed(world, token)
    server = await asyncio.start_server(feed.accept, address.host, address.port, ssl=tls, limit=HEAD_LIMIT)
    port: int = server.sockets[0].getsockname()[1]
    url = f"{'https' if tls else 'http'}://{Address(address.host, port).shown}"
    encoded = b64encode(authority.certificate).decode()
    replace_private(state / KUBECONFIG, kubeconfig(NAME, url, encoded, {PERSON: token}).encode())
    running = asyncio.create_task(feed.run())
    try:
        yield feed
    finally:
        server.close()
        running.cancel()
        await asyncio.wait([running])
        await feed.close()
