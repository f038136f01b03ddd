"""One pod on every node that will have it.

Source: https://github.com/kubernetes/kubernetes/tree/master/pkg/controller/daemon
"""

from simulator.kinds import DAEMON_SETS, NODES, PODS, Object
from simulator.life.affinity import matches_node
from simulator.life.deleting import delete
from simulator.life.engine import Controller, Key, Life
from simulator.life.events import About, Recorder
from simulator.life.owners import is_leaving
from simulator.life.pods import available_in, is_active, is_over, is_ready, pod_from
from simulator.life.replica_sets import enqueue_controller
from simulator.life.revisions import HASH, current_revision
from simulator.life.taints import untolerated
from simulator.storage import Event

_TOLERATED = (
    *(("node.kubernetes.io/not-ready", "NoExecute"), ("node.kubernetes.io/unreachable", "NoExecute")),
    *(("node.kubernetes.io/disk-pressure", "NoSchedule"), ("node.kubernetes.io/memory-pressure", "NoSchedule")),
    *(("node.kubernetes.io/pid-pressure", "NoSchedule"), ("node.kubernetes.io/unschedulable", "NoSchedule")),
)


class DaemonSets(Controller):
    """The daemon set controller."""

    def __init__(self, life: Life, recorder: Recorder) -> None:
        super().__init__(life)
        self._recorder = recorder
        life.follow(DAEMON_SETS, self.enqueue_changed)
        life.follow(PODS, self._pod_changed)
        life.follow(NODES, self._node_changed)

    def reconcile(self, key: Key) -> None:
        """Make, replace or delete pods, then tell how many there are."""
        daemon_set = self.storage.find(DAEMON_SETS, key[1], key[0])
        if daemon_set is None or is_leaving(daemon_set):
            return
        revision = current_revision(self.life, DAEMON_SETS, daemon_set)
        pods = {_node_of(pod): pod for pod in self.life.index.owned(daemon_set["metadata"]["uid"], PODS)}
        nodes = [node for node in self.storage.list(NODES) if _wants(daemon_set, node)]
        names = [node["metadata"]["name"] for node in nodes]
        for name in names:
            if name not in pods:
                self._create(daemon_set, name, revision)
            elif is_over(pods[name]) and not is_leaving(pods[name]):
                self._delete(daemon_set, pods[name])
        for name, pod in pods.items():
            if name not in names and not is_leaving(pod):
                self._delete(daemon_set, pod)
        self._replace(daemon_set, [pods[name] for name in names if name in pods], len(names), revision)
        self._tell(daemon_set, names, pods, revision)

    def _pod_changed(self, event: Event) -> None:
        enqueue_controller(self, "DaemonSet", event.object)

    def _node_changed(self, event: Event) -> None:
        before, after = event.previous, event.object
        if event.type != "MODIFIED" or before is None or _what_counts(before) != _what_counts(after):
            for daemon_set in self.storage.list(DAEMON_SETS):
                self.enqueue(daemon_set)

    def _replace(self, daemon_set: Object, pods: list[Object], wanted: int, revision: str) -> None:
        """A rolling update deletes old pods, as many at a time as may be unavailable of those that are wanted."""
        strategy = daemon_set["spec"].get("updateStrategy") or {}
        if strategy.get("type", "RollingUpdate") != "RollingUpdate":
            return
        limit = (strategy.get("rollingUpdate") or {}).get("maxUnavailable", 1)
        allowed = limit if isinstance(limit, int) else max(1, wanted * int(limit.removesuffix("%")) // 100)
        old = [pod for pod in pods if (pod["metadata"].get("labels") or {}).get(HASH) != revision]
        for pod in [pod for pod in old if not is_ready(pod) and not is_leaving(pod)]:
            self._delete(daemon_set, pod)
        spare = allowed - wanted + sum(is_ready(pod) and not is_leaving(pod) for pod in pods)
        for pod in [pod for pod in old if is_ready(pod) and not is_leaving(pod)][: max(0, spare)]:
            self._delete(daemon_set, pod)

    def _create(self, daemon_set: Object, node: str, revision: str) -> None:
        template = daemon_set["spec"].get("template") or {}
        pod = pod_from(template, DAEMON_SETS, daemon_set)
        pod["metadata"].setdefault("labels", {})[HASH] = revision
        spec = pod["spec"]
        given = list(spec.get("tolerations") or ())
        there = {(each.get("key"), each.get("effect")) for each in given}
        missing = [(key, effect) for key, effect in _TOLERATED if (key, effect) not in there]
        spec["tolerations"] = given + [{"key": key, "operator": "Exists", "effect": effect} for key, effect in missing]
        term = {"matchFields": [{"key": "metadata.name", "operator": "In", "values": [node]}]}
        required = {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [term]}}
        spec["affinity"] = {**(spec.get("affinity") or {}), "nodeAffinity": required}
        created = self.life.create(PODS, pod)
        self._say(daemon_set, "SuccessfulCreate", f"Created pod: {created['metadata']['name']}")

    def _delete(self, daemon_set: Object, pod: Object) -> None:
        delete(self.life, PODS, pod)
        self._say(daemon_set, "SuccessfulDelete", f"Deleted pod: {pod['metadata']['name']}")

    def _say(self, daemon_set: Object, reason: str, message: str) -> None:
        self._recorder.normal(About(DAEMON_SETS, daemon_set, "daemonset-controller"), reason, message)

    def _tell(self, daemon_set: Object, wanted: list[str], pods: dict[str, Object], revision: str) -> None:
        ours = [pod for name, pod in pods.items() if name in wanted and is_active(pod)]
        min_ready = daemon_set["spec"].get("minReadySeconds", 0)
        available = sum(available_in(pod, min_ready, self.life.now()) == 0 for pod in ours)
        updated = sum(pod["metadata"].get("labels", {}).get(HASH) == revision for pod in ours)
        status: Object = {
            "currentNumberScheduled": len(ours),
            "desiredNumberScheduled": len(wanted),
            "numberMisscheduled": sum(name not in wanted for name in pods),
            "numberReady": sum(map(is_ready, ours)),
            "observedGeneration": daemon_set["metadata"].get("generation", 1),
        }
        counts = {
            "updatedNumberScheduled": updated,
            "numberAvailable": available,
            "numberUnavailable": len(wanted) - available,
        }
        status |= {name: count for name, count in counts.items() if count}
        self.life.set_status(DAEMON_SETS, daemon_set, status)


def _node_of(pod: Object) -> str:
    """The node that the pod runs on, or was made for."""
    spec = pod["spec"]
    if spec.get("nodeName"):
        return str(spec["nodeName"])
    required = spec["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]
    return str(required["nodeSelectorTerms"][0]["matchFields"][0]["values"][0])


def _wants(daemon_set: Object, node: Object) -> bool:
    """Whether the set has a pod for the node."""
    template = daemon_set["spec"].get("template", {}).get("spec") or {}
    added = [{"key": key, "operator": "Exists", "effect": effect} for key, effect in _TOLERATED]
    added.append({"key": "node.kubernetes.io/unreachable", "operator": "Exists"})
    tolerant = {"spec": {**template, "tolerations": [*(template.get("tolerations") or ()), *added]}}
    taints = list(node["spec"].get("taints") or ())
    return matches_node(tolerant, node) and untolerated(tolerant, taints, ("NoSchedule", "NoExecute")) is None


def _what_counts(node: Object) -> tuple[object, object]:
    return node.get("spec"), node["metadata"].get("labels")
