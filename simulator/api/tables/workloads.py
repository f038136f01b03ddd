"""Deployments, replica sets, stateful sets, daemon sets, jobs and cron jobs."""

from datetime import datetime
from typing import Any

from simulator.api.tables.cells import (
    NONE,
    UNSET,
    age,
    between,
    containers,
    is_true,
    label_selector,
    labels,
    name,
    number,
    part,
    since,
    text,
)
from simulator.api.tables.columns import Table, columns
from simulator.kinds import (
    CONTROLLER_REVISIONS,
    CRON_JOBS,
    DAEMON_SETS,
    DEPLOYMENTS,
    JOBS,
    REPLICA_SETS,
    REPLICATION_CONTROLLERS,
    STATEFUL_SETS,
    Object,
)

_WIDE = ("Containers", "Images", "Selector")


_DAEMON_COUNTS = (
    *("desiredNumberScheduled", "currentNumberScheduled", "numberReady"),
    *("updatedNumberScheduled", "numberAvailable"),
)


def _pods(obj: Object) -> list[str]:
    return containers(part(obj, "spec", "template", "spec"))


def _selector(obj: Object) -> str:
    return label_selector(part(obj, "spec", "selector"))


def _ready(obj: Object) -> str:
    return f"{number(obj, 'status', 'readyReplicas')}/{number(obj, 'spec', 'replicas')}"


def _deployment(obj: Object, now: datetime) -> list[Any]:
    counts = [number(obj, "status", key) for key in ("updatedReplicas", "availableReplicas")]
    return [name(obj), _ready(obj), *counts, age(obj, now), *_pods(obj), _selector(obj)]


def _replica_counts(obj: Object) -> list[int]:
    return [number(obj, "spec", "replicas"), number(obj, "status", "replicas"), number(obj, "status", "readyReplicas")]


def _replica_set(obj: Object, now: datetime) -> list[Any]:
    return [name(obj), *_replica_counts(obj), age(obj, now), *_pods(obj), _selector(obj)]


def _replication_controller(obj: Object, now: datetime) -> list[Any]:
    return [name(obj), *_replica_counts(obj), age(obj, now), *_pods(obj), labels(part(obj, "spec", "selector"))]


def _stateful_set(obj: Object, now: datetime) -> list[Any]:
    return [name(obj), _ready(obj), age(obj, now), *_pods(obj)]


def _daemon_set(obj: Object, now: datetime) -> list[Any]:
    counts = [number(obj, "status", key) for key in _DAEMON_COUNTS]
    nodes = labels(part(obj, "spec", "template", "spec", "nodeSelector"))
    return [name(obj), *counts, nodes, age(obj, now), *_pods(obj), _selector(obj)]


def _job(obj: Object, now: datetime) -> list[Any]:
    return [name(obj), _job_status(obj), _completions(obj), _took(obj, now), age(obj, now), *_pods(obj), _selector(obj)]


def _job_status(obj: Object) -> str:
    for kind in ("Complete", "Failed"):
        if is_true(obj, kind):
            return kind
    if text(obj, "metadata", "deletionTimestamp"):
        return "Terminating"
    words = ("Suspended", "FailureTarget", "SuccessCriteriaMet")
    return next((kind for kind in words if is_true(obj, kind)), "Running")


def _completions(obj: Object) -> str:
    succeeded, wanted = number(obj, "status", "succeeded"), part(obj, "spec", "completions")
    if wanted != {}:
        return f"{succeeded}/{wanted}"
    parallel = number(obj, "spec", "parallelism")
    return f"{succeeded}/1 of {parallel}" if parallel > 1 else f"{succeeded}/1"


def _took(obj: Object, now: datetime) -> str:
    start, end = text(obj, "status", "startTime"), text(obj, "status", "completionTime")
    if not start:
        return ""
    return between(start, end) if end else since(start, now)


def _cron_job(obj: Object, now: datetime) -> list[Any]:
    suspended = part(obj, "spec", "suspend")
    last = text(obj, "status", "lastScheduleTime")
    job = part(obj, "spec", "jobTemplate")
    return [
        name(obj),
        text(obj, "spec", "schedule"),
        text(obj, "spec", "timeZone", absent=NONE),
        UNSET if suspended == {} else str(suspended),
        len(part(obj, "status", "active") or ()),
        since(last, now) if last else NONE,
        age(obj, now),
        *_pods(job),
        _selector(job),
    ]


def _controller_revision(obj: Object, now: datetime) -> list[Any]:
    owners = part(obj, "metadata", "ownerReferences") or ()
    owner = next((item for item in owners if item.get("controller")), None)
    group = owner["apiVersion"].rpartition("/")[0] if owner else ""
    kind = f"{owner['kind'].lower()}{'.' if group else ''}{group}" if owner else ""
    return [name(obj), f"{kind}/{owner['name']}" if owner else NONE, number(obj, "revision"), age(obj, now)]


_REPLICAS = ("Name", "Desired:integer", "Current:integer", "Ready:integer", "Age")
TABLES = {
    CONTROLLER_REVISIONS: Table(columns("Name", "Controller", "Revision", "Age"), _controller_revision),
    CRON_JOBS: Table(
        columns(
            *("Name", "Schedule", "Timezone", "Suspend:boolean", "Active:integer", "Last Schedule", "Age"), wide=_WIDE
        ),
        _cron_job,
    ),
    DAEMON_SETS: Table(
        columns(
            *("Name", "Desired:integer", "Current:integer", "Ready:integer", "Up-to-date:integer"),
            *("Available:integer", "Node Selector", "Age"),
            wide=_WIDE,
        ),
        _daemon_set,
    ),
    DEPLOYMENTS: Table(columns("Name", "Ready", "Up-to-date", "Available", "Age", wide=_WIDE), _deployment),
    JOBS: Table(columns("Name", "Status", "Completions", "Duration", "Age", wide=_WIDE), _job),
    REPLICA_SETS: Table(columns(*_REPLICAS, wide=_WIDE), _replica_set),
    REPLICATION_CONTROLLERS: Table(columns(*_REPLICAS, wide=_WIDE), _replication_controller),
    STATEFUL_SETS: Table(columns("Name", "Ready", "Age", wide=("Containers", "Images")), _stateful_set),
}
