"""A cluster that lives in virtual time, and what tests look at in it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

from simulator.api.preparing import admit, prepare_new
from simulator.clock import VirtualClock
from simulator.cluster import SimulatedCluster
from simulator.kinds import DEPLOYMENTS, EVENTS, NAMESPACES, PODS, Kind, Object
from simulator.life import furnish, live
from simulator.life.copies import copied

IMAGE = "registry.example/web:1.0.0"


class Living:
    """A cluster with everything that tests ask of it. The tests' objects are in the namespace "test"."""

    def __init__(self, world: str, seed: int) -> None:
        self.clock = VirtualClock()
        self.cluster = SimulatedCluster(seed=seed, clock=self.clock, world=world)
        self.storage = self.cluster.storage

    async def wait(self, seconds: float) -> None:
        """Let so much time pass."""
        await self.clock.sleep(seconds)

    async def until(self, what: Callable[[], Any], seconds: float = 600, step: float = 1) -> None:
        """Let time pass, step by step, until something is so. Fails when it is not after so many seconds."""
        for _ in range(int(seconds / step)):
            if what():
                return
            await self.wait(step)
        assert what(), "it did not come to that"

    def create(self, kind: Kind, name: str, spec: Object | None = None, **more: Any) -> Object:
        """Create an object in "test", with the API server's defaults."""
        obj: Object = {"apiVersion": kind.api_version, "kind": kind.kind, "metadata": {"name": name}, **more}
        if kind.namespaced:
            obj["metadata"]["namespace"] = "test"
        if spec is not None:
            obj["spec"] = copied(spec)
        prepare_new(kind, obj)
        admit(self.cluster, kind, obj)
        return self.storage.create(kind, obj)

    def deploy(self, name: str, replicas: int, image: str = IMAGE, **more: Any) -> Object:
        """Create a deployment of one container."""
        return self.create(DEPLOYMENTS, name, {"replicas": replicas, **selected(name, pod_spec(image)), **more})

    def set_image(self, name: str, image: str) -> None:
        """As `kubectl set image` does."""

        def change(deployment: Object) -> None:
            deployment["spec"]["template"]["spec"]["containers"][0]["image"] = image

        self.storage.update(DEPLOYMENTS, name, "test", change=change)

    def scale(self, name: str, replicas: int) -> None:
        """As `kubectl scale deployment` does."""
        self.storage.update(DEPLOYMENTS, name, "test", change=lambda it: it["spec"].update(replicas=replicas))

    def get(self, kind: Kind, name: str) -> Object:
        """An object in "test", or one without a namespace."""
        return self.storage.get(kind, name, "test" if kind.namespaced else "")

    def pods(self, app: str = "") -> list[Object]:
        """The pods in "test", by label."""
        pods = self.storage.list(PODS, "test")
        return [pod for pod in pods if not app or pod["metadata"].get("labels", {}).get("app") == app]

    def ready(self, app: str) -> list[Object]:
        """Those that are ready and stay."""
        return [pod for pod in self.pods(app) if is_ready(pod) and not pod["metadata"].get("deletionTimestamp")]

    def events(self, name: str, reason: str = "") -> list[Object]:
        """The events about objects whose names begin like that."""
        return [
            event
            for event in self.storage.list(EVENTS)
            if event["involvedObject"]["name"].startswith(name) and reason in ("", event["reason"])
        ]


@asynccontextmanager
async def living(world: str = "empty", seed: int = 7) -> AsyncIterator[Living]:
    """A furnished cluster whose controllers work."""
    found = Living(world, seed)
    furnish(found.cluster)
    found.create(NAMESPACES, "test")
    task = asyncio.create_task(live(found.cluster))
    try:
        await found.wait(1)
        yield found
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def container(image: str = IMAGE, name: str = "main", more: Object | None = None, **fields: Any) -> Object:
    """A container."""
    return {"name": name, "image": image, **(more or {}), **fields}


def pod_spec(*images: str, **more: Any) -> Object:
    """A pod of one container per image."""
    names = ("main", "second", "third")
    return {"containers": [container(image, name) for image, name in zip(images, names, strict=False)], **more}


def selected(app: str, spec: Object) -> Object:
    """Selector and template of a workload."""
    return {"selector": {"matchLabels": {"app": app}}, "template": {"metadata": {"labels": {"app": app}}, "spec": spec}}


def is_ready(pod: Object) -> bool:
    """Whether the pod's condition says so."""
    return condition(pod, "Ready").get("status") == "True"


def condition(obj: Object, kind: str) -> Object:
    """A condition of the status; empty without one."""
    found: list[Object] = obj.get("status", {}).get("conditions") or []
    return next((each for each in found if each["type"] == kind), {})


def only(pods: list[Object]) -> Object:
    """The one pod that there is."""
    assert len(pods) == 1, [pod["metadata"]["name"] for pod in pods]
    return pods[0]


def state(pod: Object, name: str = "main") -> Object:
    """The state of a container, with its restarts and its last state."""
    status = pod.get("status", {})
    statuses = [*status.get("initContainerStatuses", ()), *status.get("containerStatuses", ())]
    return next((each for each in statuses if each["name"] == name), {"state": {}, "restartCount": 0})


def reason(pod: Object, name: str = "main") -> str:
    """Why a container waits or has ended; empty while it runs."""
    return "".join(each.get("reason", "") for each in state(pod, name)["state"].values())


def phase(pod: Object) -> str:
    """Pending, Running, Succeeded, Failed; empty before anybody has looked at it."""
    found: str = pod.get("status", {}).get("phase", "")
    return found
