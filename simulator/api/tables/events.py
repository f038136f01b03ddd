"""Events."""

from datetime import datetime
from typing import Any

from simulator.api.tables.cells import name, number, part, since, text
from simulator.api.tables.columns import Column, Table
from simulator.kinds import EVENTS, Object


def _event(obj: Object, now: datetime) -> list[Any]:
    first = since(text(obj, "firstTimestamp") or text(obj, "eventTime"), now)
    last = since(text(obj, "lastTimestamp"), now) if text(obj, "lastTimestamp") else first
    count = number(obj, "count") or 1
    if series := part(obj, "series"):
        last, count = since(text(series, "lastObservedTime"), now), number(series, "count")
    return [
        last,
        text(obj, "type"),
        text(obj, "reason"),
        _target(part(obj, "involvedObject")),
        text(obj, "involvedObject", "fieldPath"),
        _source(obj),
        text(obj, "message").strip(),
        first,
        count,
        name(obj),
    ]


def _target(reference: Object) -> str:
    kind = text(reference, "kind").lower()
    return f"{kind}/{reference['name']}" if reference.get("name") else kind


def _source(obj: Object) -> str:
    component = text(obj, "source", "component") or text(obj, "reportingComponent")
    host = text(obj, "source", "host") or text(obj, "reportingInstance")
    return f"{component}, {host}" if host else component


TABLES = {
    EVENTS: Table(
        (
            *(Column(title) for title in ("Last Seen", "Type", "Reason", "Object")),
            *(Column(title, priority=1) for title in ("Subobject", "Source")),
            Column("Message"),
            *(Column(title, priority=1) for title in ("First Seen", "Count")),
            Column("Name", format="name", priority=1),
        ),
        _event,
    )
}
