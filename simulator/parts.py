"""Puts a cluster together: the one place that knows all its parts."""

from simulator.clock import Clock
from simulator.cluster import SimulatedCluster
from simulator.life import furnish, live
from simulator.logs.source import Logs
from simulator.shell.sources import Shells
from simulator.websites import Sites

__all__ = ["assemble", "furnish", "live"]


def assemble(*, seed: int, speed: float, world: str, first_version: int) -> SimulatedCluster:
    """A cluster with every part that there is, not furnished yet."""
    cluster = SimulatedCluster(seed=seed, clock=Clock(speed), world=world, first_version=first_version)
    cluster.logs, cluster.shells, cluster.websites = Logs(cluster), Shells(cluster), Sites()
    return cluster
