"""The scale subresource: how many pods a workload has, whatever kind it is.

Source: https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.35/#scale-v1-autoscaling
"""

from aiohttp import web

from simulator.api.bodies import check_place, read_object_of, write_options
from simulator.api.patching import patched, read_patch
from simulator.api.responses import json_response
from simulator.api.routing import Call, Handlers
from simulator.api.storing import Writing, replace_object
from simulator.api.validation.faults import not_negative
from simulator.cluster import SimulatedCluster
from simulator.errors import Conflict, Invalid
from simulator.kinds import DEPLOYMENTS, REPLICA_SETS, REPLICATION_CONTROLLERS, STATEFUL_SETS, Kind, Object

SCALE = Kind("autoscaling", "v1", "scales", "scale", "Scale")
_METADATA = ("name", "namespace", "uid", "resourceVersion", "creationTimestamp")


def scale_of(obj: Object) -> Object:
    """The Scale of a workload."""
    metadata = {key: obj["metadata"][key] for key in _METADATA if key in obj["metadata"]}
    replicas = obj["spec"].get("replicas", 0)
    return {
        "kind": SCALE.kind,
        "apiVersion": SCALE.api_version,
        "metadata": metadata,
        "spec": {"replicas": replicas} if replicas else {},
        "status": {"replicas": obj.get("status", {}).get("replicas", 0), "selector": selector_text(obj["spec"])},
    }


def selector_text(spec: Object) -> str:
    """The selector as a query has it: `app=web,tier in (a,b)`."""
    selector = spec.get("selector") or {}
    if "matchLabels" not in selector and "matchExpressions" not in selector:
        return ",".join(f"{key}={selector[key]}" for key in sorted(selector))
    labels = selector.get("matchLabels") or {}
    terms = [f"{key}={labels[key]}" for key in sorted(labels)]
    return ",".join([*terms, *map(_term, selector.get("matchExpressions") or ())])


def _term(expression: Object) -> str:
    key, values = expression["key"], ",".join(sorted(expression.get("values") or ()))
    match expression["operator"]:
        case "Exists":
            return str(key)
        case "DoesNotExist":
            return f"!{key}"
        case "In":
            return f"{key} in ({values})"
    return f"{key} notin ({values})"


async def get_scale(cluster: SimulatedCluster, call: Call) -> web.StreamResponse:
    """The scale of a workload."""
    return json_response(scale_of(cluster.storage.get(call.kind, call.info.name, call.namespace)))


async def put_scale(cluster: SimulatedCluster, call: Call) -> web.StreamResponse:
    """Sets the replicas."""
    options = write_options(call, "UpdateOptions")
    scale = await read_object_of(call, SCALE)
    check_place(call.info, scale, named=True)
    return json_response(_set_scale(cluster, call, scale, Writing(options.manager, "scale", options.dry_run)))


async def patch_scale(cluster: SimulatedCluster, call: Call) -> web.StreamResponse:
    """Patches the scale."""
    options = write_options(call, "PatchOptions")
    patch = await read_patch(call, options)
    current = scale_of(cluster.storage.get(call.kind, call.info.name, call.namespace))
    scale = patched(SCALE, current, patch)
    return json_response(_set_scale(cluster, call, scale, Writing(options.manager, "scale", options.dry_run)))


def _set_scale(cluster: SimulatedCluster, call: Call, scale: Object, writing: Writing) -> Object:
    """Raises Conflict, Invalid and NotFound."""
    kind, name = call.kind, call.info.name
    old = cluster.storage.get(kind, name, call.namespace)
    version = scale.get("metadata", {}).get("resourceVersion")
    if version and version != old["metadata"]["resourceVersion"]:
        raise Conflict.modified(kind, name)
    replicas = (scale.get("spec") or {}).get("replicas") or 0
    if faults := not_negative("spec.replicas", replicas):
        raise Invalid(SCALE, name, faults)
    new = {**old, "spec": {**old["spec"], "replicas": replicas}}
    return scale_of(replace_object(cluster, kind, new, old, writing))


HANDLERS: Handlers = {
    (verb, f"{kind.plural}/scale"): handler
    for kind in (DEPLOYMENTS, REPLICA_SETS, REPLICATION_CONTROLLERS, STATEFUL_SETS)
    for verb, handler in (("get", get_scale), ("update", put_scale), ("patch", patch_scale))
}
