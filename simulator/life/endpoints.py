"""Endpoint slices: which pods a service leads to.

Source: https://kubernetes.io/docs/concepts/services-networking/endpoint-slices/
"""

from simulator.clock import timestamp
from simulator.kinds import ENDPOINT_SLICES, PODS, SERVICES, Object
from simulator.life.engine import Controller, Key, Life
from simulator.life.owners import controlled_by, is_leaving
from simulator.life.pods import is_over, is_ready
from simulator.storage import Event

_BATCH = 0.5
"""Seconds in which changes are gathered."""
_MOST = 100
"""Endpoints in a slice; what is more is left out."""


class EndpointSlices(Controller):
    """Keeps one slice per service with a selector."""

    def __init__(self, life: Life) -> None:
        super().__init__(life)
        life.follow(SERVICES, self.enqueue_changed)
        life.follow(PODS, self._pod_changed)

    def reconcile(self, key: Key) -> None:
        """Write the slice of a service."""
        service = self.storage.find(SERVICES, key[1], key[0])
        if service is None or is_leaving(service) or not service["spec"].get("selector"):
            return
        selector = service["spec"]["selector"]
        pods = [pod for pod in self.storage.list(PODS, key[0]) if _leads_to(selector, pod)]
        content: Object = {"addressType": "IPv4", "endpoints": [_endpoint(pod) for pod in pods[:_MOST]]}
        content["ports"] = _ports(service, pods)
        slices = self.life.index.owned(service["metadata"]["uid"], ENDPOINT_SLICES)
        if not slices:
            self.life.create(ENDPOINT_SLICES, _slice(service, content))
            return
        self._change(slices[0], content)

    def _change(self, found: Object, content: Object) -> None:
        def change(obj: Object) -> None:
            if {field: obj.get(field) for field in content} != content:
                obj.update(content)
                trigger = timestamp(self.life.now())
                annotations = obj["metadata"].setdefault("annotations", {})
                annotations["endpoints.kubernetes.io/last-change-trigger-time"] = trigger

        metadata = found["metadata"]
        self.storage.update(ENDPOINT_SLICES, metadata["name"], metadata["namespace"], change=change)

    def _pod_changed(self, event: Event) -> None:
        for service in self.storage.list(SERVICES, event.stored.namespace):
            selector = service["spec"].get("selector")
            labels = event.object["metadata"].get("labels") or {}
            if selector and selector.items() <= labels.items():
                self.enqueue(service, _BATCH)


def _leads_to(selector: dict[str, str], pod: Object) -> bool:
    labelled = selector.items() <= (pod["metadata"].get("labels") or {}).items()
    return labelled and bool(pod.get("status", {}).get("podIP")) and not is_over(pod)


def _endpoint(pod: Object) -> Object:
    ready, leaving = is_ready(pod), is_leaving(pod)
    metadata = pod["metadata"]
    target = {"kind": "Pod", "namespace": metadata["namespace"], "name": metadata["name"], "uid": metadata["uid"]}
    return {
        "addresses": [pod["status"]["podIP"]],
        "conditions": {"ready": ready and not leaving, "serving": ready, "terminating": leaving},
        "nodeName": pod["spec"].get("nodeName", ""),
        "targetRef": target,
    }


def _ports(service: Object, pods: list[Object]) -> list[Object]:
    return [
        {
            "name": port.get("name", ""),
            "port": _number(port.get("targetPort", port.get("port")), pods),
            "protocol": port.get("protocol", "TCP"),
        }
        for port in service["spec"].get("ports") or ()
    ]


def _number(target: int | str, pods: list[Object]) -> int | None:
    """The number of a port that containers name."""
    if isinstance(target, int):
        return target
    containers = (container for pod in pods for container in pod["spec"].get("containers") or ())
    ports = (port for container in containers for port in container.get("ports") or ())
    return next((port["containerPort"] for port in ports if port.get("name") == target), None)


def _slice(service: Object, content: Object) -> Object:
    metadata = service["metadata"]
    labels = {
        "endpointslice.kubernetes.io/managed-by": "endpointslice-controller.k8s.io",
        "kubernetes.io/service-name": metadata["name"],
    }
    made: Object = {"generateName": f"{metadata['name']}-", "namespace": metadata["namespace"], "labels": labels}
    made["ownerReferences"] = controlled_by(SERVICES, service)
    return {"apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", "metadata": made, **content}
