"""What services must be like."""

from collections.abc import Iterator
from typing import Any

from simulator.api.validation import names
from simulator.api.validation.faults import duplicate, invalid, required, unsupported
from simulator.errors import Cause
from simulator.kinds import Object

_TYPES = ("ClusterIP", "ExternalName", "LoadBalancer", "NodePort")
_PROTOCOLS = ("SCTP", "TCP", "UDP")
_PORT = "must be between 1 and 65535, inclusive"


def service_faults(service: Object) -> Iterator[Cause]:
    """Faults of a service."""
    spec = service.get("spec") or {}
    ports = spec.get("ports") or []
    if not ports and spec.get("clusterIP") != "None" and spec.get("type") != "ExternalName":
        yield required("spec.ports")
    seen: set[Any] = set()
    for index, port in enumerate(ports):
        yield from _port_faults(port, f"spec.ports[{index}]", seen, alone=len(ports) == 1)
    yield from names.labels("spec.selector", spec.get("selector"))
    if spec.get("type") not in _TYPES:
        yield unsupported("spec.type", spec.get("type"), _TYPES)


def _port_faults(port: Object, at: str, seen: set[Any], *, alone: bool) -> Iterator[Cause]:
    name = port.get("name") or ""
    if name:
        yield from names.LABEL.faults(f"{at}.name", name)
        if name in seen:
            yield duplicate(f"{at}.name", name)
        seen.add(name)
    elif not alone:
        yield required(f"{at}.name")
    number = port.get("port") or 0
    if not 0 < number < 65536:
        yield invalid(f"{at}.port", number, _PORT)
    if port.get("protocol") not in _PROTOCOLS:
        yield unsupported(f"{at}.protocol", port.get("protocol"), _PROTOCOLS)
    target = port.get("targetPort")
    if isinstance(target, int) and not 0 < target < 65536:
        yield invalid(f"{at}.targetPort", target, _PORT)
