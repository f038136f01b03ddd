"""All kubelets of the cluster: whose pods they are, and what they keep in mind."""

import itertools
from collections import defaultdict

from simulator.kinds import NODES, PODS, Object
from simulator.life.engine import Controller, Key, Life, key_of
from simulator.life.events import Recorder
from simulator.life.kubelet.memory import Memory
from simulator.life.kubelet.sync import PodSync
from simulator.life.outages import is_off
from simulator.storage import Event


class Kubelets(Controller):
    """Starts, watches and stops the pods of every node whose power is on."""

    def __init__(self, life: Life, recorder: Recorder) -> None:
        super().__init__(life)
        self.recorder = recorder
        self._memories: dict[str, Memory] = {}
        self._addresses: dict[str, itertools.count[int]] = {}
        self._images: dict[str, set[str]] = defaultdict(set)
        life.follow(NODES, self._node_changed)
        life.follow(PODS, self._pod_changed)

    def reconcile(self, key: Key) -> None:
        """Bring a pod's status up to the present."""
        pod = self.storage.find(PODS, key[1], key[0])
        if pod is None or not pod.get("spec", {}).get("nodeName"):
            return
        node = self.storage.find(NODES, pod["spec"]["nodeName"])
        if node is None or is_off(node):
            return
        memory = self._memories.setdefault(pod["metadata"]["uid"], Memory())
        wake = PodSync(self, pod, node, memory).run()
        if wake is not None:
            self.enqueue(pod, max(wake, 0.001))

    def has_image(self, node: str, image: str) -> bool:
        """Whether the image has been pulled there; running pods tell of those pulled before."""
        if not self._images[node]:
            for pod in self.life.index.pods_on(node):
                statuses = pod.get("status", {}).get("containerStatuses") or ()
                self._images[node].update(each["image"] for each in statuses if each.get("imageID"))
        return image in self._images[node]

    def keep_image(self, node: str, image: str) -> None:
        """Remember that it has been pulled."""
        self._images[node].add(image)

    def new_address(self, node: Object) -> str:
        """An address of the node's range that no pod has."""
        name = node["metadata"]["name"]
        used = {pod.get("status", {}).get("podIP") for pod in self.life.index.pods_on(name)}
        prefix = node.get("spec", {}).get("podCIDR", "10.244.0.0/24").rpartition(".")[0]
        numbers = self._addresses.setdefault(name, itertools.count())
        for _ in range(253):
            address = f"{prefix}.{2 + next(numbers) % 253}"
            if address not in used:
                return address
        return f"{prefix}.254"

    def _pod_changed(self, event: Event) -> None:
        if event.type == "DELETED":
            self._memories.pop(event.object["metadata"]["uid"], None)
        elif event.object.get("spec", {}).get("nodeName"):
            self.enqueue(event.object)

    def _node_changed(self, event: Event) -> None:
        """A node that comes back takes care of what was bound to it meanwhile."""
        before, after = event.previous, event.object
        if before is None or is_off(before) == is_off(after):
            return
        for pod in self.life.index.pods_on(after["metadata"]["name"]):
            self.life.enqueue(self, key_of(pod))
