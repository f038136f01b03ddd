"""Handlers of metrics.k8s.io, as a metrics server answers.

Source: https://github.com/kubernetes/metrics/blob/master/pkg/apis/metrics/v1beta1/types.go
"""

from collections.abc import Callable, Iterator

from aiohttp import web

from simulator.api.forms import form_of
from simulator.api.options import list_options
from simulator.api.reading import send_list
from simulator.api.responses import raw_response
from simulator.api.routing import Call, Handlers
from simulator.api.selectors import both, field_selector, label_selector
from simulator.clock import timestamp
from simulator.cluster import SimulatedCluster
from simulator.errors import NotFound
from simulator.kinds import NODE_METRICS, NODES, POD_METRICS, PODS, Kind, Object
from simulator.storage import Stored

_WINDOW = "15s"
Measure = Callable[[SimulatedCluster, Object], Object | None]


def _pod(cluster: SimulatedCluster, pod: Object) -> Object | None:
    containers = cluster.metrics.pod(pod)
    return None if containers is None else _measured(cluster, POD_METRICS, pod, containers=containers)


def _node(cluster: SimulatedCluster, node: Object) -> Object | None:
    usage = cluster.metrics.node(node)
    return None if usage is None else _measured(cluster, NODE_METRICS, node, usage=usage)


def _measured(cluster: SimulatedCluster, kind: Kind, obj: Object, **found: object) -> Object:
    now = timestamp(cluster.clock.now())
    keys = ("name", "namespace", "labels")
    metadata = {key: obj["metadata"][key] for key in keys if obj["metadata"].get(key)}
    return {
        "kind": kind.kind,
        "apiVersion": kind.api_version,
        "metadata": {**metadata, "creationTimestamp": now},
        "timestamp": now,
        "window": _WINDOW,
        **found,
    }


_SOURCES: dict[Kind, tuple[Kind, Measure]] = {NODE_METRICS: (NODES, _node), POD_METRICS: (PODS, _pod)}


async def get(cluster: SimulatedCluster, call: Call) -> web.StreamResponse:
    """What one pod or node uses."""
    info = call.info
    of, measure = _SOURCES[call.kind]
    obj = cluster.storage.find(of, info.name, call.namespace)
    found = measure(cluster, obj) if obj else None
    if found is None:
        # The metrics server names a node in the singular.
        kind = "pods" if call.kind is POD_METRICS else "node"
        raise NotFound(f'{kind} "{info.name}" not found', details={"name": info.name, "kind": kind})
    form = form_of(call.kind, call.request.headers.get("Accept", ""), "", cluster.clock)
    return raw_response(form.one(_stored(found)))


async def list_metrics(cluster: SimulatedCluster, call: Call) -> web.StreamResponse:
    """What all pods or nodes use."""
    form = form_of(call.kind, call.request.headers.get("Accept", ""), "", cluster.clock)
    return await send_list(call.request, form, [_stored(found) for found in _found(cluster, call)], {})


def _found(cluster: SimulatedCluster, call: Call) -> Iterator[Object]:
    options = list_options(call.info)
    of, measure = _SOURCES[call.kind]
    matches = both(label_selector(options.labels), field_selector(of, options.fields))
    for obj in cluster.storage.list(of, call.namespace):
        found = measure(cluster, obj) if matches is None or matches(obj) else None
        if found is not None:
            yield found


def _stored(found: Object) -> Stored:
    return Stored(found["metadata"].get("namespace", ""), found["metadata"]["name"], 0, obj=found)


HANDLERS: Handlers = {
    (verb, kind.resource): handler
    for kind in (NODE_METRICS, POD_METRICS)
    for verb, handler in (("get", get), ("list", list_metrics))
}
