"""`{% icon "server-2" %}` puts one of Tabler's icons into the page, hidden from screen readers."""

import re
from functools import cache
from pathlib import Path

from django import template
from django.contrib.staticfiles import finders
from django.utils.safestring import SafeString, mark_safe

register = template.Library()

CONTENT = re.compile(r"<path(?! stroke=\"none\")[^>]*/>")


@register.simple_tag
@cache
def icon(name: str) -> SafeString:
    """The icon's SVG. Raises TemplateSyntaxError where set-up has not brought it."""
    found = finders.find(f"vendor/icons/{name}.svg")
    if not isinstance(found, str):
        raise template.TemplateSyntaxError(f"There is no icon {name!r} in static/vendor/icons; run `make setup`.")
    paths = "".join(CONTENT.findall(Path(found).read_text(encoding="utf-8")))
    return mark_safe(  # noqa: S308 - our own file, no user's text in it
        '<svg class="ico" aria-hidden="true" viewBox="0 0 24 24" fill="none" stroke="currentColor" '
        f'stroke-width="2" stroke-linecap="round" stroke-linejoin="round">{paths}</svg>'
    )
