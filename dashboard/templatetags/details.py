"""`{{ row.severity|state_class }}`, amounts and meters for the overview and the detail pages."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from dashboard.details import amounts, reasons
from dashboard.overview.capacity import Share

register = template.Library()

register.filter("state_class", reasons.state_class)
register.filter("cores", amounts.cpu)
register.filter("bytes", amounts.memory)


@register.simple_tag
def meter(share: Share, label: str) -> SafeString:
    """A bar of what is requested of what is offered. Neutral at any height: a request is not a use."""
    percent = min(100, share.percent)
    return format_html(
        '<svg class="meter" viewBox="0 0 100 6" preserveAspectRatio="none" role="img" aria-label="{}: {}% requested">'
        '<rect width="{}" height="6"/></svg>',
        label,
        share.percent,
        percent,
    )
