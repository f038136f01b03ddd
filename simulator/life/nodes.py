"""What becomes of nodes: silent ones are marked, their pods evicted when they have been tolerated for long enough.

Source: https://github.com/kubernetes/kubernetes/tree/master/pkg/controller/nodelifecycle and .../tainteviction
"""

from datetime import timedelta

from simulator.clock import moment_of, timestamp
from simulator.kinds import NODES, PODS, Object
from simulator.life.conditions import condition, condition_of, set_condition
from simulator.life.copies import copied
from simulator.life.deleting import delete
from simulator.life.engine import Controller, Key, Life
from simulator.life.events import About, Recorder
from simulator.life.outages import is_off
from simulator.life.owners import is_leaving
from simulator.life.pods import is_over, is_ready
from simulator.life.taints import UNREACHABLE, UNSCHEDULABLE, seconds_tolerated
from simulator.storage import Event

GRACE = 40.0
"""Seconds of silence before a node is given up, as --node-monitor-grace-period was for long."""
_HEARTBEAT = 300.0
_HEALTHY = (
    ("MemoryPressure", "False", "KubeletHasSufficientMemory", "kubelet has sufficient memory available"),
    ("DiskPressure", "False", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
    ("PIDPressure", "False", "KubeletHasSufficientPID", "kubelet has sufficient PID available"),
    ("Ready", "True", "KubeletReady", "kubelet is posting ready status"),
)


class NodeLifecycle(Controller):
    """Marks nodes by what is heard of them, taints them, and evicts."""

    def __init__(self, life: Life, recorder: Recorder) -> None:
        super().__init__(life)
        self._recorder = recorder
        life.follow(NODES, self._changed)
        life.follow(PODS, self._pod_changed)

    def reconcile(self, key: Key) -> None:
        """Look at a node."""
        node = self.storage.find(NODES, key[1])
        if node is None:
            return
        if is_off(node):
            self._miss(node)
        else:
            self._hear(node)
        node = self._taint(self.storage.get(NODES, key[1]))
        self._evict(node)

    def _changed(self, event: Event) -> None:
        if event.type == "DELETED":
            for pod in self.life.index.pods_on(event.object["metadata"]["name"]):
                self.storage.remove(PODS, pod["metadata"]["name"], pod["metadata"]["namespace"])
            return
        before, after = event.previous, event.object
        if before is None or (before.get("spec"), is_off(before)) != (after.get("spec"), is_off(after)):
            self.enqueue(after)
        if before and _is_cordoned(before) != _is_cordoned(after):
            self._say(after, "NodeNotSchedulable" if _is_cordoned(after) else "NodeSchedulable")

    def _pod_changed(self, event: Event) -> None:
        """A pod that lands on a tainted node has its time too."""
        node = event.object.get("spec", {}).get("nodeName")
        before = (event.previous or {}).get("spec", {}).get("nodeName")
        if event.type != "DELETED" and node and not before:
            found = self.storage.find(NODES, node)
            if found and found.get("spec", {}).get("taints"):
                self.life.enqueue(self, ("", node))

    def _miss(self, node: Object) -> None:
        """Nothing is heard of it: give it up when that has lasted."""
        ready = condition_of(node, "Ready")
        if ready is None or ready["status"] == "Unknown":
            return
        silent_at = moment_of((node["metadata"].get("annotations") or {}).get("simulator/since") or self._mark(node))
        left = (silent_at + timedelta(seconds=GRACE) - self.life.now()).total_seconds()
        if left > 0:
            self.enqueue(node, left)
            return
        status = copied(node["status"])
        for kind, *_ in _HEALTHY:
            heard = (condition_of(node, kind) or {}).get("lastHeartbeatTime")
            new = condition(kind, "Unknown", "NodeStatusUnknown", "Kubelet stopped posting node status.")
            set_condition(status, self.life.now(), {**new, "lastHeartbeatTime": heard})
        self.life.set_status(NODES, node, status)
        self._recorder.normal(self._about(node, "node-controller"), "NodeNotReady", _now(node, "NodeNotReady"))
        for pod in self.life.index.pods_on(node["metadata"]["name"]):
            self._doubt(pod)

    def _mark(self, node: Object) -> str:
        """Note since when nothing is heard of it."""
        since = timestamp(self.life.now())

        def note(obj: Object) -> None:
            obj["metadata"].setdefault("annotations", {})["simulator/since"] = since

        self.storage.update(NODES, node["metadata"]["name"], change=note)
        return since

    def _doubt(self, pod: Object) -> None:
        if not is_ready(pod):
            return
        status = copied(pod["status"])
        ready = condition_of(pod, "Ready") or {}
        set_condition(status, self.life.now(), {**ready, "status": "False"})
        self.life.set_status(PODS, pod, status)
        self._recorder.warning(About(PODS, pod, "node-controller"), "NodeNotReady", "Node is not ready")

    def _hear(self, node: Object) -> None:
        """Its kubelet tells that all is well, every five minutes or when that is news."""
        ready = condition_of(node, "Ready")
        now = self.life.now()
        was_ready = ready is not None and ready["status"] == "True"
        if ready and was_ready and now - moment_of(ready["lastHeartbeatTime"]) < timedelta(seconds=_HEARTBEAT):
            self.enqueue(node, _HEARTBEAT)
            return
        status = copied(node.get("status") or {})
        for kind, value, reason, message in _HEALTHY:
            told = condition(kind, value, reason, message)
            set_condition(status, now, {**told, "lastHeartbeatTime": timestamp(now)})
        self.life.set_status(NODES, node, status)
        annotations = node["metadata"].get("annotations") or {}
        if "simulator/since" in annotations:
            self.storage.update(
                NODES, node["metadata"]["name"], change=lambda it: it["metadata"]["annotations"].pop("simulator/since")
            )
        if not was_ready:
            self._say(node, "NodeReady")
        self.enqueue(node, _HEARTBEAT)

    def _taint(self, node: Object) -> Object:
        """The taints that follow from its state and from `kubectl cordon`."""
        ready = condition_of(node, "Ready")
        lost = ready is not None and ready["status"] == "Unknown"
        wanted = [(UNREACHABLE, "NoSchedule"), (UNREACHABLE, "NoExecute")] if lost else []
        if node["spec"].get("unschedulable"):
            wanted.append((UNSCHEDULABLE, "NoSchedule"))
        taints = list(node["spec"].get("taints") or ())
        ours = (UNREACHABLE, UNSCHEDULABLE)
        kept = [each for each in taints if each["key"] not in ours or (each["key"], each["effect"]) in wanted]
        there = {(each["key"], each["effect"]) for each in kept}
        since = timestamp(self.life.now())
        kept += [
            {"key": key, "effect": effect, "timeAdded": since} for key, effect in wanted if (key, effect) not in there
        ]
        if kept == taints:
            return node

        def change(obj: Object) -> None:
            obj["spec"].pop("taints", None)
            if kept:
                obj["spec"]["taints"] = kept

        return self.storage.update(NODES, node["metadata"]["name"], change=change)

    def _evict(self, node: Object) -> None:
        taints = [each for each in node["spec"].get("taints") or () if each["effect"] == "NoExecute"]
        if not taints:
            return
        added = [moment_of(each["timeAdded"]) for each in taints if each.get("timeAdded")]
        since = max(added, default=self.life.now())
        for pod in self.life.index.pods_on(node["metadata"]["name"]):
            stays = seconds_tolerated(pod, taints)
            if stays is None or is_leaving(pod) or is_over(pod):
                continue
            left = (since + timedelta(seconds=stays) - self.life.now()).total_seconds()
            if left > 0:
                self.enqueue(node, left)
                continue
            name = f"{pod['metadata']['namespace']}/{pod['metadata']['name']}"
            about = About(PODS, pod, "taint-eviction-controller")
            self._recorder.normal(about, "TaintManagerEviction", f"Marking for deletion Pod {name}")
            delete(self.life, PODS, pod)

    def _say(self, node: Object, word: str) -> None:
        about = self._about(node, "kubelet")
        self._recorder.normal(about, word, _now(node, word))

    def _about(self, node: Object, component: str) -> About:
        return About(NODES, node, component, node["metadata"]["name"] if component == "kubelet" else "")


def _now(node: Object, word: str) -> str:
    return f"Node {node['metadata']['name']} status is now: {word}"


def _is_cordoned(node: Object) -> bool:
    """Whether no new pods may come; a node need not have a spec."""
    return bool(node.get("spec", {}).get("unschedulable"))
