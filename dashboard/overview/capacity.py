"""What pods request against what nodes offer, for the cluster and node by node."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, QuerySet, Sum

from clusters.models import Node, Pod

ENDED = ("Succeeded", "Failed")
"""Phases of pods that no longer hold what they requested."""


@dataclass(frozen=True)
class Share:
    """An amount requested of an amount offered; millicores, bytes or pods."""

    requested: int
    offered: int

    @property
    def percent(self) -> int:
        """0 where nothing is offered; may be above 100, since a node's offer can shrink."""
        return round(100 * self.requested / self.offered) if self.offered else 0


@dataclass(frozen=True)
class Capacity:
    cpu: Share
    memory: Share
    pods: Share


@dataclass(frozen=True)
class Requests:
    """The sums over the pods that are placed and have not ended."""

    cpu: int = 0
    memory: int = 0
    pods: int = 0


def placed(pods: QuerySet[Pod]) -> QuerySet[Pod]:
    """The pods that hold room on a node."""
    return pods.exclude(phase__in=ENDED).exclude(node="")


def requests_by_node(pods: QuerySet[Pod], names: Iterable[str]) -> dict[str, Requests]:
    """What the pods of each named node request. One query, answered from an index."""
    sums = (
        placed(pods)
        .filter(node__in=list(names))
        .order_by()
        .values_list("node")
        .annotate(cpu=Sum("cpu_request"), memory=Sum("memory_request"), n=Count("*"))
    )
    return {node: Requests(cpu, memory, count) for node, cpu, memory, count in sums}


def of_node(node: Node, requests: Requests) -> Capacity:
    return Capacity(
        cpu=Share(requests.cpu, node.cpu_allocatable),
        memory=Share(requests.memory, node.memory_allocatable),
        pods=Share(requests.pods, node.pods_allocatable),
    )


def of_cluster(nodes: QuerySet[Node], pods: QuerySet[Pod]) -> Capacity:
    """Two queries."""
    asked = placed(pods).aggregate(
        cpu=Sum("cpu_request", default=0), memory=Sum("memory_request", default=0), n=Count("*")
    )
    offered = nodes.aggregate(
        cpu=Sum("cpu_allocatable", default=0),
        memory=Sum("memory_allocatable", default=0),
        pods=Sum("pods_allocatable", default=0),
    )
    return Capacity(
        cpu=Share(asked["cpu"], offered["cpu"]),
        memory=Share(asked["memory"], offered["memory"]),
        pods=Share(asked["n"], offered["pods"]),
    )
