"""What the pages of logs and shells share: a pod, its containers, the one that is shown, and how an address is read."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.http import HttpRequest

from clusters.derived.templates import whole_pod
from clusters.kinds import KINDS
from clusters.models import Cluster, Pod
from clusters.streams.instances import containers
from clusters.streams.requests import BadStreamRequest
from dashboard.details import links, reasons
from dashboard.tables.state import BadParameter


@contextmanager
def read_from_an_address() -> Iterator[None]:
    """Raises BadParameter, which the page says to whoever asked, for a BadStreamRequest."""
    try:
        yield
    except BadStreamRequest as error:
        raise BadParameter(str(error)) from None


def stream_page(request: HttpRequest, cluster: Cluster, row: Pod, *, current: str) -> dict[str, Any]:
    """Head, tabs, containers; `container` is the one that the address names, else the first."""
    named = containers(whole_pod(row))
    asked = request.GET.get("container", "")
    known = [each.name for each in named]
    return {
        "cluster": cluster,
        "kind": KINDS["pods"],
        "row": row,
        "state": reasons.state_class(row.severity),
        "tabs": links.tabs(request.user, cluster, "pods", row.name, row.namespace, current=current),
        "containers": named,
        "container": asked if asked in known else next(iter(known), ""),
    }
