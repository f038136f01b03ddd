"""One client per cluster in this process: its connections are shared by the watches, logs, shells and actions."""

import asyncio
import hashlib

from clusters.kube.client import Client
from clusters.models import Cluster
from clusters.sealing import open_connection

_clients: dict[int, tuple[str, asyncio.AbstractEventLoop, Client]] = {}


def connection_mark(cluster: Cluster) -> str:
    """A value that changes whenever the cluster's connection is sealed anew."""
    return hashlib.sha256(bytes(cluster.sealed_connection)).hexdigest()


async def client_for(cluster: Cluster) -> Client:
    """The client of the cluster as its connection is now; one made for an older connection is closed.

    Raises SealBroken and what `Client` raises for a connection that cannot be used.
    """
    mark, loop = connection_mark(cluster), asyncio.get_running_loop()
    known = _clients.get(cluster.pk)
    if known and known[:2] == (mark, loop):
        return known[2]
    client = Client(open_connection(cluster))
    _clients[cluster.pk] = (mark, loop, client)
    if known and known[1] is loop:
        await known[2].close()
    return client


def client_now(cluster_id: int) -> Client | None:
    """The client that this process has of the cluster, whatever it was made from; None when there is none."""
    known = _clients.get(cluster_id)
    return known[2] if known and known[1] is asyncio.get_running_loop() else None


async def drop_client(cluster_id: int) -> None:
    """Close the cluster's client, if this process has one; everything that uses it ends with an error."""
    known = _clients.pop(cluster_id, None)
    if known and known[1] is asyncio.get_running_loop():
        await known[2].close()


async def close_clients() -> None:
    """Close every client, at the end of the process."""
    for cluster_id in list(_clients):
        await drop_client(cluster_id)
