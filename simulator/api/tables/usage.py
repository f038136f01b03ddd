"""What pods and nodes use."""

from datetime import datetime
from typing import Any

from simulator.api.tables.cells import name, part, text
from simulator.api.tables.columns import Column, Table
from simulator.kinds import NODE_METRICS, POD_METRICS, Object
from simulator.quantities import quantity, quantity_of

_COLUMNS = (
    Column("Name", format="name"),
    Column("cpu", format="quantity"),
    Column("memory", format="quantity"),
    Column("Window", format="duration"),
)


def _usage(obj: Object, now: datetime) -> list[Any]:
    return [name(obj), *(_sum(obj, key) for key in ("cpu", "memory")), text(obj, "window")]


def _sum(obj: Object, key: str) -> str:
    """A node's usage as it was measured; a pod's is the sum of its containers'."""
    if usage := part(obj, "usage"):
        return text(usage, key)
    return quantity_of(sum(quantity(text(item, "usage", key)) for item in part(obj, "containers") or ()), key)


TABLES = {NODE_METRICS: Table(_COLUMNS, _usage), POD_METRICS: Table(_COLUMNS, _usage)}
