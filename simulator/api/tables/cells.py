"""Words that cells of many tables share."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from simulator.clock import moment_of
from simulator.kinds import Object

NONE, UNSET, UNKNOWN = "<none>", "<unset>", "<unknown>"
_MINUTE, _HOUR, _DAY = 60, 3600, 86400
_EXPRESSIONS = {
    "In": "{key} in ({values})",
    "NotIn": "{key} notin ({values})",
    "Exists": "{key}",
    "DoesNotExist": "!{key}",
}
_MOST_LISTED = 3


def name(obj: Object) -> str:
    """The object's name."""
    return str(obj.get("metadata", {}).get("name", ""))


def part(obj: Object, *path: str) -> Any:
    """The value at the path; an empty dictionary where there is none."""
    value: Any = obj
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return {} if value is None else value


def number(obj: Object, *path: str) -> int:
    """The number at the path, or 0."""
    value = part(obj, *path)
    return value if isinstance(value, int) else 0


def text(obj: Object, *path: str, absent: str = "") -> str:
    """The text at the path, or `absent`."""
    value = part(obj, *path)
    return str(value) if value != {} and value != "" else absent


def age(obj: Object, now: datetime) -> str:
    """How long ago the object was created."""
    return since(text(obj, "metadata", "creationTimestamp"), now)


def since(timestamp: str, now: datetime) -> str:
    """How long ago that was."""
    moment = _moment(timestamp)
    return UNKNOWN if moment is None else duration((now - moment).total_seconds())


def between(start: str, end: str) -> str:
    """How long it took; empty where either is unknown."""
    first, last = _moment(start), _moment(end)
    return "" if first is None or last is None else duration((last - first).total_seconds())


def _moment(timestamp: str) -> datetime | None:
    try:
        return moment_of(timestamp) if timestamp else None
    except (ValueError, OverflowError):
        return None


def duration(seconds: float) -> str:
    """Two units at most: "5m30s", "3h12m", "41d"."""
    whole = int(seconds)
    if whole < -1:
        return "<invalid>"
    if whole < 2 * _MINUTE:
        return f"{max(whole, 0)}s"
    minutes, hours, days = whole // _MINUTE, whole // _HOUR, whole // _DAY
    if minutes < 10:
        return _pair(minutes, "m", whole % _MINUTE, "s")
    if hours < 3:
        return f"{minutes}m"
    if hours < 8:
        return _pair(hours, "h", minutes % 60, "m")
    if hours < 48:
        return f"{hours}h"
    if days < 8:
        return _pair(days, "d", hours % 24, "h")
    return _years(days)


def _years(days: int) -> str:
    years = days // 365
    if years < 2:
        return f"{days}d"
    return _pair(years, "y", days % 365, "d") if years < 8 else f"{years}y"


def _pair(large: int, unit: str, small: int, small_unit: str) -> str:
    return f"{large}{unit}{small}{small_unit}" if small else f"{large}{unit}"


def labels(found: Mapping[str, str]) -> str:
    """`app=web,tier=front`, by key."""
    return ",".join(f"{key}={value}" for key, value in sorted(found.items())) or NONE


def label_selector(selector: Object) -> str:
    """A selector in the syntax that one types."""
    terms = [(key, f"{key}={value}") for key, value in part(selector, "matchLabels").items()]
    for item in part(selector, "matchExpressions") or ():
        form = _EXPRESSIONS.get(item.get("operator", ""), "<invalid>")
        terms.append((item["key"], form.format(key=item["key"], values=",".join(sorted(item.get("values") or ())))))
    return ",".join(term for _, term in sorted(terms)) or NONE


def containers(pod_spec: Object) -> list[str]:
    """The containers' names and their images, each joined by commas."""
    found = part(pod_spec, "containers") or []
    return [",".join(str(item.get(key, "")) for item in found) for key in ("name", "image")]


def few(found: Sequence[str], *, absent: str = NONE) -> str:
    """Three of them, and how many more there are."""
    if not found:
        return absent
    listed = ",".join(found[:_MOST_LISTED])
    more = len(found) - _MOST_LISTED
    return f"{listed} + {more} more..." if more > 0 else listed


def condition(obj: Object, kind: str) -> Object:
    """The condition of that type; empty where there is none."""
    found: Iterable[Object] = part(obj, "status", "conditions") or ()
    return next((item for item in found if item.get("type") == kind), {})


def is_true(obj: Object, kind: str) -> bool:
    """Whether the condition holds."""
    return condition(obj, kind).get("status") == "True"
