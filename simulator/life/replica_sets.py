"""Keeps as many pods as a replica set asks for.

Source: https://github.com/kubernetes/kubernetes/blob/master/pkg/controller/replicaset/replica_set.go
"""

from simulator.errors import ApiError
from simulator.kinds import PODS, REPLICA_SETS, Object
from simulator.life.conditions import condition, set_condition
from simulator.life.deleting import delete
from simulator.life.engine import Controller, Key, Life
from simulator.life.events import About, Recorder
from simulator.life.owners import controller_of, is_leaving
from simulator.life.pods import available_in, first_to_go, is_active, is_ready, pod_from
from simulator.storage import Event

_BURST = 500
"""Pods made or deleted in one go."""


class ReplicaSets(Controller):
    """The replica set controller."""

    def __init__(self, life: Life, recorder: Recorder) -> None:
        super().__init__(life)
        self._recorder = recorder
        life.follow(REPLICA_SETS, self.enqueue_changed)
        life.follow(PODS, self._pod_changed)

    def _pod_changed(self, event: Event) -> None:
        enqueue_controller(self, "ReplicaSet", event.object)

    def reconcile(self, key: Key) -> None:
        """Make or delete pods, then tell how many there are."""
        replica_set = self.storage.find(REPLICA_SETS, key[1], key[0])
        if replica_set is None or is_leaving(replica_set):
            return
        pods = [pod for pod in self.life.index.owned(replica_set["metadata"]["uid"], PODS) if is_active(pod)]
        wanted = replica_set["spec"].get("replicas", 1)
        failure = None
        if len(pods) < wanted:
            failure = self._create(replica_set, min(wanted - len(pods), _BURST))
        elif len(pods) > wanted:
            for pod in first_to_go(pods)[: min(len(pods) - wanted, _BURST)]:
                delete(self.life, PODS, pod)
                about = About(REPLICA_SETS, replica_set, "replicaset-controller")
                self._recorder.normal(about, "SuccessfulDelete", f"Deleted pod: {pod['metadata']['name']}")
        self._tell(replica_set, pods, failure)

    def _create(self, replica_set: Object, count: int) -> ApiError | None:
        about = About(REPLICA_SETS, replica_set, "replicaset-controller")
        template = replica_set["spec"].get("template") or {}
        for _ in range(count):
            try:
                pod = self.life.create(PODS, pod_from(template, REPLICA_SETS, replica_set))
            except ApiError as error:
                self._recorder.warning(about, "FailedCreate", f"Error creating: {error}")
                return error
            self._recorder.normal(about, "SuccessfulCreate", f"Created pod: {pod['metadata']['name']}")
        return None

    def _tell(self, replica_set: Object, pods: list[Object], failure: ApiError | None) -> None:
        """`pods`: those before anything was made or deleted; whatever comes of that is told with the next change."""
        min_ready = replica_set["spec"].get("minReadySeconds", 0)
        waits = [available_in(pod, min_ready, self.life.now()) for pod in pods]
        labels = (replica_set["spec"].get("template", {}).get("metadata") or {}).get("labels") or {}
        labelled = [pod for pod in pods if labels.items() <= (pod["metadata"].get("labels") or {}).items()]
        status: Object = {"replicas": len(pods), "observedGeneration": replica_set["metadata"].get("generation", 1)}
        counts = {
            "fullyLabeledReplicas": len(labelled),
            "readyReplicas": sum(map(is_ready, pods)),
            "availableReplicas": waits.count(0.0),
        }
        status |= {name: count for name, count in counts.items() if count}
        if failure:
            failed = condition("ReplicaFailure", "True", "FailedCreate", failure.message)
            set_condition(status, self.life.now(), failed)
        self.life.set_status(REPLICA_SETS, replica_set, status)
        soon = [wait for wait in waits if wait]
        if soon:
            self.enqueue(replica_set, min(soon))


def enqueue_controller(controller: Controller, kind: str, obj: Object) -> None:
    """Have the object's owner reconciled, when it is controlled by one of that kind."""
    owner = controller_of(obj)
    if owner and owner["kind"] == kind:
        controller.life.enqueue(controller, (obj["metadata"]["namespace"], owner["name"]))
