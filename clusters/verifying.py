"""Proves that the rows of a cluster equal what its API server has: every kind is listed anew and compared."""

import asyncio
import time
from dataclasses import dataclass, field

import msgspec

from clusters import threads
from clusters.clients import client_for
from clusters.kinds import KINDS, Kind
from clusters.kube.client import Client
from clusters.kube.errors import Forbidden
from clusters.models import Cluster, SetAside

PAGE = "500"
PAUSE_SECONDS = 0.25


class _Metadata(msgspec.Struct, rename="camel"):
    uid: str
    resource_version: str
    name: str
    namespace: str = ""


class _Object(msgspec.Struct):
    metadata: _Metadata


class _ListMetadata(msgspec.Struct, rename="camel"):
    continue_: str = msgspec.field(default="", name="continue")


class _List(msgspec.Struct):
    metadata: _ListMetadata
    items: list[_Object] = []


@dataclass(frozen=True)
class Comparison:
    """One kind: how many objects the server has, how many rows there are, and in which objects they differ.

    The lists hold namespace/name. `set_aside` are objects that could not be decoded and rightly have no row.
    """

    kind: str
    on_server: int = 0
    rows: int = 0
    missing: list[str] = field(default_factory=list)
    outdated: list[str] = field(default_factory=list)
    left_over: list[str] = field(default_factory=list)
    set_aside: int = 0
    forbidden: str = ""

    @property
    def equal(self) -> bool:
        """Whether each object of the server has its row, of the same resource version, and no other row is there."""
        return not (self.missing or self.outdated or self.left_over)


async def verify(cluster: Cluster, *, patience: float = 10.0) -> list[Comparison]:
    """Compare every kind, again until all are equal or `patience` seconds are over. Raises KubeError."""
    client = await client_for(cluster)
    end = time.monotonic() + patience
    while True:
        comparisons = [await _compare(client, cluster, kind) for kind in KINDS.values()]
        if all(comparison.equal for comparison in comparisons) or time.monotonic() >= end:
            return comparisons
        await asyncio.sleep(PAUSE_SECONDS)


async def _compare(client: Client, cluster: Cluster, kind: Kind) -> Comparison:
    try:
        server = await _listed(client, kind)
    except Forbidden as error:
        return Comparison(kind.plural, forbidden=error.reason)
    rows, keys = await threads.read(_kept, cluster, kind)
    aside = {uid for uid, (_, name) in server.items() if uid in keys or name in keys} - rows.keys()
    return Comparison(
        kind=kind.plural,
        on_server=len(server),
        rows=len(rows),
        missing=[server[uid][1] for uid in server.keys() - rows.keys() - aside],
        outdated=[server[uid][1] for uid in server.keys() & rows.keys() if server[uid][0] != rows[uid][0]],
        left_over=[rows[uid][1] for uid in rows.keys() - server.keys()],
        set_aside=len(aside),
    )


async def _listed(client: Client, kind: Kind) -> dict[str, tuple[str, str]]:
    """uid -> resource version and namespace/name, of everything the server has."""
    found: dict[str, tuple[str, str]] = {}
    params = {"limit": PAGE}
    while True:
        page = msgspec.json.decode(await client.get_page(kind.path(), **params), type=_List)
        for item in page.items:
            metadata = item.metadata
            found[metadata.uid] = (metadata.resource_version, _name(metadata.namespace, metadata.name))
        if not page.metadata.continue_:
            return found
        params["continue"] = page.metadata.continue_


def _kept(cluster: Cluster, kind: Kind) -> tuple[dict[str, tuple[str, str]], set[str]]:
    columns = ("uid", "resource_version", "namespace", "name")
    rows = kind.model._default_manager.filter(cluster=cluster).values_list(*columns)
    keys = SetAside.objects.filter(cluster=cluster, kind=kind.plural).values_list("key", flat=True)
    return {uid: (version, _name(namespace, name)) for uid, version, namespace, name in rows}, set(keys)


def _name(namespace: str, name: str) -> str:
    return f"{namespace}/{name}" if namespace else name
