"""One page of a table, ready to be shown: rows as HTML, facets with counts, and the ways to the other pages."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from html import escape
from typing import Any

from django.utils.safestring import SafeString, mark_safe

from clusters.access import Person, namespaces_for
from clusters.models import Cluster, Role, Severity
from dashboard.tables.columns import CLASSES, ROW_FIELDS, Column, Sight
from dashboard.tables.matching import Counted, Matching
from dashboard.tables.paging import number_of_first, one_page, order_of, place_of
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
    def picks(self) -> bool:
        """Whether its rows can be picked by hand."""
        return picks(self.state, self.sight)

    @property
    def headings(self) -> list[Heading]:
        return [_heading(self.state, column) for column in self.columns]

    @property
    def chips(self) -> list[Chip]:
        return _chips(self.state)

    @property
    def rows_html(self) -> SafeString:
        return mark_safe("\n".join(row_html(row, self.columns, self.sight, picks=self.picks) for row in self.rows))  # noqa: S308 - row_html escapes


def picks(state: State, sight: Sight) -> bool:
    """Whether rows of the table can be picked by hand, to read their logs together."""
    return state.table.picks and sight.reads_any_logs


def row_html(row: Any, columns: Sequence[Column], sight: Sight, *, picks: bool = False) -> str:
    """One row as HTML, with an id that stays the same as it changes; `picks`: with a box to pick it by."""
    return row_of(row, columns, [column.html(row, sight) for column in columns], sight, picks=picks)


def row_of(row: Any, columns: Sequence[Column], contents: Sequence[str], sight: Sight, *, picks: bool) -> str:
    """The same, from what its cells hold, which is HTML in the order of the columns."""
    pairs = zip(columns, contents, strict=True)
    cells = "".join([f"{column.opening}{content}</td>" for column, content in pairs])
    cells = (_box(row, sight) if picks else "") + cells
    uid, name, version = escape(row.uid), escape(row.name), escape(row.resource_version)
    return f'<tr id="r-{uid}" data-uid="{uid}" data-name="{name}" data-rv="{version}" tabindex="-1">{cells}</tr>'


def _box(row: Any, sight: Sight) -> str:
    """The cell of a row that can be picked; empty where its log may not be read."""
    if not sight.reads_logs(row.namespace):
        return '<td class="p-pick"></td>'
    value, name = escape(f"{row.namespace}/{row.name}"), escape(row.name)
    box = f'<input class="form-check-input" type="checkbox" value="{value}" aria-label="Pick {name}">'
    return f'<td class="p-pick">{box}</td>'


def columns_of(state: State, chosen: Sequence[str]) -> tuple[Column, ...]:
    """The columns to show: those that the address names, else those chosen, else the table's own."""
    keys = state.columns.split(",") if state.columns else [*chosen] or [*state.table.shown]
    found = [column for key in dict.fromkeys(keys) if (column := state.table.column(key))]
    return tuple(found) or columns_of(replace(state, columns=""), ())


def fields_of(columns: Sequence[Column], state: State) -> tuple[str, ...]:
    """The model fields that the columns, the sort and the row itself need, each once."""
    needed = (*ROW_FIELDS, *order_of(state).fields, *(field for column in columns for field in column.fields))
    return tuple(dict.fromkeys(needed))


def build(
    user: Person, cluster: Cluster, state: State, chosen: Sequence[str], now: datetime, *, fresh: bool = False
) -> Page:
    """The page of `state` for `user`, who chose the columns `chosen`. Raises BadParameter for a bad place.

    `fresh`: with the counts of this moment, also where they are dear.
    """
    columns = columns_of(state, chosen)
    matching = Matching(user, cluster, state, fresh=fresh)
    part = one_page(matching, state, fields_of(columns, state))
    rows = part.rows
    first = number_of_first(matching, state, part)
    last = first + len(rows) - 1 if rows else 0
    return Page(
        state=state,
        columns=columns,
        rows=rows,
        facets=_facets(state, matching.counts),
        first=first,
        last=last,
        total=max(matching.total, last),
        previous=state.query(before=place_of(rows[0], state, first)) if rows and part.has_previous else None,
        next=state.query(after=place_of(rows[-1], state, last)) if rows and part.has_next else None,
        now=now,
        sight=sight_of(user, cluster, now),
    )


def sight_of(user: Person, cluster: Cluster, now: datetime) -> Sight:
    """What cells need that are shown to `user`. No query of its own."""
    logs, shells = namespaces_for(user, Role.LOGS, cluster), namespaces_for(user, Role.SHELL, cluster)
    return Sight(cluster.slug, now, logs=logs, shells=shells)


def _facets(state: State, counted: Counted) -> list[Facet]:
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


def _status_facet(state: State, word: str, counted: Counted) -> Facet:
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
