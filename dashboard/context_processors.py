"""What every template may ask for: the frame around the page and how its reader likes it."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from dashboard.frame import Frame
from dashboard.models import Preference


def frame(request: HttpRequest) -> dict[str, Any]:
    """`frame` and `preference`; neither asks the database before a template uses it."""
    return {
        "frame": SimpleLazyObject(lambda: Frame(request)),
        "preference": SimpleLazyObject(lambda: Preference.of(request.user)),
    }
