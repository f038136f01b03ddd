"""The rows of shells: every shell that may still have processes in a container has one that is not ended.

Everything here runs on the threads of `clusters.threads`; all moments are the database's.
"""

from datetime import timedelta
from uuid import UUID

from django.contrib.auth.models import User
from django.db.models import Q
from django.db.models.functions import Now

from clusters import leases
from clusters.models import Cluster, TerminalSession

OWNER = leases.new_owner()
"""This process."""

HEARTBEAT_SECONDS = 10.0
LOST_AFTER = timedelta(seconds=30)
"""A shell whose owner gave no sign for so long is ended by another process."""

MOST_SHELLS = 10
"""How many shells a user may have open at once, in all processes together."""


class TooManyShells(Exception):
    """The user has MOST_SHELLS open; the message says so."""


def begin(user: User, cluster: Cluster, *, namespace: str, pod: str, pod_uid: str, container: str) -> TerminalSession:
    """A row for a shell about to be started. Raises TooManyShells."""
    alive = TerminalSession.objects.filter(user=user, ended=None, seen__gt=Now() - LOST_AFTER)
    if alive.count() >= MOST_SHELLS:
        raise TooManyShells(f"You have {MOST_SHELLS} shells open; close one first.")
    return TerminalSession.objects.create(
        user=user, cluster=cluster, namespace=namespace, pod=pod, pod_uid=pod_uid, container=container, owner=OWNER
    )


def keep(session: UUID) -> None:
    """Say that the shell is still held."""
    TerminalSession.objects.filter(pk=session, owner=OWNER).update(seen=Now())


def close(session: UUID, *, exit_code: int | None, reason: str) -> None:
    """The shell is over and nothing of it is left."""
    TerminalSession.objects.filter(pk=session, ended=None).update(ended=Now(), exit_code=exit_code, reason=reason[:300])


def take_lost() -> list[TerminalSession]:
    """Shells whose owner is dead or silent, now ours to end; no other process takes them meanwhile."""
    return [session for session in _lost() if _taken(session)]


def _lost() -> list[TerminalSession]:
    silent = Q(seen__lt=Now() - LOST_AFTER)
    open_ones = TerminalSession.objects.filter(ended=None).select_related("cluster")
    of_the_dead = [owner for owner in open_ones.values_list("owner", flat=True).distinct() if _is_dead(owner)]
    return list(open_ones.filter(silent | Q(owner__in=of_the_dead)))


def _is_dead(owner: str) -> bool:
    return owner != OWNER and leases.is_dead(owner)


def _taken(session: TerminalSession) -> bool:
    unchanged = TerminalSession.objects.filter(pk=session.pk, ended=None, owner=session.owner, seen=session.seen)
    return bool(unchanged.update(owner=OWNER, seen=Now()))
