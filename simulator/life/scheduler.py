"""Binds pods to nodes, or says why none will do.

Source: https://github.com/kubernetes/kubernetes/tree/master/pkg/scheduler
"""

from collections import Counter
from dataclasses import dataclass

from simulator.kinds import NODES, PERSISTENT_VOLUME_CLAIMS, PODS, Object
from simulator.life.affinity import matches_node
from simulator.life.conditions import condition, condition_of, set_condition
from simulator.life.engine import Controller, Key, Life, key_of
from simulator.life.events import About, Recorder
from simulator.life.owners import controller_of, is_leaving
from simulator.life.pods import is_over
from simulator.life.quantities import amount, requested
from simulator.life.taints import UNSCHEDULABLE, untolerated
from simulator.storage import Event

_RESOURCES = ("cpu", "memory", "ephemeral-storage", "nvidia.com/gpu")
_RETRY = 10.0
"""Seconds before pods that did not fit are tried again after something was freed."""
_AGAIN = 300.0
"""Seconds before they are tried again anyway."""
_FREED = ("", "freed")
_Amounts = dict[str, float]


@dataclass(frozen=True)
class _Used:
    """What the pods on a node ask for."""

    pods: int
    amounts: _Amounts
    owners: Counter[str]


class Scheduler(Controller):
    """The default scheduler."""

    def __init__(self, life: Life, recorder: Recorder) -> None:
        super().__init__(life)
        self._recorder = recorder
        self._pending: dict[Key, None] = {}
        self._used: dict[str, _Used] = {}
        self._counted: set[str] = set()
        life.follow(NODES, self._node_changed)
        life.follow(PODS, self._pod_changed)

    def reconcile(self, key: Key) -> None:
        """Bind a pod; the key without a namespace tries all that did not fit."""
        if key == _FREED:
            for pending in list(self._pending):
                self.life.enqueue(self, pending)
            return
        pod = self.storage.find(PODS, key[1], key[0])
        if pod is None or not _is_ours(pod):
            self._pending.pop(key, None)
            return
        if pod["spec"].get("schedulingGates"):
            self._hold(pod, "SchedulingGated", "Scheduling is blocked due to non-empty scheduling gates")
            return
        self._schedule(key, pod)

    def _schedule(self, key: Key, pod: Object) -> None:
        nodes = self.storage.list(NODES)
        asked = {resource: requested(pod, resource) for resource in _RESOURCES}
        if missing := self._missing_claim(pod):
            reasons: dict[str, str] = {}
            why = f'0/{len(nodes)} nodes are available: persistentvolumeclaim "{missing}" not found.'
        else:
            reasons = {node["metadata"]["name"]: self._objection(pod, node, asked) for node in nodes}
            why = _refusal(reasons, [node for node in nodes if self._might_fit(pod, node, asked)])
        fitting = [node for node in nodes if reasons.get(node["metadata"]["name"]) == ""]
        if fitting:
            self._pending.pop(key, None)
            self._bind(pod, min(fitting, key=lambda node: self._load(node, pod, asked)))
            return
        self._pending[key] = None
        self._recorder.warning(About(PODS, pod, "default-scheduler"), "FailedScheduling", why)
        self._hold(pod, "Unschedulable", why)
        self.life.enqueue(self, key, _AGAIN)

    def _pod_changed(self, event: Event) -> None:
        pod = event.object
        node = pod.get("spec", {}).get("nodeName")
        if event.type == "DELETED" or node:
            self._pending.pop(key_of(pod), None)
        if node:
            if event.type == "MODIFIED" and pod["metadata"]["uid"] in self._counted:
                self._counted.discard(pod["metadata"]["uid"])
            elif event.type != "MODIFIED" or is_over(pod) or not (event.previous or {}).get("spec", {}).get("nodeName"):
                self._used.pop(node, None)
            if self._pending and (event.type == "DELETED" or is_over(pod)):
                self.life.enqueue(self, _FREED, _RETRY)
        elif event.type == "ADDED" or event.previous is None or event.previous["spec"] != pod["spec"]:
            self.enqueue(pod)

    def _node_changed(self, event: Event) -> None:
        before, after = event.previous, event.object
        if self._pending and (before is None or _what_counts(before) != _what_counts(after)):
            self.life.enqueue(self, _FREED, 1.0)

    def _missing_claim(self, pod: Object) -> str:
        for volume in pod["spec"].get("volumes") or ():
            claim = (volume.get("persistentVolumeClaim") or {}).get("claimName", "")
            if claim and self.storage.find(PERSISTENT_VOLUME_CLAIMS, claim, pod["metadata"]["namespace"]) is None:
                return str(claim)
        return ""

    def _objection(self, pod: Object, node: Object, asked: _Amounts) -> str:
        """Why the node will not do; empty when it will."""
        spec = node.get("spec", {})
        taints = list(spec.get("taints") or ())
        taint = untolerated(pod, taints, ("NoSchedule", "NoExecute"))
        if spec.get("unschedulable") and (taint is None or taint["key"] == UNSCHEDULABLE):
            mark = [{"key": UNSCHEDULABLE, "effect": "NoSchedule"}]
            if untolerated(pod, mark, ("NoSchedule",)):
                return "node(s) were unschedulable"
        if taint:
            return f"node(s) had untolerated taint(s) {{{taint['key']}: {taint.get('value', '')}}}"
        if not matches_node(pod, node):
            return "node(s) didn't match Pod's node affinity/selector"
        return self._shortage(node, asked)

    def _shortage(self, node: Object, asked: _Amounts) -> str:
        allocatable = node.get("status", {}).get("allocatable") or {}
        used = self._used_on(node["metadata"]["name"])
        if used.pods + 1 > amount(allocatable.get("pods", 110)):
            return "Too many pods"
        for resource in _RESOURCES:
            more = asked[resource]
            if more and used.amounts[resource] + more > amount(allocatable.get(resource, 0)) + 1e-9:
                return f"Insufficient {resource}"
        return ""

    def _might_fit(self, pod: Object, node: Object, asked: _Amounts) -> bool:
        """Whether only other pods keep it away, which preemption could help against."""
        allocatable = node.get("status", {}).get("allocatable") or {}
        return self._objection(pod, node, asked) == self._shortage(node, asked) and all(
            asked[resource] <= amount(allocatable.get(resource, 0)) for resource in _RESOURCES
        )

    def _load(self, node: Object, pod: Object, asked: _Amounts) -> tuple[int, float, int, str]:
        """How full the node would be, and before that how many of the pod's like it has; the least wins."""
        name = node["metadata"]["name"]
        used, allocatable = self._used_on(name), node["status"]["allocatable"]
        shares = [
            (used.amounts[resource] + asked[resource]) / max(amount(allocatable.get(resource, 0)), 1e-9)
            for resource in ("cpu", "memory")
        ]
        owner = (controller_of(pod) or {}).get("uid", "")
        alike = used.owners[owner] if owner else 0
        return alike, round(max(shares), 2), used.pods, name

    def _used_on(self, node: str) -> _Used:
        known = self._used.get(node)
        if known is None:
            pods = [pod for pod in self.life.index.pods_on(node) if not is_over(pod)]
            amounts = {resource: sum(requested(pod, resource) for pod in pods) for resource in _RESOURCES}
            owners = Counter((controller_of(pod) or {}).get("uid", "") for pod in pods)
            known = self._used[node] = _Used(len(pods), amounts, owners)
        return known

    def _count(self, node: str, pod: Object) -> None:
        """The node's use with one more pod; its own event then changes nothing."""
        used = self._used_on(node)
        amounts = {resource: used.amounts[resource] + requested(pod, resource) for resource in _RESOURCES}
        used.owners[(controller_of(pod) or {}).get("uid", "")] += 1
        self._used[node] = _Used(used.pods + 1, amounts, used.owners)
        self._counted.add(pod["metadata"]["uid"])

    def _bind(self, pod: Object, node: Object) -> None:
        name = node["metadata"]["name"]

        def bind(obj: Object) -> None:
            obj["spec"]["nodeName"] = name
            scheduled = {**condition("PodScheduled", "True"), "lastProbeTime": None}
            set_condition(obj.setdefault("status", {}), self.life.now(), scheduled)

        bound = self.storage.update(PODS, pod["metadata"]["name"], pod["metadata"]["namespace"], change=bind)
        self._count(name, pod)
        self.life.catch_up()
        words = f"Successfully assigned {pod['metadata']['namespace']}/{pod['metadata']['name']} to {name}"
        self._recorder.normal(About(PODS, bound, "default-scheduler"), "Scheduled", words)

    def _hold(self, pod: Object, reason: str, message: str) -> None:
        """Say why the pod has to wait."""
        current = condition_of(pod, "PodScheduled")
        if current and (current.get("reason"), current.get("message")) == (reason, message):
            return
        status: Object = {**pod.get("status", {}), "phase": "Pending"}
        waits = {**condition("PodScheduled", "False", reason, message), "lastProbeTime": None}
        set_condition(status, self.life.now(), waits)
        self.life.set_status(PODS, pod, status)


def _is_ours(pod: Object) -> bool:
    spec = pod.get("spec", {})
    ours = spec.get("schedulerName", "default-scheduler") == "default-scheduler"
    return ours and not spec.get("nodeName") and not is_leaving(pod) and not is_over(pod)


def _refusal(reasons: dict[str, str], full: list[Object]) -> str:
    """As the scheduler says it; `full` are the nodes that only other pods keep the pod from."""
    if not reasons:
        return "no nodes available to schedule pods"
    count, others = len(reasons), len(reasons) - len(full)
    causes = ", ".join(sorted(f"{number} {reason}" for reason, number in Counter(reasons.values()).items()))
    outlook = [f"{len(full)} No preemption victims found for incoming pod"] if full else []
    outlook += [f"{others} Preemption is not helpful for scheduling"] if others else []
    return (
        f"0/{count} nodes are available: {causes}. no new claims to deallocate, "
        f"preemption: 0/{count} nodes are available: {', '.join(outlook)}."
    )


def _what_counts(node: Object) -> tuple[object, ...]:
    spec = node.get("spec", {})
    allocatable = node.get("status", {}).get("allocatable")
    return spec.get("taints"), spec.get("unschedulable"), node["metadata"].get("labels"), allocatable
