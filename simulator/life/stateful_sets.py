"""Pods with names of their own, made one after the other and taken away from the end.

Source: https://github.com/kubernetes/kubernetes/tree/master/pkg/controller/statefulset
"""

from simulator.errors import AlreadyExists
from simulator.kinds import PERSISTENT_VOLUME_CLAIMS, PODS, STATEFUL_SETS, Object
from simulator.life.deleting import delete
from simulator.life.engine import Controller, Key, Life
from simulator.life.events import About, Recorder
from simulator.life.owners import is_leaving
from simulator.life.pods import available_in, is_over, is_ready, pod_from
from simulator.life.replica_sets import enqueue_controller
from simulator.life.revisions import HASH, current_revision
from simulator.storage import Event

_POD_NAME, _INDEX = "statefulset.kubernetes.io/pod-name", "apps.kubernetes.io/pod-index"


class StatefulSets(Controller):
    """The stateful set controller."""

    def __init__(self, life: Life, recorder: Recorder) -> None:
        super().__init__(life)
        self._recorder = recorder
        life.follow(STATEFUL_SETS, self.enqueue_changed)
        life.follow(PODS, self._pod_changed)

    def reconcile(self, key: Key) -> None:
        """Take the next step, then tell where the set stands."""
        stateful_set = self.storage.find(STATEFUL_SETS, key[1], key[0])
        if stateful_set is None or is_leaving(stateful_set):
            return
        revision = current_revision(self.life, STATEFUL_SETS, stateful_set)
        pods = {_ordinal(pod): pod for pod in self.life.index.owned(stateful_set["metadata"]["uid"], PODS)}
        self._step(stateful_set, pods, revision)
        self._tell(stateful_set, list(pods.values()), revision)

    def _pod_changed(self, event: Event) -> None:
        enqueue_controller(self, "StatefulSet", event.object)

    def _step(self, stateful_set: Object, pods: dict[int, Object], revision: str) -> None:
        replicas = stateful_set["spec"].get("replicas", 1)
        ordered = stateful_set["spec"].get("podManagementPolicy", "OrderedReady") == "OrderedReady"
        for ordinal in range(replicas):
            pod = pods.get(ordinal)
            if pod is None:
                self._create(stateful_set, ordinal, revision)
            elif is_over(pod) and not is_leaving(pod):
                self._delete(stateful_set, pod)
            if ordered and (pod is None or is_leaving(pod) or not is_ready(pod)):
                if pod is not None and not is_leaving(pod):
                    self._replace(stateful_set, pod, revision)
                return
        surplus = sorted((ordinal for ordinal in pods if ordinal >= replicas), reverse=True)
        for ordinal in surplus:
            if not is_leaving(pods[ordinal]):
                self._delete(stateful_set, pods[ordinal])
            if ordered:
                return
        self._update(stateful_set, pods, replicas, revision)

    def _update(self, stateful_set: Object, pods: dict[int, Object], replicas: int, revision: str) -> None:
        """Replace the pods of an older template, from the last to the first, one at a time."""
        strategy = stateful_set["spec"].get("updateStrategy") or {}
        if strategy.get("type", "RollingUpdate") != "RollingUpdate":
            return
        partition = (strategy.get("rollingUpdate") or {}).get("partition", 0)
        for ordinal in range(replicas - 1, partition - 1, -1):
            pod = pods.get(ordinal)
            if pod is None or is_leaving(pod):
                return
            if pod["metadata"].get("labels", {}).get(HASH) != revision:
                self._delete(stateful_set, pod)
                return
            if not is_ready(pod):
                return

    def _replace(self, stateful_set: Object, pod: Object, revision: str) -> None:
        """A pod that does not become ready is replaced when there is a newer template."""
        strategy = stateful_set["spec"].get("updateStrategy") or {}
        rolls = strategy.get("type", "RollingUpdate") == "RollingUpdate"
        if rolls and pod["metadata"].get("labels", {}).get(HASH) != revision:
            self._delete(stateful_set, pod)

    def _create(self, stateful_set: Object, ordinal: int, revision: str) -> None:
        name = f"{stateful_set['metadata']['name']}-{ordinal}"
        pod = pod_from(stateful_set["spec"].get("template") or {}, STATEFUL_SETS, stateful_set, name=name)
        labels = pod["metadata"].setdefault("labels", {})
        labels |= {HASH: revision, _POD_NAME: name, _INDEX: str(ordinal)}
        pod["spec"] |= {"hostname": name, "subdomain": stateful_set["spec"].get("serviceName", "")}
        for claim in stateful_set["spec"].get("volumeClaimTemplates") or ():
            self._claim(stateful_set, claim, name, pod)
        try:
            self.life.create(PODS, pod)
        except AlreadyExists:
            return
        words = f"Create Pod {name} in StatefulSet {stateful_set['metadata']['name']} successful"
        self._say(stateful_set, "SuccessfulCreate", words)

    def _claim(self, stateful_set: Object, template: Object, pod_name: str, pod: Object) -> None:
        """The volume claim that belongs to a pod's name and outlives it."""
        volume = template["metadata"]["name"]
        name = f"{volume}-{pod_name}"
        source = {"name": volume, "persistentVolumeClaim": {"claimName": name}}
        others = [each for each in pod["spec"].get("volumes") or () if each["name"] != volume]
        pod["spec"]["volumes"] = [*others, source]
        metadata: Object = {"name": name, "namespace": stateful_set["metadata"]["namespace"]}
        metadata["labels"] = dict((stateful_set["spec"].get("selector") or {}).get("matchLabels") or {})
        claim = {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": metadata, "spec": template["spec"]}
        try:
            self.life.create(PERSISTENT_VOLUME_CLAIMS, claim)
        except AlreadyExists:
            return
        set_name = stateful_set["metadata"]["name"]
        words = f"Create Claim {name} Pod {pod_name} in StatefulSet {set_name} success"
        self._say(stateful_set, "SuccessfulCreate", words)

    def _delete(self, stateful_set: Object, pod: Object) -> None:
        delete(self.life, PODS, pod)
        words = f"Delete Pod {pod['metadata']['name']} in StatefulSet {stateful_set['metadata']['name']} successful"
        self._say(stateful_set, "SuccessfulDelete", words)

    def _say(self, stateful_set: Object, reason: str, message: str) -> None:
        self._recorder.normal(About(STATEFUL_SETS, stateful_set, "statefulset-controller"), reason, message)

    def _tell(self, stateful_set: Object, pods: list[Object], revision: str) -> None:
        metadata, before = stateful_set["metadata"], stateful_set.get("status", {})
        latest = f"{metadata['name']}-{revision}"
        alive = [pod for pod in pods if not is_leaving(pod)]
        updated = sum(pod["metadata"].get("labels", {}).get(HASH) == revision for pod in alive)
        done = updated == len(alive) == stateful_set["spec"].get("replicas", 1) and all(map(is_ready, alive))
        current = latest if done else before.get("currentRevision") or latest
        min_ready = stateful_set["spec"].get("minReadySeconds", 0)
        status: Object = {
            "observedGeneration": metadata.get("generation", 1),
            "replicas": len(pods),
            "availableReplicas": sum(available_in(pod, min_ready, self.life.now()) == 0 for pod in alive),
            "currentRevision": current,
            "updateRevision": latest,
            "collisionCount": 0,
        }
        counts = {
            "readyReplicas": sum(map(is_ready, alive)),
            "updatedReplicas": updated,
            "currentReplicas": updated if current == latest else len(alive) - updated,
        }
        status |= {name: count for name, count in counts.items() if count}
        self.life.set_status(STATEFUL_SETS, stateful_set, status)


def _ordinal(pod: Object) -> int:
    number: str = pod["metadata"]["name"].rpartition("-")[2]
    return int(number) if number.isdigit() else -1
