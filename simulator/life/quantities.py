"""Amounts of CPU and memory as pods and nodes write them.

Source: https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
"""

from collections.abc import Iterable
from functools import lru_cache

from simulator.kinds import Object
from simulator.quantities import quantity


@lru_cache(4096)
def amount(value: str | int | float) -> float:
    """The number that a quantity stands for; 0 for what is none."""
    try:
        return float(quantity(str(value)))
    except (ValueError, ArithmeticError):
        return 0.0


def requested(pod: Object, resource: str) -> float:
    """What a pod asks for: the sum of its containers and sidecars, or its greediest init container."""
    spec = pod.get("spec", {})
    init = spec.get("initContainers") or ()
    sidecars = [container for container in init if container.get("restartPolicy") == "Always"]
    running = _sum([*(spec.get("containers") or ()), *sidecars], resource)
    return max([running, *(_request(container, resource) for container in init)])


def _sum(containers: Iterable[Object], resource: str) -> float:
    return sum(_request(container, resource) for container in containers)


def _request(container: Object, resource: str) -> float:
    resources = container.get("resources") or {}
    asked = (resources.get("requests") or {}).get(resource)
    return amount(asked if asked is not None else (resources.get("limits") or {}).get(resource, 0))
