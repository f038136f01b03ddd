"""What makes a simulated cluster live: controllers, kubelets, a scheduler, and a world for them to look after."""

from simulator.cluster import SimulatedCluster
from simulator.life.accidents import Accidents
from simulator.life.budgets import DisruptionBudgets
from simulator.life.cron_jobs import CronJobs
from simulator.life.daemon_sets import DaemonSets
from simulator.life.deployments import Deployments
from simulator.life.endpoints import EndpointSlices
from simulator.life.engine import Life
from simulator.life.events import EventExpiry, Recorder
from simulator.life.garbage import GarbageCollector
from simulator.life.jobs import Jobs
from simulator.life.kubelet import Kubelets
from simulator.life.metrics import BreathingMetrics
from simulator.life.namespaces import Namespaces
from simulator.life.nodes import NodeLifecycle
from simulator.life.replica_sets import ReplicaSets
from simulator.life.scheduler import Scheduler
from simulator.life.stateful_sets import StatefulSets
from simulator.life.volumes import Volumes
from simulator.life.world import basics, history

_SET_UP = 600.0
"""Seconds before the start that an empty cluster was set up."""

__all__ = ["controllers", "furnish", "live"]


def furnish(cluster: SimulatedCluster) -> None:
    """Puts in what every cluster has and, for the world "demo", workloads with a past."""
    cluster.metrics = BreathingMetrics(cluster)
    life = controllers(cluster)
    if cluster.world == "demo":
        history.unfold(life)
    else:
        life.leap(-_SET_UP)
        basics.build(life)
    life.leap(-life.jumped)
    life.close()


async def live(cluster: SimulatedCluster) -> None:
    """Runs all controllers until cancelled."""
    life = controllers(cluster)
    if cluster.world == "demo":
        Accidents(life)
    try:
        await life.run()
    finally:
        life.close()


def controllers(cluster: SimulatedCluster) -> Life:
    """Every controller of a cluster, ready to work."""
    life = Life(cluster)
    recorder = Recorder(life)
    for controller in (Deployments, ReplicaSets, StatefulSets, DaemonSets, Jobs, CronJobs):
        controller(life, recorder)
    for core in (Volumes, Scheduler, Kubelets, NodeLifecycle):
        core(life, recorder)
    for silent in (Namespaces, EndpointSlices, DisruptionBudgets, GarbageCollector, EventExpiry):
        silent(life)
    return life
