"""What the templates of a table show, for the page and for its socket alike."""

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from clusters.access import Person, may, namespaces_for
from clusters.models import Cluster, Role, Watch
from clusters.prepared import Prepared
from dashboard.details.links import logs_url
from dashboard.models import Preference
from dashboard.tables.page import Page, build
from dashboard.tables.state import State
from dashboard.words import freshness

KEPT_BY_FILTER = ("namespace", "state", "status", "node", "labels", "owner", "sort", "columns")


def table_context(user: Person, cluster: Cluster, state: State, *, fresh: bool = False) -> dict[str, Any]:
    """Rows, counts, freshness and the addresses around the state. Raises BadParameter for a bad place.

    Without `fresh` counts that are dear may be some seconds old; the page's socket brings those of the moment.
    """
    now = timezone.now()
    page = build(user, cluster, state, chosen_columns(user, state), now, fresh=fresh)
    return {
        "cluster": cluster,
        "page": page,
        "freshness": freshness(cluster, now),
        "refused": refusal(cluster, state),
        "sees_all": namespaces_for(user, Role.VIEW, cluster) is None,
        # The socket of this page, whatever columns are chosen elsewhere meanwhile.
        "socket_query": state.query(after=state.after, before=state.before, columns=",".join(_keys(page))),
        "base_query": state.query(),
        "logs_url": logs_of(user, cluster, state),
        "everywhere": state.query(namespace=""),
        "without_columns": state.query(columns=""),
        "kept": [(name, value) for name in KEPT_BY_FILTER if (value := getattr(state, name))],
        **_chooser(page),
    }


def logs_of(user: Person, cluster: Cluster, state: State) -> str:
    """Where the logs of the pods in the table are, when a filter selects them that logs know too; else empty."""
    selected = {"namespace": state.namespace, "labels": state.labels, "node": state.node, "owner": state.owner}
    other = state.q or state.state or state.status
    if state.table.kind != "pods" or other or not any(selected.values()) or (state.owner and not state.namespace):
        return ""
    return logs_url(cluster, **selected) if may(user, Role.LOGS, cluster, state.namespace or None) else ""


def chosen_columns(user: Person, state: State) -> list[str]:
    """The keys of the columns that the user chose for this kind; none: the table's own."""
    return Preference.of(user).columns.get(state.table.kind, [])


def refusal(cluster: Cluster, state: State) -> Watch | None:
    """The kind's watch, where the cluster does not let it be read."""
    return next(iter(_refused(cluster.pk, state.table.kind)), None)


def _not_read(cluster: Any, kind: Any) -> QuerySet[Watch]:
    return Watch.objects.filter(cluster=cluster, kind=kind, state__in=(Watch.State.FORBIDDEN, Watch.State.FAILED))


_refused = Prepared(_not_read, 2)


def _keys(page: Page) -> list[str]:
    return [column.key for column in page.columns]


def _chooser(page: Page) -> dict[str, Any]:
    """All columns, the shown ones first and in their order."""
    shown = _keys(page)
    position = {key: index for index, key in enumerate(shown)}
    columns = sorted(page.state.table.columns, key=lambda column: position.get(column.key, len(shown)))
    return {"shown": shown, "choosable": columns}
