"""Cached rows for tests of pages, and what such pages show."""

import re
from datetime import datetime, timedelta
from html import unescape
from typing import Any

import msgspec
from django.db import connection
from django.test import Client
from django.utils import timezone

from clusters import leases
from clusters.derived import search
from clusters.derived.labels import LabelSets
from clusters.derived.tallies import Tallies
from clusters.kinds import KINDS
from clusters.models import Cluster, Pod, Severity
from clusters.rows import labelset
from clusters.store import KindStore


def pods(where: Cluster, count: int, **fields: Any) -> list[Pod]:
    """Running pods named pod-000, pod-001, … in the namespace "shop", with `fields` on each."""
    made = Pod.objects.bulk_create([_pod(where, f"pod-{number:03}", **fields) for number in range(count)])
    derive(where)
    return made


def pod(where: Cluster, name: str, **fields: Any) -> Pod:
    """One pod: running and in the namespace "shop" unless `fields` say otherwise."""
    made = _pod(where, name, **fields)
    made.save()
    derive(where)
    return made


def opened(cluster: Cluster) -> KindStore:
    """The store of the cluster's pods, with a lease taken for it."""
    fence = leases.take(cluster.pk, "this process")
    assert fence
    return KindStore(cluster.pk, KINDS["pods"], fence)


def derive(where: Cluster) -> None:
    """What the store derives from rows, for rows that a test made past it."""
    for kind in KINDS.values():
        made: Any = kind.model._default_manager.filter(cluster=where)
        for row in made.only("labels"):
            text = msgspec.json.encode(row.labels)
            made.filter(pk=row.pk).update(labelset=labelset(text))
            LabelSets(where.pk, kind).note({labelset(text): text.decode()})
        Tallies(where.pk, kind).recount()


_EMPTY = {
    "sqlite": "INSERT INTO {table} ({table}) VALUES ('delete-all')",
    "postgresql": "TRUNCATE {table}",
}


def empty_search_indexes() -> None:
    """Django empties its own tables after a test, and knows nothing of these."""
    with connection.cursor() as cursor:
        for kind in KINDS.values():
            cursor.execute(_EMPTY[connection.vendor].format(table=search.table(kind)))


def _pod(where: Cluster, name: str, **fields: Any) -> Pod:
    namespace = fields.get("namespace", "shop")
    defaults: dict[str, Any] = {
        "uid": f"{namespace}-{name}",
        "resource_version": "1",
        "namespace": namespace,
        "created": timezone.now(),
        "severity": Severity.RUNNING,
        "status": "Running",
        "detail": b"{}",
    }
    return Pod(cluster=where, name=name, **{**defaults, **fields})


def shown(client: Client, address: str) -> list[str]:
    """The names of the rows on the page, in their order."""
    return re.findall(r'<tr id="[^"]*" data-uid="[^"]*" data-name="([^"]*)"', page(client, address))


def page(client: Client, address: str) -> str:
    """The page's HTML; fails where it is no page."""
    response = client.get(address)
    assert response.status_code == 200, response.content
    return response.content.decode()


def link(html: str, element_id: str) -> str:
    """Where the link with this id leads; empty where there is none."""
    found = re.search(rf'id="{element_id}" href="([^"]*)"', html)
    return unescape(found[1]) if found else ""


def ago(**span: float) -> datetime:
    """The moment that long ago."""
    return timezone.now() - timedelta(**span)
