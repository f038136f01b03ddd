"""`{% links frame.namespace_choices %}`, `{% sections … %}`: lines of menus, without a template's work for each."""

from collections.abc import Iterable
from html import escape

from django import template
from django.utils.safestring import SafeString, mark_safe

from dashboard.frame import Choice, Section
from dashboard.templatetags.icons import icon

register = template.Library()


@register.simple_tag
def links(choices: Iterable[Choice]) -> SafeString:
    """One link for each choice; a loop in a template takes ten times as long over a hundred."""
    return mark_safe("".join(_link(choice) for choice in choices))  # noqa: S308 - _link escapes


def _link(choice: Choice) -> str:
    current = ' aria-current="true"' if choice.chosen else ""
    return f'<a role="menuitem" href="{escape(choice.url)}"{current}>{escape(choice.title)}</a>'


@register.simple_tag
def sections(found: Iterable[Section], current: str) -> SafeString:
    """One link for each kind, with how many there are; `current` is the kind that the page shows."""
    return mark_safe("".join(_section(section, current) for section in found))  # noqa: S308 - _section escapes


def _section(section: Section, current: str) -> str:
    here = ' aria-current="page"' if section.kind == current else ""
    number = (
        f'<span class="num" data-count="{section.kind}">{section.count}</span>' if section.count is not None else ""
    )
    title = f"{icon(section.icon)}{escape(section.title)}{number}"
    return f'<a href="{escape(section.url)}" data-go="{section.kind[0]}"{here}>{title}</a>'
