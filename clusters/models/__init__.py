"""The rows Pilothouse keeps: clusters, the cached state of their objects, grants and what people did."""

from clusters.models.activity import Activity, TerminalSession
from clusters.models.cluster import Cluster, Health, SetAside, Watch, WatchProcess
from clusters.models.grants import Grant, Role
from clusters.models.objects import (
    CachedObject,
    Deployment,
    Event,
    Namespace,
    Node,
    Pod,
    ReplicaSet,
    Severity,
)

__all__ = [
    "Activity",
    "CachedObject",
    "Cluster",
    "Deployment",
    "Event",
    "Grant",
    "Health",
    "Namespace",
    "Node",
    "Pod",
    "ReplicaSet",
    "Role",
    "SetAside",
    "Severity",
    "TerminalSession",
    "Watch",
    "WatchProcess",
]
