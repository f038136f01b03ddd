"""The binding subresource of pods: a scheduler gives a pod to a node.

Source: https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/binding-v1/
"""

from aiohttp import web

from simulator.api.bodies import read_object_of, write_options
from simulator.api.responses import json_response
from simulator.api.routing import Call, Handlers
from simulator.clock import timestamp
from simulator.cluster import SimulatedCluster
from simulator.errors import BadRequest, Conflict, Unexplained
from simulator.kinds import BINDINGS, PODS, Object

CREATED: Object = {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "code": 201}


async def create_binding(cluster: SimulatedCluster, call: Call) -> web.StreamResponse:
    """POST of a binding."""
    options = write_options(call, "CreateOptions")
    binding = await read_object_of(call, BINDINGS)
    name = binding.get("metadata", {}).get("name", "")
    if name and name != call.info.name:
        raise BadRequest("name in URL does not match name in Binding object")
    node = (binding.get("target") or {}).get("name")
    if not node:
        raise Unexplained("target.name: Required value")
    bind(cluster, call.info.name, call.namespace, node, dry_run=options.dry_run)
    return json_response(CREATED, 201)


def bind(cluster: SimulatedCluster, name: str, namespace: str, node: str, *, dry_run: bool = False) -> None:
    """Gives the pod to the node. Raises NotFound, and Conflict where it has one or is going."""
    pod = cluster.storage.get(PODS, name, namespace)
    if pod["metadata"].get("deletionTimestamp"):
        raise _conflict(name, f"pod {name} is being deleted, cannot be assigned to a host")
    if assigned := pod["spec"].get("nodeName"):
        raise _conflict(name, f'pod {name} is already assigned to node "{assigned}"')
    now = timestamp(cluster.clock.now())

    def change(current: Object) -> None:
        current["spec"]["nodeName"] = node
        status = current.setdefault("status", {})
        others = [item for item in status.get("conditions") or () if item["type"] != "PodScheduled"]
        scheduled = {"type": "PodScheduled", "status": "True", "lastProbeTime": None, "lastTransitionTime": now}
        status["conditions"] = [*others, scheduled]

    if not dry_run:
        cluster.storage.update(PODS, name, namespace, change=change, counts=False)


def _conflict(name: str, why: str) -> Conflict:
    words = f'Operation cannot be fulfilled on pods/binding "{name}": {why}'
    return Conflict(words, details={"name": name, "kind": "pods/binding"})


HANDLERS: Handlers = {("create", "pods/binding"): create_binding}
