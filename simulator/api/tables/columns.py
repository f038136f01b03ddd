"""What a table is made of."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from simulator.api.tables.cells import age, name
from simulator.kinds import Object

Row = Callable[[Object, datetime], list[Any]]
"""The cells of an object at a moment."""


@dataclass(frozen=True)
class Column:
    """A column; those of priority 1 show with `-o wide` only."""

    name: str
    type: str = "string"
    format: str = ""
    priority: int = 0

    def definition(self) -> Object:
        """As the Table carries it."""
        return {
            "name": self.name,
            "type": self.type,
            "format": self.format,
            "description": "",
            "priority": self.priority,
        }


def _no_conditions(obj: Object) -> list[Object]:
    return []


@dataclass(frozen=True)
class Table:
    """Columns, and what makes their cells; `conditions` say how a row stands, as kubectl's colours need it."""

    columns: tuple[Column, ...]
    cells: Row
    conditions: Callable[[Object], list[Object]] = _no_conditions


def columns(*names: str, wide: tuple[str, ...] = ()) -> tuple[Column, ...]:
    """Columns from words such as "Desired:integer"; `wide` ones have priority 1."""
    return tuple(_column(word, 0) for word in names) + tuple(_column(word, 1) for word in wide)


def _column(word: str, priority: int) -> Column:
    title, _, kind = word.partition(":")
    return Column(title, kind or "string", "name" if title == "Name" else "", priority)


PLAIN = Table(columns("Name", "Age"), lambda obj, now: [name(obj), age(obj, now)])
"""For kinds that have no columns of their own."""
