"""One look of a kubelet at one pod: what has happened to it until now, and when it has to look again."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from simulator.api.defaults.pods import quality_of_service
from simulator.clock import timestamp
from simulator.kinds import PODS, Object
from simulator.life.copies import copied
from simulator.life.deleting import delete
from simulator.life.events import About
from simulator.life.kubelet import statuses as words
from simulator.life.kubelet.memory import Memory
from simulator.life.kubelet.running import Running
from simulator.life.kubelet.starting import Starting
from simulator.life.owners import is_leaving

if TYPE_CHECKING:
    from simulator.life.kubelet.controller import Kubelets

_SANDBOX = (0.4, 1.4)


class PodSync:
    """The pod, its status as it becomes, and the moments that come next."""

    def __init__(self, kubelets: "Kubelets", pod: Object, node: Object, memory: Memory) -> None:
        self.kubelets = kubelets
        self.pod = pod
        self.node = node
        self.memory = memory
        self.spec: Object = pod["spec"]
        self.uid: str = pod["metadata"]["uid"]
        self.now: datetime = kubelets.life.now()
        self.status: Object = copied(pod.get("status") or {})
        self.statuses: dict[str, Object] = {}
        self._due: list[float] = []
        for container in self.all_containers():
            self.statuses[container["name"]] = self._known(container["name"]) or self._unknown(container)
        self._starting = Starting(self)
        self._running = Running(self)

    def run(self) -> float | None:
        """Brings the pod up to the present. Seconds until the next look, None when nothing is to come by itself."""
        if is_leaving(self.pod):
            self._stop()
        elif self.status.get("phase") not in ("Succeeded", "Failed"):
            self._admit()
            if self._has_sandbox():
                self._go_on()
            self._write()
        return min(self._due) if self._due else None

    def all_containers(self) -> list[Object]:
        """Init, regular and ephemeral containers."""
        return [
            each
            for field in ("initContainers", "containers", "ephemeralContainers")
            for each in self.spec.get(field) or ()
        ]

    def wake_at(self, moment: datetime) -> None:
        """Look again then."""
        self._due.append((moment - self.now).total_seconds())

    def chance(self, lowest: float, highest: float, purpose: str) -> float:
        """A number that is the same for the same pod and purpose."""
        return self.kubelets.life.cluster.chance(f"{purpose} {self.uid}").uniform(lowest, highest)

    def about(self, container: Object | None = None) -> About:
        """For events."""
        field = ""
        if container is not None:
            group = next(
                field
                for field in ("initContainers", "containers", "ephemeralContainers")
                if container in (self.spec.get(field) or ())
            )
            field = f"spec.{group}{{{container['name']}}}"
        return About(PODS, self.pod, "kubelet", self.node["metadata"]["name"], field)

    def _known(self, name: str) -> Object | None:
        for field in ("initContainerStatuses", "containerStatuses", "ephemeralContainerStatuses"):
            for status in self.status.get(field) or ():
                if status["name"] == name:
                    found: Object = status
                    return found
        return None

    def _unknown(self, container: Object) -> Object:
        first = not self.spec.get("initContainers") or container in (self.spec.get("ephemeralContainers") or ())
        return words.waiting(container, "ContainerCreating" if first else "PodInitializing")

    def _admit(self) -> None:
        """The kubelet sees the pod for the first time."""
        if self.status.get("startTime"):
            return
        self.status["startTime"] = timestamp(self.now)
        self.status.setdefault("qosClass", quality_of_service(self.pod))
        addresses = self.node.get("status", {}).get("addresses") or ()
        host = next((each["address"] for each in addresses if each["type"] == "InternalIP"), "")
        self.status["hostIP"], self.status["hostIPs"] = host, [{"ip": host}]
        self.memory.sandbox_at = self.now + timedelta(seconds=self.chance(*_SANDBOX, "sandbox"))

    def _has_sandbox(self) -> bool:
        if self.status.get("podIP"):
            return True
        due = self.memory.sandbox_at or self.now
        if self.now < due:
            self.wake_at(due)
            return False
        if not self._starting.volumes_are_there():
            return False
        address = self.kubelets.new_address(self.node)
        if self.spec.get("hostNetwork"):
            address = self.status["hostIP"]
        self.status["podIP"], self.status["podIPs"] = address, [{"ip": address}]
        return True

    def _go_on(self) -> None:
        for container in self.spec.get("ephemeralContainers") or ():
            self._step(container, "Never")
        if not self._initialize():
            return
        policy = self.spec.get("restartPolicy", "Always")
        for container in self.spec.get("containers") or ():
            self._step(container, container.get("restartPolicy") or policy)
        if words.phase(self.spec, self.statuses) in ("Succeeded", "Failed"):
            for container in self.spec.get("initContainers") or ():
                if "running" in self.statuses[container["name"]]["state"]:
                    self._running.end(container, self.now, 0)

    def _initialize(self) -> bool:
        """Init containers one after the other; True when all have done their part."""
        policy = "Never" if self.spec.get("restartPolicy") == "Never" else "OnFailure"
        for container in self.spec.get("initContainers") or ():
            status = self.statuses[container["name"]]
            self._step(container, "Always" if words.is_sidecar(container) else policy)
            ended = status["state"].get("terminated")
            done = bool(status.get("started")) if words.is_sidecar(container) else bool(ended) and not ended["exitCode"]
            if not done:
                return False
        return True

    def _step(self, container: Object, policy: str) -> None:
        """Whatever has happened to a container, one thing after the other."""
        while True:
            state = self.statuses[container["name"]]["state"]
            if "running" in state:
                changed = self._running.step(container)
            elif "terminated" in state:
                changed = self._starting.again(container, policy)
            else:
                changed = self._starting.step(container)
            if not changed:
                return

    def _stop(self) -> None:
        """The pod has been deleted: its containers stop, then it goes."""
        running = [each for each in self.all_containers() if "running" in self.statuses[each["name"]]["state"]]
        waits = [self._running.stop(container) for container in running]
        if running:
            self._write()
        if any(waits):
            return
        delete(self.kubelets.life, PODS, self.pod, grace=0)

    def _write(self) -> None:
        status = self.status
        for field in ("initContainers", "containers", "ephemeralContainers"):
            told = f"{field.removesuffix('s')}Statuses"
            if self.spec.get(field):
                status[told] = [self.statuses[container["name"]] for container in self.spec[field]]
        status["phase"] = words.phase(self.spec, self.statuses)
        generation = self.pod["metadata"].get("generation", 1)
        status["observedGeneration"] = generation
        words.set_conditions(self.spec, status, self.statuses, self.now, generation)
        self.pod = self.kubelets.life.set_status(PODS, self.pod, status)
