"""Ages and moments for templates: `{% age pod.created %}`, `{% moment condition.since %}`."""

from datetime import datetime

from django import template
from django.utils import timezone
from django.utils.safestring import SafeString

from dashboard.words import age_html, moment_html

register = template.Library()

register.simple_tag(moment_html, name="moment")


@register.simple_tag
def age(then: datetime) -> SafeString:
    """How long ago `then` was; ticks in the browser."""
    return age_html(then, timezone.now())
