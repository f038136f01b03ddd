"""HTTP to pods and services through the API server: pods/NAME:PORT/proxy/PATH and services/NAME:PORT/proxy/PATH.

Source: https://github.com/kubernetes/kubernetes/blob/master/pkg/registry/core/service/storage/storage.go
"""

from aiohttp import web

from simulator.api.routing import Call, Handlers
from simulator.cluster import SimulatedCluster
from simulator.errors import BadRequest, ServiceUnavailable
from simulator.kinds import PODS, SERVICES, Object

_DEFAULT_PORT = 80
_HEADERS = {"Cache-Control": "no-cache, private"}


async def pod(cluster: SimulatedCluster, call: Call) -> web.StreamResponse:
    """Passes a request on to a pod. Raises ApiError where nobody answers."""
    if redirect := _redirected(call):
        return redirect
    scheme, name, port = _parts(call.info.name, "pod")
    found = cluster.storage.get(PODS, name, call.info.namespace)
    if not port:
        declared = [each for container in found["spec"]["containers"] for each in container.get("ports") or ()]
        port = str(declared[0]["containerPort"] if declared else _DEFAULT_PORT)
    if not found.get("status", {}).get("podIP"):
        raise BadRequest("address not allowed")
    if not port.isdecimal():
        raise ServiceUnavailable(f"error trying to reach service: dial tcp: lookup tcp/{port}: unknown port")
    return _answered(cluster, call, found, int(port), scheme)


async def service(cluster: SimulatedCluster, call: Call) -> web.StreamResponse:
    """Passes a request on to one of the ready pods of a service. Raises ApiError where nobody answers."""
    if redirect := _redirected(call):
        return redirect
    scheme, name, port = _parts(call.info.name, "service")
    found = cluster.storage.get(SERVICES, name, call.info.namespace)
    wanted = _service_port(found, port)
    ready = _ready_pods(cluster, found)
    if wanted is None or not ready:
        raise ServiceUnavailable(f'no endpoints available for service "{name if not ready else call.info.name}"')
    chosen = ready[int(cluster.clock.monotonic() * 1000) % len(ready)]
    return _answered(cluster, call, chosen, _target_port(chosen, wanted), scheme)


def _redirected(call: Call) -> web.Response | None:
    """Without a slash at its end, the address is not the site's root."""
    path = call.request.rel_url.raw_path
    return web.Response(status=301, headers={"Location": f"{path}/", **_HEADERS}) if path.endswith("/proxy") else None


def _parts(text: str, kind: str) -> tuple[str, str, str]:
    """Scheme, name and port of `[scheme:]name[:port]`. Raises BadRequest."""
    match text.split(":"):
        case [name] if name:
            return "", name, ""
        case [name, port] if name:
            return "", name, port
        case [("http" | "https" | "") as scheme, name, port] if name:
            return scheme, name, port
    raise BadRequest(f'invalid {kind} request "{text}"')


def _service_port(found: Object, port: str) -> Object | None:
    """The port of a service by number or name; None where no name matches. Raises ServiceUnavailable."""
    ports = found["spec"].get("ports") or ()
    if port.isdecimal():
        numbered: Object | None = next((each for each in ports if each["port"] == int(port)), None)
        if numbered is None:
            name = found["metadata"]["name"]
            raise ServiceUnavailable(f'no service port {int(port)} found for service "{name}"')
        return numbered
    return next((each for each in ports if each.get("name", "") == port), None)


def _ready_pods(cluster: SimulatedCluster, found: Object) -> list[Object]:
    selector = found["spec"].get("selector")
    if not selector:
        return []
    return [
        each
        for each in cluster.storage.list(PODS, found["metadata"]["namespace"])
        if selector.items() <= (each["metadata"].get("labels") or {}).items() and _is_ready(each)
    ]


def _is_ready(found: Object) -> bool:
    conditions = found.get("status", {}).get("conditions") or ()
    ready = any(each["type"] == "Ready" and each["status"] == "True" for each in conditions)
    return ready and "deletionTimestamp" not in found["metadata"]


def _target_port(found: Object, port: Object) -> int:
    target = port.get("targetPort", port["port"])
    if isinstance(target, int):
        return target
    named = (each for container in found["spec"]["containers"] for each in container.get("ports") or ())
    return int(next((each["containerPort"] for each in named if each.get("name") == target), port["port"]))


def _answered(cluster: SimulatedCluster, call: Call, found: Object, port: int, scheme: str) -> web.Response:
    path = call.request.rel_url.raw_path.partition("/proxy")[2] or "/"
    answer = cluster.websites.answer(found, port, call.request.method, path)
    if answer is None:
        address = f"{found['status']['podIP']}:{port}"
        raise ServiceUnavailable(f"error trying to reach service: dial tcp {address}: connect: connection refused")
    if scheme == "https":
        raise ServiceUnavailable("error trying to reach service: tls: first record does not look like a TLS handshake")
    status, headers, body = answer
    return web.Response(status=status, headers={**headers, **_HEADERS}, body=body)


HANDLERS: Handlers = {("*", "pods/proxy"): pod, ("*", "services/proxy"): service}
