"""The short repeated parts of a table's page. A loop in a template takes ten times as long over the same."""

from collections.abc import Container, Iterable
from html import escape

from django import template
from django.utils.safestring import SafeString, mark_safe

from dashboard.tables.columns import Column
from dashboard.tables.page import Facet, Heading

register = template.Library()


@register.simple_tag
def headings(found: Iterable[Heading]) -> SafeString:
    """The heads of the columns; those that can be sorted by are links."""
    return mark_safe("".join(map(_heading, found)))  # noqa: S308 - _heading escapes


def _heading(heading: Heading) -> str:
    sort = f' aria-sort="{heading.sort}"' if heading.sort else ""
    title = escape(heading.title)
    link = f'<a href="{escape(heading.query)}">{title}</a>' if heading.query else title
    return f'<th scope="col" class="{heading.css}"{sort}>{link}</th>'


@register.simple_tag
def facets(found: Iterable[Facet]) -> SafeString:
    """One link for each state, with its count."""
    return mark_safe("".join(map(_facet, found)))  # noqa: S308 - _facet escapes


def _facet(facet: Facet) -> str:
    current = ' aria-current="true"' if facet.chosen else ""
    word = f'<span class="{facet.css}">{escape(facet.title)}</span>'
    return f'<a href="{escape(facet.query)}"{current}>{word} <span class="num faint">{facet.count}</span></a>'


@register.simple_tag
def column_boxes(columns: Iterable[Column], shown: Container[str]) -> SafeString:
    """A box to tick for each column."""
    return mark_safe("".join(_box(column, checked=column.key in shown) for column in columns))  # noqa: S308 - of ours


def _box(column: Column, *, checked: bool) -> str:
    box = '<input class="form-check-input" type="checkbox" name="column"'
    return f'<label>{box} value="{column.key}"{" checked" if checked else ""}>{escape(column.title)}</label>'
