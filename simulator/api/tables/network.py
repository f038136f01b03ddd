"""Services, endpoints, endpoint slices, ingresses and network policies."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from simulator.api.tables.cells import NONE, UNSET, age, few, label_selector, labels, name, part, text
from simulator.api.tables.columns import Table, columns
from simulator.kinds import (
    ENDPOINT_SLICES,
    ENDPOINTS,
    INGRESS_CLASSES,
    INGRESSES,
    NETWORK_POLICIES,
    SERVICES,
    Object,
)


def _service(obj: Object, now: datetime) -> list[Any]:
    addresses = part(obj, "spec", "clusterIPs") or [text(obj, "spec", "clusterIP")]
    ports = [_service_port(port) for port in part(obj, "spec", "ports") or ()]
    return [
        name(obj),
        text(obj, "spec", "type"),
        addresses[0] or NONE,
        _external(obj),
        ",".join(ports) or NONE,
        age(obj, now),
        labels(part(obj, "spec", "selector")),
    ]


def _service_port(port: Object) -> str:
    node = f":{port['nodePort']}" if port.get("nodePort") else ""
    return f"{port.get('port', 0)}{node}/{port.get('protocol', 'TCP')}"


def _external(obj: Object) -> str:
    addresses = list(part(obj, "spec", "externalIPs") or ())
    match text(obj, "spec", "type"):
        case "ExternalName":
            return text(obj, "spec", "externalName")
        case "LoadBalancer":
            balanced = _balancers(obj)
            return ",".join([*([balanced] if balanced else []), *addresses]) or "<pending>"
    return ",".join(addresses) or NONE


def _balancers(obj: Object) -> str:
    """Addresses and host names of load balancers."""
    found = part(obj, "status", "loadBalancer", "ingress") or ()
    return ",".join(sorted({item.get("ip") or item.get("hostname", "") for item in found}))


def _endpoints(obj: Object, now: datetime) -> list[Any]:
    found = []
    for subset in part(obj, "subsets") or ():
        ports = subset.get("ports") or [{}]
        for port in ports:
            suffix = f":{port['port']}" if port else ""
            found += [f"{address['ip']}{suffix}" for address in subset.get("addresses") or ()]
    return [name(obj), few(found), age(obj, now)]


def _endpoint_slice(obj: Object, now: datetime) -> list[Any]:
    ports = [str(port.get("port") or "*") for port in part(obj, "ports") or ()]
    addresses = [address for endpoint in part(obj, "endpoints") or () for address in endpoint["addresses"]]
    return [
        name(obj),
        text(obj, "addressType"),
        few(ports, absent=UNSET),
        few(addresses, absent=UNSET),
        age(obj, now),
    ]


def _ingress(obj: Object, now: datetime) -> list[Any]:
    hosts = [rule["host"] for rule in part(obj, "spec", "rules") or () if rule.get("host")]
    ports = "80, 443" if part(obj, "spec", "tls") else "80"
    return [
        name(obj),
        text(obj, "spec", "ingressClassName", absent=NONE),
        few(hosts, absent="*"),
        _balancers(obj),
        ports,
        age(obj, now),
    ]


def _ingress_class(obj: Object, now: datetime) -> list[Any]:
    parameters = part(obj, "spec", "parameters")
    shown = ".".join(_present(parameters.get("kind"), parameters.get("apiGroup")))
    cell = f"{shown}/{parameters['name']}" if parameters else NONE
    return [name(obj), text(obj, "spec", "controller"), cell, age(obj, now)]


def _present(*words: str | None) -> Iterable[str]:
    return (word for word in words if word)


def _network_policy(obj: Object, now: datetime) -> list[Any]:
    return [name(obj), label_selector(part(obj, "spec", "podSelector")), age(obj, now)]


TABLES = {
    ENDPOINT_SLICES: Table(columns("Name", "AddressType", "Ports", "Endpoints", "Age"), _endpoint_slice),
    ENDPOINTS: Table(columns("Name", "Endpoints", "Age"), _endpoints),
    INGRESS_CLASSES: Table(columns("Name", "Controller", "Parameters", "Age"), _ingress_class),
    INGRESSES: Table(columns("Name", "Class", "Hosts", "Address", "Ports", "Age"), _ingress),
    NETWORK_POLICIES: Table(columns("Name", "Pod-Selector", "Age"), _network_policy),
    SERVICES: Table(
        columns("Name", "Type", "Cluster-IP", "External-IP", "Port(s)", "Age", wide=("Selector",)), _service
    ),
}
