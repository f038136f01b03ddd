"""Keeps what a person chose about how pages look."""

from typing import cast

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from clusters.access import signed_in
from dashboard.models import Preference
from dashboard.tables.kinds import TABLES
from dashboard.tables.state import BadParameter

TEXTS = ("theme", "density")


@require_POST
@signed_in
def preferences(request: HttpRequest) -> HttpResponse:
    """Takes `theme`, `density`, `keys` with or without `single_keys`, `kind` with `column`s; goes on to `next`."""
    try:
        Preference.keep(cast("User", request.user), **_looks(request))
    except ValidationError as error:
        raise BadParameter(" ".join(error.messages)) from error
    kind = request.POST.get("kind", "")
    if kind:
        _keep_columns(request, kind)
    if request.headers.get("HX-Request") == "true":
        return HttpResponse(status=204)
    return HttpResponseRedirect(_next(request))


def _looks(request: HttpRequest) -> dict[str, str | bool]:
    looks: dict[str, str | bool] = {name: request.POST[name] for name in TEXTS if name in request.POST}
    if "keys" in request.POST:
        looks["single_keys"] = "single_keys" in request.POST
    return looks


def _keep_columns(request: HttpRequest, kind: str) -> None:
    if kind not in TABLES:
        raise BadParameter(f"Pilothouse has no table of {kind[:40]!r}.")
    keys = list(dict.fromkeys(request.POST.getlist("column")))
    if unknown := [key for key in keys if TABLES[kind].column(key) is None]:
        raise BadParameter(f"{TABLES[kind].title} have no column {unknown[0][:40]!r}.")
    Preference.keep_columns(cast("User", request.user), kind, keys)


def _next(request: HttpRequest) -> str:
    target = request.POST.get("next", "")
    ours = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    return target if ours else reverse("fleet")
