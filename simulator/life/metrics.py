"""CPU and memory that breathe through the day: smooth functions of time, seed and pod.

A pod's use follows its requests and limits, its behaviour, a daily tide that peaks in the afternoon, and waves of its
own. The same moment gives the same numbers.
"""

import hashlib
import math
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

from simulator.clock import moment_of
from simulator.cluster import SimulatedCluster
from simulator.kinds import PODS, Object
from simulator.life.behaviour import Behaviour, behaviour_of, course_of
from simulator.life.outages import is_off
from simulator.life.quantities import amount
from simulator.quantities import quantity_of

_DAY = 86_400.0
_PEAK_HOUR = 14.5
_WAVES = ((1_730.0, 0.16), (411.0, 0.11), (97.0, 0.07))
"""Seconds of a period, and how strong it is."""
_CORE_WITHOUT_REQUEST, _BYTES_WITHOUT_REQUEST = 0.02, 48 * 2.0**20
_NODE_CORES, _NODE_BYTES = 0.18, 900 * 2.0**20
"""What a node uses beside its pods."""
_FIRST_SAMPLE = 20.0
"""Seconds that a container runs before it has been measured."""


class BreathingMetrics:
    """The metrics server."""

    def __init__(self, cluster: SimulatedCluster) -> None:
        self._cluster = cluster

    def pod(self, pod: Object) -> list[Object] | None:
        """Per container, what it uses; None where nothing runs."""
        found = [
            {
                "name": name,
                "usage": {"cpu": _cpu(cpu), "memory": quantity_of(int(memory), "memory")},
            }
            for name, cpu, memory in self._containers(pod)
        ]
        return found or None

    def node(self, node: Object) -> Object | None:
        """What all pods of a node and its own programs use; None when nothing is heard of it."""
        if is_off(node):
            return None
        name = node["metadata"]["name"]
        now = self._cluster.clock.now()
        cpu, memory = _NODE_CORES * _tide(now) * (1 + self._wave(name, now)), _NODE_BYTES
        for pod in self._cluster.storage.list(PODS):
            if pod.get("spec", {}).get("nodeName") == name:
                for _, cores, size in self._containers(pod):
                    cpu, memory = cpu + cores, memory + size
        return {"cpu": _cpu(cpu), "memory": quantity_of(int(memory), "memory")}

    def _containers(self, pod: Object) -> list[tuple[str, float, float]]:
        status, spec = pod.get("status", {}), pod.get("spec", {})
        statuses = [*(status.get("initContainerStatuses") or ()), *(status.get("containerStatuses") or ())]
        known = {each["name"]: each for each in statuses}
        now, used = self._cluster.clock.now(), []
        for container in [*(spec.get("initContainers") or ()), *(spec.get("containers") or ())]:
            told = known.get(container["name"], {})
            running = told.get("state", {}).get("running")
            if running and (age := (now - moment_of(running["startedAt"])).total_seconds()) >= _FIRST_SAMPLE:
                used.append((container["name"], *self._use(pod, container, told["restartCount"], age, now)))
        return used

    def _use(self, pod: Object, container: Object, restarts: int, age: float, now: datetime) -> tuple[float, float]:
        behaviour = behaviour_of(pod, container)
        resources = container.get("resources") or {}
        requests, limits = resources.get("requests") or {}, resources.get("limits") or {}
        cores = amount(requests.get("cpu", 0)) or amount(limits.get("cpu", 0)) * 0.4 or _CORE_WITHOUT_REQUEST
        size = amount(requests.get("memory", 0)) or amount(limits.get("memory", 0)) * 0.6 or _BYTES_WITHOUT_REQUEST
        purpose = f"{pod['metadata'].get('uid', '')} {container['name']}"
        wave, own = self._wave(purpose, now), 0.85 + 0.3 * self._share(purpose)
        cpu = cores * behaviour.cpu * own * _tide(now) * (1 + wave) + cores * 0.5 * math.exp(-age / 40)
        most = amount(limits.get("cpu", 0))
        memory = self._memory(pod, container, behaviour, restarts, age, size, amount(limits.get("memory", 0)))
        return (min(cpu, most) if most else cpu), memory * (1 + 0.04 * wave)

    def _memory(
        self, pod: Object, container: Object, behaviour: Behaviour, restarts: int, age: float, size: float, limit: float
    ) -> float:
        """Warm after some minutes; a leak grows until it meets the limit."""
        warm = size * behaviour.memory * (0.9 + 0.2 * self._share(pod["metadata"].get("uid", "")))
        if behaviour.leaks and limit:
            chance = self._cluster.chance(f"course {pod['metadata'].get('uid', '')} {container['name']} {restarts}")
            lifetime = course_of(behaviour, chance).lifetime or age
            return warm + (limit * 0.97 - warm) * math.pow(min(1.0, age / lifetime), 1.15)
        memory = warm * (0.72 + 0.28 * (1 - math.exp(-age / 420)))
        return min(memory, limit * 0.96) if limit else memory

    def _wave(self, purpose: str, now: datetime) -> float:
        seconds = now.timestamp()
        waves: Iterator[float] = (
            strength * math.sin(math.tau * (seconds / period + self._share(f"{purpose} {period}")))
            for period, strength in _WAVES
        )
        return sum(waves)

    def _share(self, purpose: str) -> float:
        """Between 0 and 1, the same for the same seed and purpose."""
        digest = hashlib.blake2b(f"{self._cluster.seed} {purpose}".encode(), digest_size=8).digest()
        return int.from_bytes(digest) / 2**64


def _cpu(cores: float) -> str:
    return quantity_of(Decimal(int(cores * 1e9)).scaleb(-9), "cpu")


def _tide(now: datetime) -> float:
    """0.55 at night, 1.45 in the afternoon."""
    hour = (now.timestamp() % _DAY) / 3600
    return 1 + 0.45 * math.cos(math.tau * (hour - _PEAK_HOUR) / 24)
