"""Whose a shell is: its owner drives it, admins of its namespace watch and end it. Built on `clusters.access`."""

from uuid import UUID

from django.contrib.auth.models import User
from django.db.models import Q, QuerySet
from django.http import Http404

from clusters.access import may, namespaces_for, visible_clusters
from clusters.models import Role, TerminalSession
from clusters.streams import sessions


def may_drive(user: User, shell: TerminalSession) -> bool:
    return shell.user_id == user.pk and may(user, Role.SHELL, shell.cluster, shell.namespace)


def may_watch(user: User, shell: TerminalSession) -> bool:
    """Whether `user` may look on, and end it."""
    return may(user, Role.ADMIN, shell.cluster, shell.namespace)


def find_shell(user: User, session: UUID, *, drives: bool) -> TerminalSession:
    """The user's own shell, while he still may have one there; to watch, any where he is admin. Raises Http404."""
    shell = TerminalSession.objects.select_related("cluster", "user").filter(pk=session).first()
    if shell is None or not (may_drive(user, shell) if drives else may_watch(user, shell)):
        raise Http404("There is no such shell, or it is not shown to you.")
    return shell


def own_shells(user: User) -> QuerySet[TerminalSession]:
    """The user's open shells, the newest first."""
    return _open().filter(user=user)


def shells_of_others(user: User) -> QuerySet[TerminalSession]:
    """The open shells of other people that `user` may watch and end, the newest first."""
    watched = Q(pk__in=[])
    for cluster in visible_clusters(user).only("pk"):
        names = namespaces_for(user, Role.ADMIN, cluster.pk)
        watched |= Q(cluster=cluster) if names is None else Q(cluster=cluster, namespace__in=names)
    return _open().filter(watched).exclude(user=user)


def _open() -> QuerySet[TerminalSession]:
    return sessions.living().select_related("cluster", "user").order_by("-started")
