"""Which process watches which cluster: a lease on the cluster's row, with a fencing number that grows at each takeover.

All moments are the database's, so that the clocks of the hosts need not agree. Everything here runs on the threads of
`clusters.threads`.
"""

import hashlib
import math
import os
import secrets
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import F, Q
from django.db.models.functions import Coalesce, Now
from django.utils import timezone

from clusters.health import KEPT
from clusters.models import Cluster, Health, WatchProcess

LEASE = timedelta(seconds=12)
"""An owner that was not heard of for so long is taken for dead."""

SLEEP = LEASE - timedelta(seconds=2)
"""A transaction in which nothing is asked for so long is ended by the database."""

LOCK_SECONDS = 5
"""How long taking a cluster over waits for its row."""


@dataclass(frozen=True)
class View:
    """The clusters as they are, and how many of them one of the living processes should watch."""

    clusters: Sequence[Cluster]
    now: datetime
    share: int


def settle_connection(connection: BaseDatabaseWrapper, **_: Any) -> None:
    """Sees to it that nobody who sleeps keeps a cluster: called for every new connection to the database.

    An owner that was stopped, or cut off, within a transaction holds the lock on its cluster's row. The database ends
    it when nothing is asked for long (idle_in_transaction_session_timeout,
    https://www.postgresql.org/docs/current/runtime-config-client.html); where it stopped in the midst of asking, who
    takes its cluster over does, and finds it by its name. SQLite needs no such thing: its lock is of one machine, and
    embedded mode of one process.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(
                f"SET idle_in_transaction_session_timeout = {int(SLEEP.total_seconds() * 1000)};"
                f" SET application_name = '{_application_name(_process())}'"
            )


def new_owner() -> str:
    """A name for this process that no other has had: host, mark of its process ids, process id, random."""
    return f"{_process()}:{secrets.token_hex(4)}"


def _process() -> str:
    return f"{_place()}:{os.getpid()}"


def _application_name(process: str) -> str:
    """What the database calls the connections of a process: short enough for it, and plain."""
    return f"pilothouse-{hashlib.sha256(process.encode()).hexdigest()[:16]}"


def _place() -> str:
    """Where a process id means what it means here: this boot of this host, in this container.

    Containers may share a host name, and each counts its processes from 1 (pid_namespaces(7)).
    """
    boot, namespace = Path("/proc/sys/kernel/random/boot_id"), Path("/proc/self/ns/pid")
    try:
        mark = f"{boot.read_text()} {namespace.readlink()}"
    # Only Linux has them.
    except OSError:
        mark = ""
    return f"{socket.gethostname()[:60]}:{hashlib.sha256(mark.encode()).hexdigest()[:12]}"


def look(owner: str) -> View:
    """All clusters, read at one moment of the database's clock."""
    clusters = list(Cluster.objects.all())
    others = WatchProcess.objects.filter(seen__gt=Now() - LEASE).exclude(owner=owner).count()
    watched = sum(not cluster.paused for cluster in clusters)
    now = clusters[0].read_at if clusters else timezone.now()
    return View(clusters, now, share=math.ceil(watched / (1 + others)))


def renew(owner: str) -> None:
    """Say that this process lives and keeps its leases."""
    WatchProcess.objects.update_or_create(owner=owner, defaults={"seen": Now()})
    Cluster.objects.filter(lease_owner=owner).update(lease_until=Now() + LEASE)


@transaction.atomic
def take(cluster_id: int, owner: str) -> int | None:
    """The new fencing number, or None where another process was faster or the cluster was paused.

    What an earlier owner called synced is stale from here on, until the new one has read it.
    """
    _end_transactions_of_sleeper(cluster_id)
    free = Q(lease_until=None) | Q(lease_until__lt=Now())
    taken = Cluster.objects.filter(free, pk=cluster_id, paused=False).update(
        lease_owner=owner, lease_until=Now() + LEASE, fence=F("fence") + 1
    )
    if not taken:
        return None
    Cluster.objects.filter(pk=cluster_id, health=Health.SYNCED).update(
        health=Health.STALE, health_reason=KEPT, health_since=Coalesce("last_contact", Now())
    )
    return Cluster.objects.values_list("fence", flat=True).get(pk=cluster_id)


def _end_transactions_of_sleeper(cluster_id: int) -> None:
    """Ends what the owner whose lease is over still has open on PostgreSQL; what it does not let go in time is left."""
    owner = Cluster.objects.filter(pk=cluster_id, lease_until__lt=Now()).values_list("lease_owner", flat=True).first()
    process = (owner or "").rpartition(":")[0]
    if connection.vendor != "postgresql" or not process or process == _process():
        return
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL lock_timeout = '{LOCK_SECONDS}s'")
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND xact_start IS NOT NULL AND application_name = %s",
            (_application_name(process),),
        )


def release(cluster_id: int, owner: str) -> None:
    """Give the lease back, if it is still ours."""
    Cluster.objects.filter(pk=cluster_id, lease_owner=owner).update(lease_owner="", lease_until=None)


def retire(owner: str) -> None:
    """Give everything back and leave the roll."""
    Cluster.objects.filter(lease_owner=owner).update(lease_owner="", lease_until=None)
    WatchProcess.objects.filter(owner=owner).delete()


def retire_the_dead() -> None:
    """Take the leases from processes beside us that are gone, killed perhaps: a restart need not wait for them."""
    for owner in WatchProcess.objects.filter(owner__startswith=f"{_place()}:").values_list("owner", flat=True):
        if is_dead(owner):
            retire(owner)


def mark_paused() -> list[int]:
    """Record the health of clusters that were paused and that nobody watches any more; returns their ids."""
    free = Q(lease_until=None) | Q(lease_until__lt=Now())
    paused = Cluster.objects.filter(free, paused=True).exclude(health=Health.PAUSED)
    ids = list(paused.values_list("pk", flat=True))
    if ids:
        Cluster.objects.filter(pk__in=ids).update(health=Health.PAUSED, health_reason="", health_since=Now())
    return ids


def is_dead(owner: str) -> bool:
    """Whether `owner` was another process beside us that is gone; False where that cannot be known."""
    place, pid, _ = owner.rsplit(":", 2)
    return place == _place() and not _lives(int(pid))


def _lives(pid: int) -> bool:
    if pid == os.getpid():
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
