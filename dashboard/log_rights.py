"""The right to a file of logs, looked at while the file goes out: to sockets it is `LiveConsumer` that does so."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from functools import partial

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied

from clusters.access import allowed_cluster
from clusters.kube.client import Client
from clusters.models import Cluster, Role
from clusters.people import SignIn
from clusters.standing_rights import until_refused
from clusters.streams.cluster_rights import ClusterRight
from clusters.streams.endings import RIGHT_TAKEN, SIGNED_OUT
from clusters.streams.selection import Source
from clusters.tasks import guarded, stop
from dashboard.consumers.base import NOT_FOR_HIM, RECHECK_SECONDS
from dashboard.consumers.rights import Refusal, refusal_of

REASONS = {Refusal.SIGNED_OUT: SIGNED_OUT, Refusal.NOT_ALLOWED: RIGHT_TAKEN}


class CutOff(PermissionDenied):
    """A file may not go on; the message says why."""


class FileRight:
    """The right of `sign_in` to the logs of the sources."""

    def __init__(self, sign_in: SignIn, cluster: Cluster, sources: Iterable[Source]) -> None:
        self.sign_in = sign_in
        self._cluster = cluster
        self._pods = {source.namespace: source.pod for source in sources}
        self._watches: list[asyncio.Task[str]] = []

    def refusal(self, user: User | None) -> Refusal | None:
        """On a database thread: why the file may not go on, `user` being as he is now, None once he is signed out."""
        if user is None:
            return Refusal.SIGNED_OUT
        try:
            for namespace in self._pods:
                allowed_cluster(user, Role.LOGS, self._cluster.slug, namespace)
        except NOT_FOR_HIM:
            return Refusal.NOT_ALLOWED
        return None

    @asynccontextmanager
    async def watched(self, client: Client) -> AsyncIterator[None]:
        """Looks at it until left: here, and whether the cluster still lets `client` read logs in each namespace."""
        rights = [ClusterRight(client, "log", namespace=space, pod=pod) for space, pod in self._pods.items()]
        watches = (self._refused(), *(right.until_lost() for right in rights))
        self._watches = [guarded("right to a file of logs", watch) for watch in watches]
        try:
            yield
        finally:
            await stop(self._watches)

    def check(self) -> None:
        """Raises CutOff once the right is gone, and DatabaseError when that could not be looked up for long."""
        for watch in self._watches:
            if watch.done():
                raise CutOff(watch.result())

    async def _refused(self) -> str:
        every = RECHECK_SECONDS
        return REASONS[await until_refused(partial(refusal_of, self), every=every, what="a file of logs")]
