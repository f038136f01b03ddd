"""The whole filtered set as CSV or JSON, in kubectl's words, streamed in batches so that memory stays bounded."""

import csv
import json
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from clusters.access import Person
from clusters.models import Cluster
from clusters.threads import read
from dashboard.tables.columns import Column
from dashboard.tables.matching import Matching
from dashboard.tables.page import fields_of
from dashboard.tables.paging import one_page, place_of
from dashboard.tables.state import State

BATCH = 1000
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
CONTENT_TYPES = {"csv": "text/csv; charset=utf-8", "json": "application/json"}

Written = Callable[[Sequence[Any]], str]
"""Writes rows as text."""


class _Echo:
    """A file that hands back what is written to it."""

    def write(self, text: str) -> str:
        return text


def columns_to_export(state: State) -> tuple[Column, ...]:
    """The columns that the address names, else all of them in kubectl's order."""
    if not state.columns:
        return state.table.columns
    return tuple(column for key in state.columns.split(",") if (column := state.table.column(key)))


async def as_csv(user: Person, cluster: Cluster, state: State, now: datetime) -> AsyncIterator[str]:
    """Lines of CSV, the first with the columns' titles. A spreadsheet takes no cell for a formula."""
    columns = columns_to_export(state)
    writer = csv.writer(_Echo())

    def lines(rows: Sequence[Any]) -> str:
        return "".join(writer.writerow([_harmless(column.text(row, now)) for column in columns]) for row in rows)

    yield writer.writerow([column.title for column in columns])
    async for text in _batches(user, cluster, state, lines):
        yield text


async def as_json(user: Person, cluster: Cluster, state: State, now: datetime) -> AsyncIterator[str]:
    """A list of objects, by the columns' keys."""
    columns = columns_to_export(state)

    def objects(rows: Sequence[Any]) -> str:
        return ",\n".join(json.dumps({column.key: column.text(row, now) for column in columns}) for row in rows)

    separator = "["
    async for text in _batches(user, cluster, state, objects):
        if text:
            yield separator + text
            separator = ",\n"
    yield "[]\n" if separator == "[" else "]\n"


async def _batches(user: Person, cluster: Cluster, state: State, written: Written) -> AsyncIterator[str]:
    """All matching rows in their order. Each batch is a query of its own, so that no cursor stays open."""
    fields = fields_of(columns_to_export(state), state)
    following: State | None = replace(state, after="", before="")
    matching = Matching(user, cluster, replace(state, after="", before=""))
    while following:
        text, following = await read(_batch, matching, following, fields, written)
        yield text


def _batch(matching: Matching, state: State, fields: tuple[str, ...], written: Written) -> tuple[str, State | None]:
    """One batch as text, and the state of the next. On the event loop writing it would hold up everybody."""
    part = one_page(matching, state, fields, BATCH)
    following = replace(state, after=place_of(part.rows[-1], state, 0)) if part.has_next else None
    return written(part.rows), following


def _harmless(text: str) -> str:
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text
