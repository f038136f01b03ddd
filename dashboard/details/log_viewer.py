"""What a page tells the viewer of logs that it mounts: which socket, which file, which containers."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse

from clusters.models import Cluster, Pod
from clusters.streams.instances import Named
from clusters.streams.selection import Selection

SELECTS = ("namespace", "owner", "labels", "node", "pod")
"""The parameters of an address that say which pods, as `clusters.streams.selection.selection_of` reads them."""


@dataclass(frozen=True)
class LogViewer:
    """`socket` and `file` are addresses; `selection` is the query that stays when a person chooses something else.

    `container` is what is shown when the address names none; empty means all but init and ephemeral containers.
    """

    socket: str
    file: str
    selection: str
    containers: Sequence[Named]
    container: str = ""

    @property
    def containers_json(self) -> str:
        """For the browser: `[{"name": …, "sort": …}]`."""
        return json.dumps([{"name": each.name, "sort": each.sort} for each in self.containers])


def viewer_of_pod(cluster: Cluster, row: Pod, containers: Sequence[Named], container: str) -> LogViewer:
    """The viewer of one pod, which begins with one of its containers."""
    selection = urlencode({"pod": f"{row.namespace}/{row.name}"})
    return LogViewer(_socket(cluster, selection), _file(cluster, selection), "", containers, container)


def viewer_of_selection(cluster: Cluster, query: QueryDict, containers: Sequence[Named]) -> LogViewer:
    """The viewer of the pods that an address selects."""
    selection = urlencode([(name, value) for name in SELECTS for value in query.getlist(name) if value])
    return LogViewer(_socket(cluster, selection), _file(cluster, selection), selection, containers)


def words_of(selection: Selection, labels: str) -> str:
    """What is selected, as a heading; `labels` as the address has them."""
    if selection.owner:
        kind, name = selection.owner
        return f"{kind} {name}"
    if len(selection.pods) == 1:
        return next(name for _, name in selection.pods)
    if selection.pods:
        return f"{len(selection.pods)} pods"
    said = [f"with {labels}" if labels else "", f"on {selection.node}" if selection.node else ""]
    said.append(f"in {selection.namespace}" if selection.namespace else "")
    return " ".join(["Pods", *filter(None, said)])


def _socket(cluster: Cluster, selection: str) -> str:
    return f"/ws{reverse('logs', args=[cluster.slug])}?{selection}"


def _file(cluster: Cluster, selection: str) -> str:
    return f"{reverse('log-file', args=[cluster.slug])}?{selection}"
