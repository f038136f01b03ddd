"""Defaults of services and ingresses. Addresses and node ports are given out elsewhere: see `allocation.py`."""

from simulator.kinds import Object


def fill_service(service: Object) -> None:
    """A service."""
    spec = service.setdefault("spec", {})
    kind = spec.setdefault("type", "ClusterIP")
    spec.setdefault("sessionAffinity", "None")
    for port in spec.get("ports") or ():
        port.setdefault("protocol", "TCP")
        port.setdefault("targetPort", port.get("port", 0))
    if kind == "ExternalName":
        return
    spec.setdefault("internalTrafficPolicy", "Cluster")
    if kind in ("NodePort", "LoadBalancer"):
        spec.setdefault("externalTrafficPolicy", "Cluster")
    if kind == "LoadBalancer":
        spec.setdefault("allocateLoadBalancerNodePorts", True)


def fill_ingress(ingress: Object) -> None:
    """An ingress has hardly any."""
    ingress.setdefault("spec", {})
