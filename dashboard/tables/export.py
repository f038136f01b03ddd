"""The whole filtered set as CSV or JSON, in kubectl's words, streamed in batches so that memory stays bounded."""

import csv
import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from clusters.access import Person
from clusters.models import Cluster
from clusters.threads import read
from dashboard.tables import filters
from dashboard.tables.columns import Column
from dashboard.tables.page import fields_of
from dashboard.tables.paging import Slice, one_page, place_of
from dashboard.tables.state import State

BATCH = 1000
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
CONTENT_TYPES = {"csv": "text/csv; charset=utf-8", "json": "application/json"}


class _Echo:
    """A file that hands back what is written to it."""

    def write(self, text: str) -> str:
        return text


def columns_to_export(state: State) -> tuple[Column, ...]:
    """The columns that the address names, else all of them in kubectl's order."""
    if not state.columns:
        return state.table.columns
    return tuple(column for key in state.columns.split(",") if (column := state.table.column(key)))


async def batches(user: Person, cluster: Cluster, state: State, columns: Sequence[Column]) -> AsyncIterator[list[Any]]:
    """All matching rows in their order. Each batch is a query of its own, so that no cursor stays open."""
    fields = fields_of(columns, state)
    state = replace(state, after="", before="")
    while True:
        part = await read(_batch, user, cluster, state, fields)
        yield part.rows
        if not part.has_next:
            return
        state = replace(state, after=place_of(part.rows[-1], state))


def _batch(user: Person, cluster: Cluster, state: State, fields: tuple[str, ...]) -> Slice:
    return one_page(filters.rows(user, cluster, state), state, fields, BATCH)


async def as_csv(rows: AsyncIterator[list[Any]], columns: Sequence[Column], now: datetime) -> AsyncIterator[str]:
    """Lines of CSV, the first with the columns' titles. A spreadsheet takes no cell for a formula."""
    writer = csv.writer(_Echo())
    yield writer.writerow([column.title for column in columns])
    async for batch in rows:
        yield "".join(writer.writerow([_harmless(column.text(row, now)) for column in columns]) for row in batch)


async def as_json(rows: AsyncIterator[list[Any]], columns: Sequence[Column], now: datetime) -> AsyncIterator[str]:
    """A list of objects, by the columns' keys."""
    separator = "["
    async for batch in rows:
        yield "".join(_json(separator if i == 0 else ",\n", row, columns, now) for i, row in enumerate(batch))
        separator = ",\n" if batch else separator
    yield "[]\n" if separator == "[" else "]\n"


def _json(before: str, row: Any, columns: Sequence[Column], now: datetime) -> str:
    return before + json.dumps({column.key: column.text(row, now) for column in columns})


def _harmless(text: str) -> str:
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text
