"""A node that nothing is heard of is given up; its pods are replaced elsewhere, and go for good when it comes back."""

from collections.abc import Iterable

from simulator.kinds import NODES, PODS, Object
from tests.simulator.living import Living, condition, container, is_ready, living

LOST, OTHER = "kestrel-worker-1", "kestrel-worker-2"


def power(cluster: Living, node: str, value: str) -> None:
    cluster.storage.update(
        NODES, node, change=lambda it: it["metadata"].setdefault("annotations", {}).update({"simulator/power": value})
    )


def nodes_of(pods: Iterable[Object]) -> set[str]:
    return {pod["spec"].get("nodeName", "") for pod in pods}


async def test_a_lost_nodes_pods_are_replaced_after_five_minutes() -> None:
    async with living() as cluster:
        cluster.deploy("web", 4)
        await cluster.until(lambda: len(cluster.ready("web")) == 4)
        assert nodes_of(cluster.pods("web")) == {LOST, OTHER}
        power(cluster, LOST, "off")
        await cluster.wait(45)
        node = cluster.get(NODES, LOST)
        ready = condition(node, "Ready")
        assert (ready["status"], ready["reason"]) == ("Unknown", "NodeStatusUnknown")
        assert {taint["effect"] for taint in node["spec"]["taints"]} == {"NoSchedule", "NoExecute"}
        assert nodes_of(cluster.ready("web")) == {OTHER}
        assert len(cluster.pods("web")) == 4
        await cluster.wait(330)
        assert nodes_of(cluster.ready("web")) == {OTHER}
        assert len(cluster.ready("web")) == 4
        left_behind = [pod for pod in cluster.pods("web") if pod["metadata"].get("deletionTimestamp")]
        assert nodes_of(left_behind) == {LOST}
        assert cluster.events("web", "TaintManagerEviction")
        power(cluster, LOST, "on")
        await cluster.until(lambda: len(cluster.pods("web")) == 4)
        assert condition(cluster.get(NODES, LOST), "Ready")["status"] == "True"
        assert "taints" not in cluster.get(NODES, LOST)["spec"]
    assert {event["reason"] for event in cluster.events(LOST)} >= {"NodeNotReady", "NodeReady"}


async def test_a_node_that_is_back_in_time_keeps_its_pods() -> None:
    async with living() as cluster:
        cluster.deploy("web", 4)
        await cluster.until(lambda: len(cluster.ready("web")) == 4)
        before = {pod["metadata"]["uid"] for pod in cluster.pods("web")}
        power(cluster, LOST, "off")
        await cluster.wait(120)
        assert len(cluster.ready("web")) == 2
        power(cluster, LOST, "on")
        await cluster.until(lambda: len(cluster.ready("web")) == 4)
        await cluster.wait(400)
        assert {pod["metadata"]["uid"] for pod in cluster.pods("web")} == before


async def test_a_pod_that_tolerates_the_loss_stays() -> None:
    async with living() as cluster:
        tolerant = [{"operator": "Exists", "effect": "NoExecute"}]
        cluster.create(PODS, "web", {"nodeName": LOST, "tolerations": tolerant, "containers": [container()]})
        await cluster.until(lambda: is_ready(cluster.get(PODS, "web")))
        power(cluster, LOST, "off")
        await cluster.wait(1000)
        assert "deletionTimestamp" not in cluster.get(PODS, "web")["metadata"]
