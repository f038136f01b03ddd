"""The shells that are open: one's own, and for admins those of others."""

from typing import cast
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from clusters.access import signed_in
from clusters.models import TerminalSession
from clusters.streams import sessions
from clusters.streams.sharing import find_shell, own_shells, shells_of_others
from dashboard.details.shells import opened_by
from dashboard.frame import Frame
from dashboard.words import age_words

MOST = 500


@require_safe
@signed_in
def shells(request: HttpRequest) -> HttpResponse:
    """The list."""
    user = cast("User", request.user)
    grace = age_words(settings.PILOTHOUSE_SHELL_GRACE_SECONDS)
    return render(
        request,
        "shells/shells.html",
        {"own": own_shells(user)[:MOST], "of_others": shells_of_others(user)[:MOST], "grace": grace},
    )


@require_safe
@signed_in
def shell(request: HttpRequest, session: UUID) -> HttpResponse:
    """One of them, taken up again; `?watch=1` only looks on."""
    watches = request.GET.get("watch") == "1"
    row = find_shell(cast("User", request.user), session, drives=not watches)
    frame = Frame(request, row.cluster.slug, row.namespace)
    page = {"row": row, "watches": watches, "opened_by": opened_by(row), "frame": frame}
    return render(request, "shells/shell.html", page)


@require_POST
@signed_in
def end(request: HttpRequest, session: UUID) -> HttpResponse:
    """Asks the process that holds it to end it."""
    user = cast("User", request.user)
    row = _own_or_watched(user, session)
    mine = row.user_id == user.pk
    sessions.ask_end(row.pk, "You ended it from the list of shells." if mine else f"{user.get_username()} ended it.")
    messages.success(request, f"{row.name} will have ended in a moment.")
    return HttpResponseRedirect(reverse("shells"))


@require_POST
@signed_in
def name(request: HttpRequest, session: UUID) -> HttpResponse:
    """Calls it `name`."""
    row = find_shell(cast("User", request.user), session, drives=True)
    sessions.rename(row.pk, request.POST.get("name", ""))
    return HttpResponseRedirect(reverse("shells"))


def _own_or_watched(user: User, session: UUID) -> TerminalSession:
    try:
        return find_shell(user, session, drives=True)
    except Http404:
        return find_shell(user, session, drives=False)
