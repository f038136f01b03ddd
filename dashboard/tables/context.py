"""What the templates of a table show, for the page and for its socket alike."""

from typing import Any

from django.utils import timezone

from clusters.access import Person, namespaces_for
from clusters.models import Cluster, Role, Watch
from dashboard.models import Preference
from dashboard.tables.page import Page, build
from dashboard.tables.state import State
from dashboard.words import freshness

KEPT_BY_FILTER = ("namespace", "state", "status", "node", "labels", "owner", "sort", "columns")


def table_context(user: Person, cluster: Cluster, state: State) -> dict[str, Any]:
    """Rows, counts, freshness and the addresses around the state. Raises BadParameter for a bad place."""
    now = timezone.now()
    page = build(user, cluster, state, chosen_columns(user, state), now)
    return {
        "cluster": cluster,
        "page": page,
        "freshness": freshness(cluster, now),
        "refused": refusal(cluster, state),
        "sees_all": namespaces_for(user, Role.VIEW, cluster) is None,
        "address": state.query(after=state.after, before=state.before),
        "base_query": state.query(),
        "everywhere": state.query(namespace=""),
        "without_columns": state.query(columns=""),
        "kept": [(name, value) for name in KEPT_BY_FILTER if (value := getattr(state, name))],
        **_chooser(page),
    }


def chosen_columns(user: Person, state: State) -> list[str]:
    """The keys of the columns that the user chose for this kind; none: the table's own."""
    return Preference.of(user).columns.get(state.table.kind, [])


def refusal(cluster: Cluster, state: State) -> Watch | None:
    """The kind's watch, where the cluster does not let it be read."""
    states = (Watch.State.FORBIDDEN, Watch.State.FAILED)
    return Watch.objects.filter(cluster=cluster, kind=state.table.kind, state__in=states).first()


def _chooser(page: Page) -> dict[str, Any]:
    """All columns, the shown ones first and in their order."""
    shown = [column.key for column in page.columns]
    position = {key: index for index, key in enumerate(shown)}
    columns = sorted(page.state.table.columns, key=lambda column: position.get(column.key, len(shown)))
    return {"shown": shown, "choosable": columns}
