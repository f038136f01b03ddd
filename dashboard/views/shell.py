"""A shell in a container, and one command in it."""

from typing import cast

from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from clusters.access import requires
from clusters.models import Cluster, Pod, Role
from clusters.streams.requests import LONGEST_COMMAND
from clusters.streams.scripts import SHELLS
from dashboard.details.lookup import find
from dashboard.details.shells import open_in, running_in
from dashboard.details.streams import stream_page
from dashboard.views.debug import JUST_ADDED

ATTACH = "attach"
"""Chosen in place of a shell: the container's own process."""


@require_safe
@requires(Role.SHELL)
def shell(request: HttpRequest, cluster: Cluster, namespace: str, name: str) -> HttpResponse:
    """The page; its script opens the shell over a socket."""
    row = find(request.user, Pod, cluster, name=name, namespace=namespace)
    page = stream_page(request, cluster, row, current="Shell")
    asked = request.GET.get("shell", SHELLS[0])
    page["opens"] = request.session.pop(JUST_ADDED, "") == page["container"]
    page |= {"shells": SHELLS, "shell": asked if asked in (*SHELLS, ATTACH) else SHELLS[0]}
    return render(request, "pods/shell.html", page | {"open_shells": open_in(cast("User", request.user), cluster, row)})


@require_safe
@requires(Role.SHELL)
def run(request: HttpRequest, cluster: Cluster, namespace: str, name: str) -> HttpResponse:
    """The page; its script runs what is typed there over a socket."""
    row = find(request.user, Pod, cluster, name=name, namespace=namespace)
    page = stream_page(request, cluster, row, current="Run")
    page["command"] = request.GET.get("command", "")[:LONGEST_COMMAND]
    return render(request, "pods/run.html", page | {"running": running_in(cast("User", request.user), cluster, row)})
