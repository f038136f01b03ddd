"""Tickets, with which pages open the sockets of streams."""

from http import HTTPStatus
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from clusters.access import signed_in
from clusters.streams import tickets
from dashboard.routing import stream_at
from dashboard.tables.state import BadParameter


@require_safe
@signed_in
def ticket(request: HttpRequest) -> HttpResponse:
    """A ticket for the address in `for`, such as `/ws/clusters/…/shell/?container=main`.

    Another site can ask for one and cannot read it. Whoever may not open that is told why, with 403. Whether he may is
    decided again when the socket is opened, and while it is.
    """
    address = urlsplit(request.GET.get("for", ""))
    found = stream_at(address.path)
    if found is None:
        raise BadParameter("A ticket is for the address of a socket that carries a stream.")
    consumer, named = found
    if reason := consumer.why_not(request.user, named, address.query):  # type: ignore[arg-type]
        return JsonResponse({"reason": reason}, status=HTTPStatus.FORBIDDEN)
    key = request.session.session_key or ""
    return JsonResponse({"ticket": tickets.issue(key, address.path, address.query)})
