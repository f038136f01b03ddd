"""Cached rows for tests of pages, and what such pages show."""

import re
from datetime import datetime, timedelta
from html import unescape
from typing import Any

from django.test import Client
from django.utils import timezone

from clusters.models import Cluster, Pod, Severity


def pods(where: Cluster, count: int, **fields: Any) -> list[Pod]:
    """Running pods named pod-000, pod-001, … in the namespace "shop", with `fields` on each."""
    return Pod.objects.bulk_create([_pod(where, f"pod-{number:03}", **fields) for number in range(count)])


def pod(where: Cluster, name: str, **fields: Any) -> Pod:
    """One pod: running and in the namespace "shop" unless `fields` say otherwise."""
    made = _pod(where, name, **fields)
    made.save()
    return made


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
