"""A pod's way from Pending to Running, and out of it."""

from contextlib import aclosing
from datetime import timedelta

from simulator.clock import timestamp
from simulator.kinds import PODS, Object
from tests.simulator.living import Living, condition, container, is_ready, living, state

READINESS = {"readinessProbe": {"httpGet": {"path": "/ready", "port": 8080}, "initialDelaySeconds": 20}}


def delete(cluster: Living, name: str, grace: int) -> None:
    """As the API server does: the pod is marked, and its kubelet removes it."""
    gone = timestamp(cluster.clock.now() + timedelta(seconds=grace))

    def mark(pod: Object) -> None:
        pod["metadata"] |= {"deletionTimestamp": gone, "deletionGracePeriodSeconds": grace}

    cluster.storage.update(PODS, name, "test", change=mark)


async def until_ready(cluster: Living, name: str) -> None:
    await cluster.until(lambda: is_ready(cluster.get(PODS, name)))


async def test_a_pod_is_scheduled_pulled_created_and_started() -> None:
    async with living() as cluster:
        cluster.create(PODS, "web", {"containers": [container()]})
        await until_ready(cluster, "web")
        pod = cluster.get(PODS, "web")
        told = sorted(cluster.events("web"), key=lambda event: int(event["metadata"]["resourceVersion"]))
    assert [event["reason"] for event in told] == ["Scheduled", "Pulling", "Pulled", "Created", "Started"]
    assert told[0]["message"] == f"Successfully assigned test/web to {pod['spec']['nodeName']}"
    assert pod["status"]["podIP"].startswith("10.244.")
    assert pod["status"]["qosClass"] == "BestEffort"
    assert state(pod)["containerID"].startswith("containerd://")


async def test_an_image_is_pulled_once_for_each_node() -> None:
    async with living() as cluster:
        for name in ("first", "second"):
            spec = {"nodeName": "kestrel-worker-1", "containers": [container()]}
            cluster.create(PODS, name, spec)
            await until_ready(cluster, name)
        assert not cluster.events("second", "Pulling")
        assert "already present on machine" in cluster.events("second", "Pulled")[0]["message"]


async def test_a_pod_is_ready_when_its_probe_says_so_and_not_before() -> None:
    async with living() as cluster:
        cluster.create(PODS, "web", {"containers": [container(more=READINESS)]})
        await cluster.until(lambda: "running" in state(cluster.get(PODS, "web"))["state"])
        await cluster.wait(19)
        ready = condition(cluster.get(PODS, "web"), "Ready")
        assert (ready["reason"], ready["message"]) == ("ContainersNotReady", "containers with unready status: [main]")
        await until_ready(cluster, "web")


async def test_init_containers_run_one_after_the_other_and_sidecars_stay() -> None:
    async with living() as cluster:
        quick = ["sh", "-c", "sleep 3"]
        init = [
            container(name="first", command=quick),
            container(name="helper", restartPolicy="Always"),
            container(name="second", command=quick),
        ]
        seen: list[tuple[str, ...]] = []
        since = cluster.storage.resource_version
        cluster.create(PODS, "web", {"initContainers": init, "containers": [container()]})
        async with aclosing(cluster.storage.watch(PODS, "test", since=since)) as changes:
            await until_ready(cluster, "web")
            for change in changes.waiting():
                names = ("first", "helper", "second", "main")
                running = tuple(name for name in names if "running" in state(change.object, name)["state"])
                if not seen or seen[-1] != running:
                    seen.append(running)
        pod = cluster.get(PODS, "web")
    assert ("first",) in seen
    assert ("helper", "second") in seen
    assert seen[-1] == ("helper", "main")
    assert not any("main" in running and "second" in running for running in seen)
    assert state(pod, "first")["state"]["terminated"]["exitCode"] == 0


async def test_a_deleted_pod_stops_within_its_grace_period() -> None:
    async with living() as cluster:
        cluster.create(PODS, "web", {"containers": [container()]})
        await until_ready(cluster, "web")
        delete(cluster, "web", 30)
        await cluster.until(lambda: cluster.storage.find(PODS, "web", "test") is None, 30)
        assert [event["message"] for event in cluster.events("web", "Killing")] == ["Stopping container main"]


async def test_one_that_does_not_listen_is_killed_at_the_end_of_it() -> None:
    async with living() as cluster:
        image = "docker.io/jocatalin/kubernetes-bootcamp:v1"
        cluster.create(PODS, "web", {"containers": [container(image)]})
        await until_ready(cluster, "web")
        since = cluster.storage.resource_version
        delete(cluster, "web", 5)
        async with aclosing(cluster.storage.watch(PODS, "test", since=since)) as changes:
            await cluster.until(lambda: cluster.storage.find(PODS, "web", "test") is None, 10)
            last = changes.waiting()[-1].object
        assert state(last)["state"]["terminated"]["exitCode"] == 137


async def test_an_ephemeral_container_starts_when_it_is_added() -> None:
    async with living() as cluster:
        cluster.create(PODS, "web", {"containers": [container()]})
        await until_ready(cluster, "web")
        debugger = container("docker.io/library/busybox:1.37", "debugger", stdin=True, tty=True)
        cluster.storage.update(PODS, "web", "test", change=lambda it: it["spec"].update(ephemeralContainers=[debugger]))

        def runs() -> bool:
            statuses = cluster.get(PODS, "web")["status"].get("ephemeralContainerStatuses") or [{"state": {}}]
            return "running" in statuses[0]["state"]

        await cluster.until(runs)
        assert is_ready(cluster.get(PODS, "web"))
