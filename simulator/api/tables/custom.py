"""Custom resources: the columns that their definition names.

Source: https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#additional-printer-columns
"""

import json
import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from simulator.api.tables.cells import name, since
from simulator.api.tables.columns import Column, Table
from simulator.kinds import Kind, Object, PrinterColumn

_STEP = re.compile(
    r"""\.((?:[\w/-]|\\\.)+)                                     # .spec or .metadata.labels.example\.com/name
    |   \['([^']+)'\]                                            # ['name']
    |   \[(\d+|\*)\]                                            # [0] or [*]
    |   \[\?\(@\.([\w.]+)\s*==\s*['"]([^'"]*)['"]\)\]             # [?(@.type=="Ready")]
    """,
    re.VERBOSE,
)


def custom_table(kind: Kind) -> Table:
    """Name, and what the definition says; where it says nothing, the age."""
    described = kind.printer_columns or (PrinterColumn("Age", "date", "", 0, ".metadata.creationTimestamp"),)
    columns = (
        Column("Name", format="name"),
        *(Column(item.name, item.type, item.format, item.priority) for item in described),
    )

    def cells(obj: Object, now: datetime) -> list[Any]:
        return [name(obj), *(_cell(obj, item, now) for item in described)]

    return Table(columns, cells)


def _cell(obj: Object, column: PrinterColumn, now: datetime) -> Any:
    value = next(iter(found(obj, column.json_path)), None)
    if value is None:
        return None
    if column.type == "date":
        return since(str(value), now)
    if column.type in ("integer", "number", "boolean"):
        return value
    return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))


def found(obj: Any, path: str) -> list[Any]:
    """The values at a JSON path: keys, positions, `[*]`, and filters such as `[?(@.type=="Ready")]`."""
    values = [obj]
    for step in _STEP.finditer(path):
        values = [deeper for value in values for deeper in _deeper(value, step)]
    return values


def _deeper(value: Any, step: re.Match[str]) -> Iterator[Any]:
    key, quoted, position, field, wanted = step.groups()
    word = quoted or (key or "").replace("\\.", ".")
    if word:
        if isinstance(value, dict) and word in value:
            yield value[word]
    elif isinstance(value, list) and position == "*":
        yield from value
    elif isinstance(value, list) and position:
        yield from value[int(position) : int(position) + 1]
    elif isinstance(value, list):
        yield from (item for item in value if [str(part) for part in found(item, f".{field}")] == [wanted])
