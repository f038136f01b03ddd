"""What `kubectl get -o wide` prints of nodes, workloads and events, word for word. Pods: `clusters.kube.pod_status`.

The rules are those of Kubernetes' own printers, pkg/printers/internalversion/printers.go in v1.35.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from operator import itemgetter

from clusters.kube.objects import Container, Event, LabelSelector, Node, SelectorRequirement

NONE = "<none>"

_ROLE_PREFIX = "node-role.kubernetes.io/"
_ROLE_LABEL = "kubernetes.io/role"
_EXPRESSIONS = {
    "In": "{key} in ({values})",
    "NotIn": "{key} notin ({values})",
    "Exists": "{key}",
    "DoesNotExist": "!{key}",
}
_MINUTE, _HOUR, _DAY, _YEAR = 60, 3600, 86400, 365


def human_duration(seconds: float) -> str:
    """An age as kubectl prints it: two units at most, such as "5m30s", "3h12m" or "41d"."""
    whole = int(seconds)
    if whole < -1:
        return "<invalid>"
    minutes, hours, days = int(seconds // _MINUTE), int(seconds // _HOUR), int(seconds // _DAY)
    if whole < 2 * _MINUTE:
        return f"{max(whole, 0)}s"
    if minutes < 10:
        return _two(minutes, "m", whole % 60, "s")
    if hours < 3:
        return f"{minutes}m"
    if hours < 8:
        return _two(hours, "h", minutes % 60, "m")
    if hours < 48:
        return f"{hours}h"
    if days < 8:
        return _two(days, "d", hours % 24, "h")
    return _long(days)


def _long(days: int) -> str:
    if days < 2 * _YEAR:
        return f"{days}d"
    years = days // _YEAR
    return _two(years, "y", days % _YEAR, "d") if years < 8 else f"{years}y"


def _two(large: int, unit: str, small: int, small_unit: str) -> str:
    return f"{large}{unit}{small}{small_unit}" if small else f"{large}{unit}"


def node_status(node: Node) -> str:
    """Ready or NotReady, Unknown where the node never said, and SchedulingDisabled when it is cordoned."""
    ready = node.status.condition("Ready")
    word = "Unknown" if ready is None else "Ready" if ready.status == "True" else "NotReady"
    return f"{word},SchedulingDisabled" if node.spec.unschedulable else word


def node_roles(node: Node) -> str:
    """The roles that the node's labels name, in order; empty where kubectl prints <none>."""
    return ",".join(sorted(set(_roles(node.metadata.labels))))


def _roles(labels: dict[str, str]) -> Iterator[str]:
    for key, value in labels.items():
        if key.startswith(_ROLE_PREFIX) and len(key) > len(_ROLE_PREFIX):
            yield key.removeprefix(_ROLE_PREFIX)
        elif key == _ROLE_LABEL and value:
            yield value


def names_and_images(containers: Iterable[Container]) -> tuple[str, str]:
    """The containers' names and their images, each joined by commas."""
    found = list(containers)
    return ",".join(item.name for item in found), ",".join(item.image for item in found)


def selector_text(selector: LabelSelector) -> str:
    """A selector in the syntax that one types, its parts in the order of their keys."""
    parts = [(key, f"{key}={value}") for key, value in selector.match_labels.items()]
    parts += [(item.key, _expression(item)) for item in selector.match_expressions]
    return ",".join(text for _, text in sorted(parts, key=itemgetter(0)))


def _expression(item: SelectorRequirement) -> str:
    form = _EXPRESSIONS.get(item.operator, "<invalid>")
    return form.format(key=item.key, values=",".join(sorted(item.values)))


def event_times(event: Event) -> tuple[datetime | None, datetime | None]:
    """When it was first and last seen, by the newer fields where the older are empty."""
    first = event.first_timestamp or event.event_time
    last = event.last_timestamp or first
    return first, event.series.last_observed_time if event.series else last


def event_count(event: Event) -> int:
    """How often it was seen."""
    return event.series.count if event.series else event.count or 1


def event_source(event: Event) -> str:
    """The component that reported it and, where known, on which host."""
    component = event.source.component or event.reporting_component
    host = event.source.host or event.reporting_instance
    return f"{component}, {host}" if host else component
