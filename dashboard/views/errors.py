"""What people see in place of a page: what happened and where to go."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from clusters.access import MissingRight
from dashboard.tables.state import BadParameter


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Our own refusals say what was wrong; Django's may hold what should not be shown."""
    if not hasattr(request, "user"):
        # Refused before the session was read, as a foreign Host is: the frame of a page has nothing to stand on.
        return HttpResponse("The request is malformed.", content_type="text/plain", status=400)
    reason = str(exception) if isinstance(exception, BadParameter) else "The request is malformed."
    return render(request, "error.html", {"title": "This address cannot be meant", "reason": reason}, status=400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Our own refusals say which right is missing."""
    reason = str(exception) if isinstance(exception, MissingRight) else "You may not do this."
    return render(request, "error.html", {"title": "Not allowed", "reason": reason}, status=403)


def stale_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form without the right CSRF token; `reason` is Django's, for developers."""
    told = "The form was open for too long, or cookies are off. Go back, reload the page and send it again."
    return render(request, "error.html", {"title": "Form not accepted", "reason": told}, status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The same words for what is not there and for what is not shown."""
    if ".." in request.path.split("/"):
        return bad_request(request, BadParameter("A name in this address is not one that Kubernetes allows."))
    reason = "There is no such page, or no longer, or it is not shown to you."
    return render(request, "error.html", {"title": "Nothing here", "reason": reason}, status=404)
