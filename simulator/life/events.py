"""Events as client-go records them: the same thing again counts up, many alike are told as one, old ones expire.

Source: https://github.com/kubernetes/client-go/blob/master/tools/record/events_cache.go
"""

import hashlib
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta

from simulator.clock import moment_of, timestamp
from simulator.errors import ApiError
from simulator.kinds import EVENTS, NAMESPACES, Kind, Object
from simulator.life.engine import Controller, Key, Life

KEPT = timedelta(hours=1)
"""As the API server's --event-ttl."""

_SWEEP = 300.0
_ALIKE = 10
_ALIKE_WITHIN = timedelta(minutes=10)
_REMEMBERED = 4096
_COMBINED = "(combined from similar events)"


@dataclass(frozen=True)
class About:
    """What an event is about, and who says it."""

    kind: Kind
    obj: Object
    component: str
    host: str = ""
    field_path: str = ""

    @property
    def involved(self) -> Object:
        """As `involvedObject`."""
        metadata = self.obj["metadata"]
        involved: Object = {"kind": self.kind.kind, "namespace": metadata.get("namespace", "")}
        involved |= {"name": metadata["name"], "uid": metadata["uid"], "apiVersion": self.kind.api_version}
        involved |= {"resourceVersion": metadata.get("resourceVersion", ""), "fieldPath": self.field_path}
        return {key: value for key, value in involved.items() if value}


@dataclass
class _Alike:
    """Events that differ only in their message."""

    messages: set[str]
    last: datetime


class Recorder:
    """Writes events."""

    def __init__(self, life: Life) -> None:
        self._life = life
        self._known: OrderedDict[str, str] = OrderedDict()
        self._alike: OrderedDict[str, _Alike] = OrderedDict()
        for event in life.storage.list(EVENTS):
            self._remember(_identity(event), event["metadata"]["name"])

    def normal(self, about: About, reason: str, message: str) -> None:
        """Record something that happens as it should."""
        self._record(about, "Normal", reason, message)

    def warning(self, about: About, reason: str, message: str) -> None:
        """Record something that somebody might look into."""
        self._record(about, "Warning", reason, message)

    def _record(self, about: About, kind: str, reason: str, message: str) -> None:
        now = self._life.now()
        namespace = about.obj["metadata"].get("namespace") or "default"
        event = _event(about, kind, reason, message, namespace, now)
        event["message"] = self._combined(_group(event), message, now)
        identity = _identity(event)
        if (
            self._count_up(namespace, identity, event["message"], now)
            or self._life.storage.find(NAMESPACES, namespace) is None
        ):
            return
        try:
            self._life.storage.create(EVENTS, event)
        except ApiError:
            return  # two of the same name: an event is not worth more
        self._remember(identity, event["metadata"]["name"])

    def _combined(self, group: str, message: str, now: datetime) -> str:
        """The message, or a common one when many alike came within ten minutes."""
        alike = self._alike.pop(group, None)
        if alike is None or now - alike.last > _ALIKE_WITHIN:
            alike = _Alike(set(), now)
        self._alike[group] = alike
        if len(self._alike) > _REMEMBERED:
            self._alike.popitem(last=False)
        alike.last = now
        if len(alike.messages) < _ALIKE:
            alike.messages.add(message)
        return message if len(alike.messages) < _ALIKE else f"{_COMBINED}: {message}"

    def _count_up(self, namespace: str, identity: str, message: str, now: datetime) -> bool:
        name = self._known.get(identity)
        if name is None or self._life.storage.find(EVENTS, name, namespace) is None:
            return False

        def again(event: Object) -> None:
            event["count"] = (event.get("count") or 0) + 1
            event |= {"lastTimestamp": timestamp(now), "message": message}

        self._life.storage.update(EVENTS, name, namespace, change=again)
        return True

    def _remember(self, identity: str, name: str) -> None:
        self._known[identity] = name
        if len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)


def _group(event: Object) -> str:
    """What events have in common that are alike."""
    source, involved = event.get("source") or {}, event["involvedObject"]
    about = f"{involved.get('kind')} {involved.get('uid')} {involved.get('fieldPath', '')}"
    return f"{source.get('component')} {source.get('host', '')} {about} {event.get('type')} {event.get('reason')}"


def _identity(event: Object) -> str:
    """What the same event has in common when it comes again; of those told as one, the message does not count."""
    message = str(event.get("message", ""))
    return f"{_group(event)} {_COMBINED if message.startswith(_COMBINED) else message}"


def _event(about: About, kind: str, reason: str, message: str, namespace: str, now: datetime) -> Object:
    nanoseconds = int(now.timestamp() * 1_000_000) * 1000
    salt = int.from_bytes(hashlib.sha256(f"{reason} {message} {about.field_path}".encode()).digest()[:2])
    name = f"{about.obj['metadata']['name']}.{nanoseconds + salt % 1000:x}"
    source = {"component": about.component} | ({"host": about.host} if about.host else {})
    return {
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": {"name": name, "namespace": namespace},
        "involvedObject": about.involved,
        "reason": reason,
        "message": message,
        "source": source,
        "firstTimestamp": timestamp(now),
        "lastTimestamp": timestamp(now),
        "count": 1,
        "type": kind,
        "eventTime": None,
        "reportingComponent": about.component,
        "reportingInstance": about.host,
    }


class EventExpiry(Controller):
    """Removes events that nothing was added to for an hour."""

    def __init__(self, life: Life) -> None:
        super().__init__(life)
        life.enqueue(self, ("", "events"), _SWEEP)

    def reconcile(self, key: Key) -> None:
        """Remove what is too old, and look again later."""
        oldest = self.life.now() - KEPT
        for event in self.storage.list(EVENTS):
            if _last_time(event) < oldest:
                self.storage.remove(EVENTS, event["metadata"]["name"], event["metadata"]["namespace"])
        self.life.enqueue(self, key, _SWEEP)


def _last_time(event: Object) -> datetime:
    series = event.get("series") or {}
    told = series.get("lastObservedTime") or event.get("lastTimestamp") or event.get("eventTime")
    return moment_of(told or event["metadata"]["creationTimestamp"])
