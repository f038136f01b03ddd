"""Autoscalers and disruption budgets."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from simulator.api.tables.cells import NONE, UNKNOWN, UNSET, age, name, number, part, text
from simulator.api.tables.columns import Table, columns
from simulator.kinds import HORIZONTAL_POD_AUTOSCALERS, POD_DISRUPTION_BUDGETS, Object

_SHOWN = 2


def _autoscaler(obj: Object, now: datetime) -> list[Any]:
    target = part(obj, "spec", "scaleTargetRef")
    return [
        name(obj),
        f"{target.get('kind', '')}/{target.get('name', '')}",
        _metrics(obj),
        text(obj, "spec", "minReplicas", absent=UNSET),
        number(obj, "spec", "maxReplicas"),
        number(obj, "status", "currentReplicas"),
        age(obj, now),
    ]


def _metrics(obj: Object) -> str:
    shown = list(_each_metric(part(obj, "spec", "metrics") or [], part(obj, "status", "currentMetrics") or []))
    if not shown:
        return NONE
    more = len(shown) - _SHOWN
    listed = ", ".join(shown[:_SHOWN])
    return f"{listed} + {more} more..." if more > 0 else listed


def _each_metric(wanted: list[Object], current: list[Object]) -> Iterator[str]:
    """Every metric beside its target; the status lists them in the order of the spec."""
    for position, metric in enumerate(wanted):
        kind = metric.get("type", "")
        key = kind[:1].lower() + kind[1:]
        spec = part(metric, key)
        found = part(current[position], key, "current") if position < len(current) else {}
        target = part(spec, "target")
        label = f"{spec.get('name') or part(spec, 'metric').get('name', '')}: " if kind.endswith("Resource") else ""
        yield label + _against(found, target, "" if kind.endswith("Resource") or kind == "Pods" else " (avg)")


def _against(found: Object, target: Object, average: str) -> str:
    if target.get("averageUtilization") is not None:
        used = found.get("averageUtilization")
        return f"{UNKNOWN if used is None else f'{used}%'}/{target['averageUtilization']}%"
    if target.get("averageValue") is not None:
        return f"{found.get('averageValue') or UNKNOWN}/{target['averageValue']}{average}"
    return f"{found.get('value') or UNKNOWN}/{target.get('value', '')}"


def _budget(obj: Object, now: datetime) -> list[Any]:
    return [
        name(obj),
        text(obj, "spec", "minAvailable", absent="N/A"),
        text(obj, "spec", "maxUnavailable", absent="N/A"),
        number(obj, "status", "disruptionsAllowed"),
        age(obj, now),
    ]


TABLES = {
    HORIZONTAL_POD_AUTOSCALERS: Table(
        columns("Name", "Reference", "Targets", "MinPods", "MaxPods", "Replicas", "Age"), _autoscaler
    ),
    POD_DISRUPTION_BUDGETS: Table(
        columns("Name", "Min Available", "Max Unavailable", "Allowed Disruptions:integer", "Age"), _budget
    ),
}
