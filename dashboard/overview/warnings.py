"""The latest warnings of a cluster: those of one reason about one kind of object are one line."""

from collections.abc import Iterable
from dataclasses import dataclass

from clusters.access import Person, may, visible
from clusters.models import Cluster, Event, Role
from dashboard.details.links import object_url, table_url

LINES = 8
LOOKED_THROUGH = 200
"""The newest events are grouped; in a cluster with more, counts are of these and are said to be at least so many."""

FIELDS = ("uid", "reason", "message", "count", "last_seen", "object_kind", "object_name", "object_uid", "namespace")


@dataclass(frozen=True)
class Warned:
    """One line: the newest event of its group, and how often all of them happened, to how many `others` beside it
    and in how many namespaces.

    `url` is the page of what the newest is about, empty where there is none; `all_url` leads to the group's events.
    """

    event: Event
    url: str
    all_url: str
    times: int
    others: int
    namespaces: int
    at_least: bool


def latest(user: Person, cluster: Cluster) -> list[Warned]:
    """The groups that `user` may see, newest first. One query."""
    rows = visible(user, Event.objects.filter(status="Warning"), cluster).only(*FIELDS)
    events = list(rows.order_by("-last_seen", "-id")[:LOOKED_THROUGH])
    at_least = len(events) == LOOKED_THROUGH
    return [_line(user, cluster, group, at_least=at_least) for group in _groups(events)[:LINES]]


def _groups(events: Iterable[Event]) -> list[list[Event]]:
    groups: dict[tuple[str, str], list[Event]] = {}
    for event in events:
        groups.setdefault((event.reason, event.object_kind), []).append(event)
    return list(groups.values())


def _line(user: Person, cluster: Cluster, group: list[Event], *, at_least: bool) -> Warned:
    newest, namespaces = group[0], {event.namespace for event in group}
    namespace = newest.namespace if len(namespaces) == 1 else ""
    return Warned(
        event=newest,
        url=_url(user, cluster, newest),
        all_url=table_url(cluster, "events", status="Warning", namespace=namespace, q=newest.reason),
        times=sum(event.count for event in group),
        others=len({event.object_uid or event.object_name for event in group}) - 1,
        namespaces=len(namespaces),
        at_least=at_least,
    )


def _url(user: Person, cluster: Cluster, event: Event) -> str:
    plural = f"{event.object_kind.lower()}s"
    namespaced = plural in ("pods", "deployments")
    linked = namespaced or (plural == "nodes" and may(user, Role.VIEW, cluster))
    namespace = event.namespace if namespaced else ""
    return object_url(cluster, plural, event.object_name, namespace) if linked else ""
