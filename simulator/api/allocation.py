"""Gives addresses and node ports to services."""

from collections.abc import Iterator
from ipaddress import IPv4Address

from simulator.cluster import SimulatedCluster
from simulator.kinds import SERVICES, Object

_FIRST, _ADDRESSES = IPv4Address("10.96.0.10"), 65_000
_FIRST_PORT, _PORTS = 30_000, 2_768


def allocate(cluster: SimulatedCluster, service: Object) -> None:
    """Fills in what a service of its type has and was not given."""
    spec = service["spec"]
    kind = spec.get("type")
    if kind == "ExternalName":
        return
    if not spec.get("clusterIP"):
        spec["clusterIP"] = _address(cluster, service)
    spec.setdefault("clusterIPs", [spec["clusterIP"]])
    spec.setdefault("ipFamilies", ["IPv4"])
    spec.setdefault("ipFamilyPolicy", "SingleStack")
    if kind not in ("NodePort", "LoadBalancer"):
        return
    taken = {port.get("nodePort") for other in _others(cluster) for port in other["spec"].get("ports") or ()}
    for port in spec.get("ports") or ():
        if not port.get("nodePort"):
            port["nodePort"] = _free_port(cluster, service, taken)
            taken.add(port["nodePort"])


def _others(cluster: SimulatedCluster) -> Iterator[Object]:
    yield from (other for other in cluster.storage.list(SERVICES) if "spec" in other)


def _address(cluster: SimulatedCluster, service: Object) -> str:
    """One that is free; the same service of the same seed gets the same."""
    taken = {other["spec"].get("clusterIP") for other in _others(cluster)}
    start = cluster.chance(f"address of {_name(service)}").randrange(_ADDRESSES)
    candidates = (str(_FIRST + (start + step) % _ADDRESSES) for step in range(_ADDRESSES))
    return next(address for address in candidates if address not in taken)


def _free_port(cluster: SimulatedCluster, service: Object, taken: set[int | None]) -> int:
    start = cluster.chance(f"port of {_name(service)}").randrange(_PORTS)
    candidates = (_FIRST_PORT + (start + step) % _PORTS for step in range(_PORTS))
    return next(port for port in candidates if port not in taken)


def _name(service: Object) -> str:
    metadata = service["metadata"]
    return f"{metadata.get('namespace')}/{metadata.get('name')}"
