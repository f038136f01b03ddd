"""The rows of shells: every shell that may still have processes in a container has one that is not ended.

Everything here runs on the threads of `clusters.threads`; all moments are the database's.
"""

from collections.abc import Collection
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import User
from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from clusters import leases
from clusters.access import may
from clusters.models import Cluster, RecordingPolicy, Role, TerminalSession
from clusters.people import signed_in_user
from clusters.streams import neighbours
from clusters.streams.endings import MUST_BE_RECORDED, RIGHT_TAKEN, SIGNED_OUT, Ending

OWNER = leases.new_owner()
"""This process."""

HEARTBEAT_SECONDS = 10.0
LOST_AFTER = timedelta(seconds=30)
"""A shell whose owner gave no sign for so long is ended by another process."""


LONGEST_STEM = 54
"""Characters of the name that a shell is given, before its number; its end tells a pod from others."""


class TooManyShells(Exception):
    """The user, or all users of the cluster together, have as many shells open as may be; the message says which."""


def begin(
    user: User,
    cluster: Cluster,
    *,
    namespace: str,
    pod: str,
    pod_uid: str,
    container: str,
    kind: str = TerminalSession.Kind.SHELL,
    command: str = "",
    sign_in: str = "",
) -> TerminalSession:
    """A row for a shell about to be started; `sign_in` is the key of the user's session. Raises TooManyShells."""
    alive = living()
    most = settings.PILOTHOUSE_SHELLS_PER_USER
    if alive.filter(user=user).count() >= most:
        raise TooManyShells(f"You have {most} shells open; close one first.")
    most = settings.PILOTHOUSE_SHELLS_PER_CLUSTER
    if alive.filter(cluster=cluster).count() >= most:
        raise TooManyShells(f"{most} shells are open in {cluster.name}, and no more are allowed; try again later.")
    return TerminalSession.objects.create(
        user=user,
        cluster=cluster,
        namespace=namespace,
        pod=pod,
        pod_uid=pod_uid,
        container=container,
        kind=kind,
        command=command[:1000],
        name=_free_name(alive.filter(user=user), pod, container),
        owner=OWNER,
        address=neighbours.own_url(),
        sign_in=sign_in,
    )


def living() -> QuerySet[TerminalSession]:
    """The shells that some process holds."""
    return TerminalSession.objects.filter(ended=None, seen__gt=Now() - LOST_AFTER)


def keep(session: UUID) -> None:
    """Say that the shell is still held."""
    TerminalSession.objects.filter(pk=session, owner=OWNER).update(seen=Now())


def take_up(session: UUID, sign_in: str) -> None:
    """The owner opened the shell again, signed in under that session key."""
    TerminalSession.objects.filter(pk=session, ended=None).update(sign_in=sign_in)


def rename(session: UUID, name: str) -> None:
    """What its owner calls the shell, cut to what the column holds; an empty name changes nothing."""
    if name := " ".join(name.split())[:60]:
        TerminalSession.objects.filter(pk=session, ended=None).update(name=name)


def note_attached(session: UUID, attached: bool) -> None:
    """Whether a page of the owner shows the shell."""
    TerminalSession.objects.filter(pk=session).update(detached=None if attached else Now())


def ask_end(session: UUID, reason: str) -> None:
    """The process that holds the shell will end it within seconds and give the reason."""
    TerminalSession.objects.filter(pk=session, ended=None).update(end_asked=reason[:300])


def close(session: UUID, ending: Ending) -> None:
    """The shell is over and nothing of it is left."""
    TerminalSession.objects.filter(pk=session, ended=None).update(
        ended=Now(), exit_code=ending.exit_code, reason=ending.reason[:300], wanted=ending.wanted
    )


def must_end(session: UUID, *, unrecorded: bool = False) -> Ending | None:
    """Why the shell must be ended now; None while its user is signed in, may have it, and nobody asked.

    One that is `unrecorded` must end where an admin has required recordings meanwhile.
    """
    row = TerminalSession.objects.select_related("cluster").filter(pk=session).first()
    if row is None:
        return Ending(None, "The cluster was removed.")
    if row.end_asked:
        return Ending(None, row.end_asked, wanted=True)
    if row.ended or row.owner != OWNER:
        return Ending(None, "Another process of Pilothouse took this shell for lost and ended it.")
    user = signed_in_user(row.user_id, row.sign_in)
    if user is None:
        return Ending(None, SIGNED_OUT, refused=True)
    if not may(user, Role.SHELL, row.cluster, row.namespace):
        return Ending(None, RIGHT_TAKEN, refused=True)
    if unrecorded and row.cluster.recording == RecordingPolicy.REQUIRED:
        return Ending(None, MUST_BE_RECORDED)
    return None


def take_lost(held: Collection[UUID] = ()) -> list[TerminalSession]:
    """Shells whose owner is dead or silent, now ours to end; no other process takes them meanwhile.

    `held` are those that this process holds: after a sleep it would take them for lost.
    """
    return [session for session in _lost() if session.pk not in held and _taken(session)]


def _free_name(others: QuerySet[TerminalSession], pod: str, container: str) -> str:
    """The pod's name and the container's, with a number where the user has one of that name already."""
    taken = set(others.values_list("name", flat=True))
    container = container[:20]
    room = LONGEST_STEM - len(container)
    stem = f"{pod if len(pod) < room else '…' + pod[2 - room :].lstrip('-.')}/{container}"
    return next(
        name for number in range(1, 10_000) if (name := f"{stem} {number}" if number > 1 else stem) not in taken
    )


def _silent() -> Q:
    return Q(seen__lt=Now() - LOST_AFTER)


def _lost() -> list[TerminalSession]:
    open_ones = TerminalSession.objects.filter(ended=None).select_related("cluster")
    of_the_dead = [owner for owner in open_ones.values_list("owner", flat=True).distinct() if _is_dead(owner)]
    return list(open_ones.filter(_silent() | Q(owner__in=of_the_dead)))


def _is_dead(owner: str) -> bool:
    return owner != OWNER and leases.is_dead(owner)


def _taken(session: TerminalSession) -> bool:
    # Not by the moment that was read: SQLite keeps it as text, with fewer digits than we read.
    still = TerminalSession.objects.filter(pk=session.pk, ended=None, owner=session.owner)
    if not _is_dead(session.owner):
        still = still.filter(_silent())
    return bool(still.update(owner=OWNER, seen=Now()))
