"""Nodes and namespaces."""

from datetime import datetime
from typing import Any

from simulator.api.tables.cells import NONE, UNKNOWN, age, condition, name, part, text
from simulator.api.tables.columns import Table, columns
from simulator.kinds import NAMESPACES, NODES, Object

_ROLE_PREFIX = "node-role.kubernetes.io/"
_ROLE_LABEL = "kubernetes.io/role"


def _node(node: Object, now: datetime) -> list[Any]:
    info = part(node, "status", "nodeInfo")
    return [
        name(node),
        _status(node),
        _roles(part(node, "metadata", "labels")),
        age(node, now),
        text(info, "kubeletVersion"),
        _address(node, "InternalIP"),
        _address(node, "ExternalIP"),
        text(info, "osImage", absent=UNKNOWN),
        text(info, "kernelVersion", absent=UNKNOWN),
        text(info, "containerRuntimeVersion", absent=UNKNOWN),
    ]


def _status(node: Object) -> str:
    ready = condition(node, "Ready")
    word = "Unknown" if not ready else "Ready" if ready.get("status") == "True" else "NotReady"
    return f"{word},SchedulingDisabled" if part(node, "spec", "unschedulable") is True else word


def _roles(labels: dict[str, str]) -> str:
    roles = {key.removeprefix(_ROLE_PREFIX) for key in labels if key.startswith(_ROLE_PREFIX)}
    roles.add(labels.get(_ROLE_LABEL, ""))
    return ",".join(sorted(roles - {""})) or NONE


def _address(node: Object, kind: str) -> str:
    addresses = part(node, "status", "addresses") or ()
    return next((item["address"] for item in addresses if item.get("type") == kind), NONE)


TABLES = {
    NODES: Table(
        columns(
            *("Name", "Status", "Roles", "Age", "Version"),
            wide=("Internal-IP", "External-IP", "OS-Image", "Kernel-Version", "Container-Runtime"),
        ),
        _node,
    ),
    NAMESPACES: Table(
        columns("Name", "Status", "Age"), lambda obj, now: [name(obj), text(obj, "status", "phase"), age(obj, now)]
    ),
}
