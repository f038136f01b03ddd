"""One page of a table, ready to be shown: rows as HTML, facets with counts, and the ways to the other pages."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from html import escape
from typing import Any

from django.db.models import Count
from django.utils.safestring import SafeString, mark_safe

from clusters.access import Person
from clusters.models import Cluster, Severity
from dashboard.tables import filters
from dashboard.tables.columns import CLASSES, ROW_FIELDS, Column, Sight
from dashboard.tables.paging import one_page, order_of, place_of, rows_before
from dashboard.tables.state import SEVERITIES, State

EVENT_CLASSES = {"Warning": "warning", "Normal": "running"}


@dataclass(frozen=True)
class Facet:
    """One link above the table: a state, how many rows are in it, whether it is chosen."""

    title: str
    css: str
    count: int
    query: str
    chosen: bool


@dataclass(frozen=True)
class Chip:
    """One filter in force: what it says and the address without it."""

    name: str
    value: str
    without: str


@dataclass(frozen=True)
class Heading:
    """The head of one column. `sort` is "", "ascending" or "descending"; `query` None: it cannot be sorted by."""

    title: str
    css: str
    sort: str
    query: str | None


@dataclass(frozen=True)
class Page:
    """What the template shows. `first` and `last` number the page's rows among `total`."""

    state: State
    columns: tuple[Column, ...]
    rows: list[Any]
    facets: list[Facet]
    first: int
    last: int
    total: int
    previous: str | None
    next: str | None
    now: datetime
    sight: Sight

    @property
    def headings(self) -> list[Heading]:
        return [_heading(self.state, column) for column in self.columns]

    @property
    def chips(self) -> list[Chip]:
        return _chips(self.state)

    @property
    def rows_html(self) -> SafeString:
        return mark_safe("\n".join(row_html(row, self.columns, self.sight) for row in self.rows))  # noqa: S308 - row_html escapes


def row_html(row: Any, columns: Sequence[Column], sight: Sight) -> str:
    """One row as HTML, with an id that stays the same as it changes."""
    cells = "".join(f'<td class="{it.css}" data-col="{it.key}">{it.html(row, sight)}</td>' for it in columns)
    uid, name, version = escape(row.uid), escape(row.name), escape(row.resource_version)
    return f'<tr id="r-{uid}" data-uid="{uid}" data-name="{name}" data-rv="{version}" tabindex="-1">{cells}</tr>'


def columns_of(state: State, chosen: Sequence[str]) -> tuple[Column, ...]:
    """The columns to show: those that the address names, else those chosen, else the table's own."""
    keys = state.columns.split(",") if state.columns else [*chosen] or [*state.table.shown]
    found = [column for key in dict.fromkeys(keys) if (column := state.table.column(key))]
    return tuple(found) or columns_of(replace(state, columns=""), ())


def fields_of(columns: Sequence[Column], state: State) -> tuple[str, ...]:
    """The model fields that the columns, the sort and the row itself need, each once."""
    needed = (*ROW_FIELDS, *order_of(state).fields, *(field for column in columns for field in column.fields))
    return tuple(dict.fromkeys(needed))


def build(user: Person, cluster: Cluster, state: State, chosen: Sequence[str], now: datetime) -> Page:
    """The page of `state` for `user`, who chose the columns `chosen`. Raises BadParameter for a bad place."""
    columns = columns_of(state, chosen)
    matching = filters.rows(user, cluster, state)
    part = one_page(matching, state, fields_of(columns, state))
    counted = _counts(user, cluster, state)
    rows = part.rows
    total = _total(state, counted)
    before = rows_before(matching, state, rows[0]) if rows and (state.after or state.before) else 0
    return Page(
        state=state,
        columns=columns,
        rows=rows,
        facets=_facets(state, counted),
        first=before + 1 if rows else 0,
        last=before + len(rows),
        total=max(total, before + len(rows)),
        previous=state.query(before=place_of(rows[0], state)) if rows and part.has_previous else None,
        next=state.query(after=place_of(rows[-1], state)) if rows and part.has_next else None,
        now=now,
        sight=Sight(cluster.slug, now),
    )


def _counts(user: Person, cluster: Cluster, state: State) -> list[tuple[int, str, int]]:
    """How many rows are in each severity and, where the table counts or filters by it, of each status."""
    queryset = filters.rows(user, cluster, state, every_facet=True).order_by()
    if state.table.facet == "severity" and not state.status:
        return [(severity, "", n) for severity, n in queryset.values_list("severity").annotate(n=Count("pk"))]
    return [
        (severity, status, n)
        for severity, status, n in queryset.values_list("severity", "status").annotate(n=Count("pk"))
    ]


def _total(state: State, counted: list[tuple[int, str, int]]) -> int:
    wanted, word = state.severity, state.status
    return sum(n for severity, status, n in counted if wanted in (None, severity) and word in ("", status))


def _facets(state: State, counted: list[tuple[int, str, int]]) -> list[Facet]:
    every = Facet(
        "All", "", sum(n for *_, n in counted), state.query(state="", status=""), not (state.state or state.status)
    )
    if state.table.facet == "status":
        words = sorted({(status, severity) for severity, status, _ in counted}, key=lambda pair: pair[1])
        return [every, *(_status_facet(state, word, counted) for word, _ in dict.fromkeys(words))]
    by_severity = {severity: sum(n for s, _, n in counted if s == severity) for severity, *_ in counted}
    return [every, *(_severity_facet(state, Severity(s), by_severity[s]) for s in sorted(by_severity))]


def _severity_facet(state: State, severity: Severity, count: int) -> Facet:
    slug = next(slug for slug, known in SEVERITIES.items() if known == severity)
    title = state.table.words.get(severity, severity.label)
    return Facet(title, f"st st-{CLASSES[severity]}", count, state.query(state=slug, status=""), state.state == slug)


def _status_facet(state: State, word: str, counted: list[tuple[int, str, int]]) -> Facet:
    count = sum(n for _, status, n in counted if status == word)
    css = f"st st-{EVENT_CLASSES.get(word, 'unsure')}"
    return Facet(word, css, count, state.query(status=word, state=""), state.status == word)


def _heading(state: State, column: Column) -> Heading:
    if not column.order:
        return Heading(column.title, column.css, "", None)
    if state.sort_key != column.key:
        return Heading(column.title, column.css, "", state.query(sort=column.key))
    turned = column.key if state.descending else f"-{column.key}"
    return Heading(
        column.title, column.css, "descending" if state.descending else "ascending", state.query(sort=turned)
    )


def _chips(state: State) -> list[Chip]:
    named = {"namespace": "namespace", "status": "status", "node": "node", "owner": "controlled by", "labels": "labels"}
    values = {key: getattr(state, key) for key in named}
    return [Chip(title, values[key], state.query(**{key: ""})) for key, title in named.items() if values[key]]
