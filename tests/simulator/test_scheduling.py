"""Pods find a node that suits them, or say why none does."""

import pytest

from simulator.kinds import NODES, PERSISTENT_VOLUME_CLAIMS, PODS, Object
from tests.simulator.living import IMAGE, Living, condition, container, living, pod_spec

WORKERS = ("kestrel-worker-1", "kestrel-worker-2")


def asking(cpu: str) -> Object:
    return {"containers": [container(IMAGE, resources={"requests": {"cpu": cpu}})]}


def node_of(cluster: Living, name: str) -> str:
    found: str = cluster.get(PODS, name)["spec"].get("nodeName", "")
    return found


@pytest.mark.parametrize(
    ("spec", "objection"),
    [
        (
            asking("900"),
            "2 Insufficient cpu",
        ),
        (
            pod_spec(IMAGE, nodeSelector={"disk": "ssd"}),
            "2 node(s) didn't match Pod's node affinity/selector",
        ),
    ],
    ids=["too greedy", "too picky"],
)
async def test_a_pod_that_fits_nowhere_says_why(spec: Object, objection: str) -> None:
    why = (
        "0/3 nodes are available: 1 node(s) had untolerated taint(s) {node-role.kubernetes.io/control-plane: }, "
        f"{objection}. no new claims to deallocate, "
        "preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling."
    )
    async with living() as cluster:
        cluster.create(PODS, "web", spec)
        await cluster.wait(5)
        scheduled = condition(cluster.get(PODS, "web"), "PodScheduled")
        assert (scheduled["reason"], scheduled["message"]) == ("Unschedulable", why)
        assert cluster.get(PODS, "web")["status"]["phase"] == "Pending"
        assert [event["message"] for event in cluster.events("web", "FailedScheduling")] == [why]


async def test_a_pod_that_waits_for_room_gets_it_when_another_goes() -> None:
    async with living() as cluster:
        for name in ("first", "second", "third"):
            cluster.create(PODS, name, asking("6"))
        await cluster.wait(30)
        assert {node_of(cluster, name) for name in ("first", "second")} == set(WORKERS)
        assert node_of(cluster, "third") == ""
        assert "2 Insufficient cpu" in condition(cluster.get(PODS, "third"), "PodScheduled")["message"]
        cluster.storage.remove(PODS, "first", "test")
        await cluster.until(lambda: node_of(cluster, "third") != "")


async def test_pods_are_spread_over_the_nodes() -> None:
    async with living() as cluster:
        cluster.deploy("web", 6)
        await cluster.until(lambda: len(cluster.ready("web")) == 6)
        counts = [[pod["spec"]["nodeName"] for pod in cluster.pods("web")].count(node) for node in WORKERS]
        assert min(counts) >= 2


async def test_a_cordoned_node_gets_no_more_pods() -> None:
    async with living() as cluster:
        cluster.storage.update(NODES, WORKERS[0], change=lambda it: it["spec"].update(unschedulable=True))
        await cluster.wait(1)
        assert cluster.get(NODES, WORKERS[0])["spec"]["taints"][0]["key"] == "node.kubernetes.io/unschedulable"
        cluster.deploy("web", 4)
        await cluster.until(lambda: len(cluster.ready("web")) == 4)
        assert {pod["spec"]["nodeName"] for pod in cluster.pods("web")} == {WORKERS[1]}
        cluster.storage.update(NODES, WORKERS[0], change=lambda it: it["spec"].pop("unschedulable"))
        await cluster.wait(1)
        assert "taints" not in cluster.get(NODES, WORKERS[0])["spec"]


async def test_a_pod_waits_for_its_volume_claim() -> None:
    async with living() as cluster:
        volume = {"name": "data", "persistentVolumeClaim": {"claimName": "data"}}
        cluster.create(PODS, "web", pod_spec(IMAGE, volumes=[volume]))
        await cluster.wait(5)
        assert (
            'persistentvolumeclaim "data" not found' in condition(cluster.get(PODS, "web"), "PodScheduled")["message"]
        )
        spec = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}
        cluster.create(PERSISTENT_VOLUME_CLAIMS, "data", spec)
        await cluster.until(lambda: node_of(cluster, "web") != "")
        assert cluster.get(PERSISTENT_VOLUME_CLAIMS, "data")["status"]["phase"] == "Bound"
