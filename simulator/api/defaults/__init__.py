"""What the API server fills in where a client says nothing: as far as anything here or kubectl shows it.

Left out are most defaults of volumes and security contexts, the volume with a service account's token, the finalizer
that protects claims of volumes, and whatever belongs to kinds that nothing shows.
Source: https://github.com/kubernetes/kubernetes/blob/master/pkg/apis (defaults.go of each group)
"""

from collections.abc import Callable

from simulator.api.defaults.network import fill_ingress, fill_service
from simulator.api.defaults.others import (
    fill_autoscaler,
    fill_budget,
    fill_claim,
    fill_namespace,
    fill_secret,
    fill_storage_class,
    fill_volume,
)
from simulator.api.defaults.pods import fill_pod
from simulator.api.defaults.workloads import (
    fill_cron_job,
    fill_daemon_set,
    fill_deployment,
    fill_job,
    fill_replica_set,
    fill_stateful_set,
)
from simulator.kinds import (
    CRON_JOBS,
    DAEMON_SETS,
    DEPLOYMENTS,
    HORIZONTAL_POD_AUTOSCALERS,
    INGRESSES,
    JOBS,
    NAMESPACES,
    PERSISTENT_VOLUME_CLAIMS,
    PERSISTENT_VOLUMES,
    POD_DISRUPTION_BUDGETS,
    PODS,
    REPLICA_SETS,
    REPLICATION_CONTROLLERS,
    SECRETS,
    SERVICES,
    STATEFUL_SETS,
    STORAGE_CLASSES,
    Kind,
    Object,
)

_FILLERS: dict[Kind, Callable[[Object], None]] = {
    CRON_JOBS: fill_cron_job,
    DAEMON_SETS: fill_daemon_set,
    DEPLOYMENTS: fill_deployment,
    HORIZONTAL_POD_AUTOSCALERS: fill_autoscaler,
    INGRESSES: fill_ingress,
    JOBS: fill_job,
    NAMESPACES: fill_namespace,
    PERSISTENT_VOLUME_CLAIMS: fill_claim,
    PERSISTENT_VOLUMES: fill_volume,
    POD_DISRUPTION_BUDGETS: fill_budget,
    PODS: fill_pod,
    REPLICA_SETS: fill_replica_set,
    REPLICATION_CONTROLLERS: fill_replica_set,
    SECRETS: fill_secret,
    SERVICES: fill_service,
    STATEFUL_SETS: fill_stateful_set,
    STORAGE_CLASSES: fill_storage_class,
}
_FIRST_STATUS: dict[Kind, Object] = {
    DAEMON_SETS: {
        "currentNumberScheduled": 0,
        "numberMisscheduled": 0,
        "desiredNumberScheduled": 0,
        "numberReady": 0,
    },
    HORIZONTAL_POD_AUTOSCALERS: {"desiredReplicas": 0, "currentMetrics": None},
    INGRESSES: {"loadBalancer": {}},
    NAMESPACES: {"phase": "Active"},
    PERSISTENT_VOLUME_CLAIMS: {"phase": "Pending"},
    PERSISTENT_VOLUMES: {"phase": "Pending"},
    POD_DISRUPTION_BUDGETS: {
        "disruptionsAllowed": 0,
        "currentHealthy": 0,
        "desiredHealthy": 0,
        "expectedPods": 0,
    },
    REPLICA_SETS: {"replicas": 0},
    REPLICATION_CONTROLLERS: {"replicas": 0},
    SERVICES: {"loadBalancer": {}},
    STATEFUL_SETS: {"replicas": 0, "availableReplicas": 0},
}


def fill_in(kind: Kind, obj: Object) -> None:
    """Puts the defaults into an object of the kind."""
    if filler := _FILLERS.get(kind):
        filler(obj)


def first_status(kind: Kind) -> Object:
    """The status of an object that was just created."""
    return dict(_FIRST_STATUS.get(kind, {}))
