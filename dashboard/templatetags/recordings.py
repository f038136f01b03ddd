"""`{{ recording.duration|long }}`: how long a recording is."""

from datetime import timedelta

from django import template

register = template.Library()


@register.filter
def long(duration: timedelta) -> str:
    """In the two largest units: "22 s", "5 min 59 s", "1 h 4 min"."""
    seconds = round(duration.total_seconds())
    if seconds < 60:
        return f"{seconds} s"
    minutes, seconds = divmod(seconds, 60)
    if minutes < 60:
        return f"{minutes} min {seconds} s" if seconds else f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if minutes else f"{hours} h"
