"""The rows Pilothouse keeps: clusters, the cached state of their objects, grants and what people did."""

from clusters.models.activity import Activity, OpenLog, TerminalSession, UsedTicket
from clusters.models.cluster import DEMO, Cluster, Health, RecordingPolicy, SetAside, Watch, WatchProcess
from clusters.models.derived import Label, PodTemplate, Tally
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
from clusters.models.recordings import Recording, RecordingChunk

__all__ = [
    "DEMO",
    "Activity",
    "CachedObject",
    "Cluster",
    "Deployment",
    "Event",
    "Grant",
    "Health",
    "Label",
    "Namespace",
    "Node",
    "OpenLog",
    "Pod",
    "PodTemplate",
    "Recording",
    "RecordingChunk",
    "RecordingPolicy",
    "ReplicaSet",
    "Role",
    "SetAside",
    "Severity",
    "Tally",
    "TerminalSession",
    "UsedTicket",
    "Watch",
    "WatchProcess",
]
