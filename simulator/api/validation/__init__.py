"""What an object must be like, in the API server's words.

Checked: metadata, pods and templates as far as `pods.py` goes, workloads, services, keys of config maps and secrets,
and what may not change. Not checked: volumes' sources, affinity, security contexts, and all kinds not named here.
"""

from collections.abc import Callable, Iterator

from simulator.api.validation import workloads
from simulator.api.validation.configuration import keyed_data_faults, keyed_data_update_faults
from simulator.api.validation.metadata import metadata_faults, metadata_update_faults
from simulator.api.validation.pods import ephemeral_update_faults, pod_faults, pod_update_faults
from simulator.api.validation.services import service_faults
from simulator.errors import Cause, Invalid
from simulator.kinds import (
    CONFIG_MAPS,
    CRON_JOBS,
    DAEMON_SETS,
    DEPLOYMENTS,
    JOBS,
    PODS,
    REPLICA_SETS,
    SECRETS,
    SERVICES,
    STATEFUL_SETS,
    Kind,
    Object,
)

Checks = Callable[[Object], Iterator[Cause]]
UpdateChecks = Callable[[Object, Object], Iterator[Cause]]

_CHECKS: dict[Kind, Checks] = {
    CONFIG_MAPS: keyed_data_faults,
    CRON_JOBS: workloads.cron_job_faults,
    DAEMON_SETS: workloads.workload_faults,
    DEPLOYMENTS: workloads.workload_faults,
    JOBS: workloads.job_faults,
    PODS: pod_faults,
    REPLICA_SETS: workloads.workload_faults,
    SECRETS: keyed_data_faults,
    SERVICES: service_faults,
    STATEFUL_SETS: workloads.workload_faults,
}
_UPDATE_CHECKS: dict[Kind, UpdateChecks] = {
    CONFIG_MAPS: keyed_data_update_faults,
    DAEMON_SETS: workloads.selector_update_faults,
    DEPLOYMENTS: workloads.selector_update_faults,
    JOBS: workloads.job_update_faults,
    PODS: pod_update_faults,
    REPLICA_SETS: workloads.selector_update_faults,
    SECRETS: keyed_data_update_faults,
    STATEFUL_SETS: workloads.stateful_set_update_faults,
}


def check_new(kind: Kind, obj: Object) -> None:
    """Raises Invalid for an object that may not be created."""
    faults = [*metadata_faults(kind, obj), *(_CHECKS[kind](obj) if kind in _CHECKS else ())]
    _refuse(kind, obj, faults)


def check_change(kind: Kind, new: Object, old: Object, subresource: str = "") -> None:
    """Raises Invalid where `old` may not become `new` through the subresource."""
    faults = [*metadata_update_faults(new, old)]
    checks = ephemeral_update_faults if subresource == "ephemeralcontainers" else _UPDATE_CHECKS.get(kind)
    faults += [*(checks(new, old) if checks else ())]
    faults += [*(_CHECKS[kind](new) if kind in _CHECKS else ())]
    _refuse(kind, new, faults)


def _refuse(kind: Kind, obj: Object, faults: list[Cause]) -> None:
    if faults:
        raise Invalid(kind, obj["metadata"].get("name", ""), faults)
