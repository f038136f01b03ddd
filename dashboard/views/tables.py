"""The table of a kind: as a page, as the part of it that a filter changes, and as a file."""

from datetime import datetime

from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
    StreamingHttpResponse,
)
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from clusters.access import may_list, requires
from clusters.models import Cluster, Role
from dashboard.tables import export
from dashboard.tables.context import table_context
from dashboard.tables.kinds import TABLES
from dashboard.tables.state import BadParameter, State, absorb, read


@require_safe
@vary_on_headers("HX-Request")
@requires(Role.VIEW)
def table(request: HttpRequest, cluster: Cluster, kind: str) -> HttpResponseBase:
    """A page of rows; `format=csv` or `format=json` for all of them. What was typed is first put where it belongs."""
    if kind not in TABLES or not may_list(request.user, TABLES[kind].model, cluster):
        raise Http404(f"Pilothouse has no table of {kind[:40]}.")
    state = read(kind, request.GET, ignore=frozenset({"format"}))
    if "format" in request.GET:
        return _file(request, cluster, state, timezone.now())
    sorted_out = absorb(state)
    if sorted_out != state:
        return HttpResponseRedirect(f"{request.path}{sorted_out.query()}")
    context = table_context(request.user, cluster, state)
    partial = request.headers.get("HX-Request") == "true"
    return render(request, "tables/_body.html" if partial else "tables/table.html", context)


def _file(request: HttpRequest, cluster: Cluster, state: State, now: datetime) -> HttpResponse | StreamingHttpResponse:
    form = request.GET["format"]
    if form not in export.CONTENT_TYPES:
        raise BadParameter(f"There is no format {form[:40]!r}. Known are csv and json.")
    write = export.as_csv if form == "csv" else export.as_json
    parts = write(request.user, cluster, state, now)
    response = StreamingHttpResponse(parts, content_type=export.CONTENT_TYPES[form])
    response["Content-Disposition"] = f'attachment; filename="{cluster.slug}-{state.table.kind}.{form}"'
    return response
