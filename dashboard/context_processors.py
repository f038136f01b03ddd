"""What every template may ask for: the frame around the page."""

from django.http import HttpRequest

from dashboard.frame import Frame


def frame(request: HttpRequest) -> dict[str, Frame]:
    """`frame`, which asks the database only for what a template uses of it."""
    return {"frame": Frame(request)}
