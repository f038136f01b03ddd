"""Nodes without power: an annotation says so, whoever sets it.

kubectl annotate node kestrel-worker-2 simulator/power=off
"""

from simulator.kinds import Object

POWER = "simulator/power"


def is_off(node: Object) -> bool:
    """Whether the node's kubelet says nothing any more."""
    return (node["metadata"].get("annotations") or {}).get(POWER) == "off"
