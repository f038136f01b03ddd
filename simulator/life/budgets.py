"""What disruption budgets allow at the moment, for `kubectl drain` and evictions.

Source: https://github.com/kubernetes/kubernetes/tree/master/pkg/controller/disruption
"""

import math

from simulator.kinds import POD_DISRUPTION_BUDGETS, PODS, Object
from simulator.life.affinity import matches_labels
from simulator.life.conditions import condition, set_condition
from simulator.life.engine import Controller, Key, Life
from simulator.life.pods import is_active, is_ready
from simulator.storage import Event

_BATCH = 0.2


class DisruptionBudgets(Controller):
    """The disruption controller."""

    def __init__(self, life: Life) -> None:
        super().__init__(life)
        life.follow(POD_DISRUPTION_BUDGETS, self.enqueue_changed)
        life.follow(PODS, self._pod_changed)

    def reconcile(self, key: Key) -> None:
        """Count the healthy pods of a budget."""
        budget = self.storage.find(POD_DISRUPTION_BUDGETS, key[1], key[0])
        if budget is None:
            return
        pods = [pod for pod in self.storage.list(PODS, key[0]) if is_active(pod) and _covers(budget, pod)]
        healthy, wanted = sum(map(is_ready, pods)), _wanted(budget["spec"], len(pods))
        allowed = max(0, healthy - wanted) if pods else 0
        status: Object = {"currentHealthy": healthy, "desiredHealthy": wanted, "disruptionsAllowed": allowed}
        status |= {"expectedPods": len(pods), "observedGeneration": budget["metadata"].get("generation", 1)}
        status["conditions"] = list(budget.get("status", {}).get("conditions") or ())
        reason = ("True", "SufficientPods") if allowed else ("False", "InsufficientPods")
        set_condition(status, self.life.now(), {**condition("DisruptionAllowed", *reason), "message": ""})
        self.life.set_status(POD_DISRUPTION_BUDGETS, budget, status)

    def _pod_changed(self, event: Event) -> None:
        for budget in self.storage.list(POD_DISRUPTION_BUDGETS, event.stored.namespace):
            if _covers(budget, event.object):
                self.enqueue(budget, _BATCH)


def _covers(budget: Object, pod: Object) -> bool:
    return matches_labels(budget["spec"].get("selector") or {}, pod["metadata"].get("labels") or {})


def _wanted(spec: Object, expected: int) -> int:
    """How many pods must stay healthy. Percentages round up."""
    if "maxUnavailable" in spec:
        return max(0, expected - _number(spec["maxUnavailable"], expected))
    return _number(spec.get("minAvailable", 0), expected)


def _number(value: int | str, expected: int) -> int:
    return value if isinstance(value, int) else math.ceil(expected * int(value.removesuffix("%")) / 100)
