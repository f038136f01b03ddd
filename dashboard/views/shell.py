"""A shell in a container."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from clusters.access import requires
from clusters.models import Cluster, Pod, Role
from clusters.streams.scripts import SHELLS
from dashboard.details.lookup import find
from dashboard.details.streams import stream_page


@require_safe
@requires(Role.SHELL)
def shell(request: HttpRequest, cluster: Cluster, namespace: str, name: str) -> HttpResponse:
    """The page; its script opens the shell over a socket."""
    row = find(request.user, Pod, cluster, name=name, namespace=namespace)
    page = stream_page(request, cluster, row, current="Shell")
    asked = request.GET.get("shell", SHELLS[0])
    return render(
        request, "pods/shell.html", page | {"shells": SHELLS, "shell": asked if asked in SHELLS else SHELLS[0]}
    )
