"""Tells a page that something of what it shows changed; the page fetches itself anew."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User
from django.http import Http404

from clusters import broadcast
from clusters.access import Access, cluster_or_404, may_list
from clusters.models import Cluster
from clusters.threads import read
from dashboard.consumers.base import MALFORMED, REFUSED, LiveConsumer
from dashboard.tables.kinds import TABLES

PAUSE_SECONDS = 0.25
RESYNC_SECONDS = 15.0
MOST_TOPICS = 2000
"""The page of all clusters names four of each; a message has room for no more."""

Followed = dict[tuple[int, str], frozenset[str] | None]
"""Uids by cluster id and kind; None where the whole kind is followed."""


@dataclass(frozen=True)
class Topic:
    """One kind of one cluster; one object of it where `uid` is given."""

    slug: str
    kind: str
    uid: str


class ChangesConsumer(LiveConsumer):
    """The page sends `{"follow": ["cluster/kind", "cluster/kind/uid", …]}` once and is told `{"changed": true}`."""

    access = Access()
    user: User

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._changed = asyncio.Event()
        self._topics: tuple[Topic, ...] | None = None
        self._uids: Followed = {}

    def authorise(self, user: User) -> None:
        """Of what one may no longer see, or what is gone, nothing is told; refused is who sees nothing any more."""
        self.user = user
        if self._topics:
            self._topics, self._uids = self._resolve(self._topics)

    async def opened(self) -> None:
        """Nothing is followed before the page says what."""

    async def received(self, message: dict[str, Any]) -> None:
        topics = topics_of(message.get("follow"))
        if topics is None or self._topics is not None:
            await self.close(MALFORMED)
            return
        try:
            self._topics, self._uids = await read(self._resolve, topics)
        except Http404:
            await self.close(REFUSED)
            return
        for cluster_id, kind in self._uids:
            await self.join(broadcast.group(cluster_id, kind))
        # What changed before we had joined is not known: the page asks once.
        self._changed.set()
        self.run("page's changes", self._tell_when_changed())
        self.run("page's resync", self._resync())

    async def rows_changed(self, message: dict[str, Any]) -> None:
        key = (message["cluster"], message["kind"])
        if key not in self._uids:  # no longer
            return
        followed = self._uids[key]
        if followed is None or message["uids"] is None or not followed.isdisjoint(message["uids"]):
            self._changed.set()

    def _resolve(self, topics: tuple[Topic, ...]) -> tuple[tuple[Topic, ...], Followed]:
        """The topics of what the user may see, since pages name all that they could show, and what they come to.

        Raises Http404 where that is nothing.
        """
        clusters: dict[str, Cluster] = {}
        for slug in {topic.slug for topic in topics}:
            with suppress(Http404):
                clusters[slug] = cluster_or_404(self.user, slug)
        known = [topic for topic in topics if topic.slug in clusters]
        followed = tuple(topic for topic in known if _may_follow(self.user, topic, clusters[topic.slug]))
        if not followed:
            raise Http404
        found: Followed = {}
        for topic in followed:
            key = (clusters[topic.slug].pk, topic.kind)
            before = found.get(key, frozenset())
            found[key] = None if before is None or not topic.uid else before | {topic.uid}
        return followed, found

    async def _tell_when_changed(self) -> None:
        while True:
            await self._changed.wait()
            self._changed.clear()
            await self.deliver({"changed": True})
            await asyncio.sleep(PAUSE_SECONDS)

    async def _resync(self) -> None:
        while True:
            await asyncio.sleep(RESYNC_SECONDS)
            self._changed.set()


def topics_of(given: object) -> tuple[Topic, ...] | None:
    """The topics that a page names, None where they are not topics."""
    if not isinstance(given, list) or not 0 < len(given) <= MOST_TOPICS:
        return None
    topics = tuple(topic for text in given if (topic := _topic(text)))
    return topics if len(topics) == len(given) else None


def _topic(text: object) -> Topic | None:
    parts = text.split("/") if isinstance(text, str) else []
    if len(parts) not in (2, 3) or parts[1] not in (*TABLES, broadcast.HEALTH):
        return None
    return Topic(parts[0], parts[1], parts[2] if len(parts) > 2 else "")


def _may_follow(user: User, topic: Topic, cluster: Cluster) -> bool:
    """Whether `user` sees objects of that kind; nodes belong to the whole cluster."""
    return topic.kind not in TABLES or may_list(user, TABLES[topic.kind].model, cluster)
