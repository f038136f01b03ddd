"""Ages, moments and bars for templates: `{% age pod.created %}`, `{% moment t %}`, `{% bar 61 asked=75 %}`."""

from datetime import datetime

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from dashboard.words import age_html, moment_html

register = template.Library()

WARN_PERCENT, FAIL_PERCENT = 90, 96
STEP = 5

register.simple_tag(moment_html, name="moment")


@register.simple_tag
def age(then: datetime) -> SafeString:
    """How long ago `then` was; ticks in the browser."""
    return age_html(then, timezone.now())


@register.simple_tag
def bar(used: float, asked: float | None = None, *, of_limit: bool = False) -> SafeString:
    """A bar filled to `used` percent, with a tick at `asked` percent. Amber and red only for a share of a limit."""
    classes = ["bar", f"used-{_step(used)}"]
    if asked is not None:
        classes += ["marked", f"asked-{_step(asked)}"]
    if of_limit and used >= WARN_PERCENT:
        classes.append("bar-fail" if used >= FAIL_PERCENT else "bar-warn")
    return format_html('<span class="{}"></span>', " ".join(classes))


def _step(percent: float) -> int:
    return min(100, max(0, round(percent / STEP) * STEP))
