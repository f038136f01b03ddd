"""metrics.k8s.io says what pods and nodes use, as a metrics server does."""

from typing import Any

import aiohttp
import pytest

from simulator.cluster import SimulatedCluster
from simulator.kinds import NAMESPACES, NODES, PODS, Object

METRICS = "/apis/metrics.k8s.io/v1beta1"
TABLE = {"Accept": "application/json;as=Table;v=v1;g=meta.k8s.io"}


class Measured:
    """Every pod but those that are new uses the same."""

    def pod(self, pod: Object) -> list[Object] | None:
        if pod["metadata"]["name"] == "new":
            return None
        usage = ({"cpu": "250m", "memory": "64Mi"}, {"cpu": "1", "memory": "1Gi"})
        return [{"name": f"c{number}", "usage": used} for number, used in enumerate(usage)]

    def node(self, node: Object) -> Object | None:
        return {"cpu": "2", "memory": "4Gi"}


@pytest.fixture
def metrics(simulated_cluster: SimulatedCluster, admin: aiohttp.ClientSession) -> aiohttp.ClientSession:
    simulated_cluster.metrics = Measured()
    simulated_cluster.storage.create(NAMESPACES, {"metadata": {"name": "measured"}})
    simulated_cluster.storage.create(NODES, {"metadata": {"name": "measured", "labels": {"zone": "a"}}})
    for name in ("web", "db", "new"):
        labels = {"app": name}
        simulated_cluster.storage.create(
            PODS, {"metadata": {"name": name, "namespace": "measured", "labels": labels}, "spec": {}}
        )
    return admin


async def ask(metrics: aiohttp.ClientSession, path: str, **headers: str) -> Any:
    async with metrics.get(METRICS + path, headers=headers) as response:
        return await response.json()


async def test_pods_by_container(metrics: aiohttp.ClientSession) -> None:
    found = await ask(metrics, "/namespaces/measured/pods")
    assert (found["kind"], found["metadata"]) == ("PodMetricsList", {})
    assert [item["metadata"]["name"] for item in found["items"]] == ["db", "web"]
    assert found["items"][0]["containers"][0] == {"name": "c0", "usage": {"cpu": "250m", "memory": "64Mi"}}
    assert set(found["items"][0]) == {"metadata", "timestamp", "window", "containers"}


async def test_selectors(metrics: aiohttp.ClientSession) -> None:
    found = await ask(metrics, "/namespaces/measured/pods?labelSelector=app%3Dweb")
    assert [item["metadata"]["name"] for item in found["items"]] == ["web"]
    assert (await ask(metrics, "/nodes?labelSelector=zone%3Db"))["items"] == []


async def test_a_node(metrics: aiohttp.ClientSession) -> None:
    found = await ask(metrics, "/nodes/measured")
    assert (found["kind"], found["usage"]) == ("NodeMetrics", {"cpu": "2", "memory": "4Gi"})
    assert found["metadata"]["labels"] == {"zone": "a"}


async def test_a_table_sums_up_a_pod(metrics: aiohttp.ClientSession) -> None:
    table = await ask(metrics, "/namespaces/measured/pods", **TABLE)
    assert [row["cells"] for row in table["rows"]] == [
        [name, "1250000000n", "1114112Ki", "15s"] for name in ("db", "web")
    ]


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("/nodes/nowhere", 'node "nowhere" not found'),
        ("/namespaces/measured/pods/nothing", 'pods "nothing" not found'),
        ("/namespaces/measured/pods/new", 'pods "new" not found'),
    ],
)
async def test_what_was_not_measured(metrics: aiohttp.ClientSession, path: str, message: str) -> None:
    found = await ask(metrics, path)
    assert (found["code"], found["reason"], found["message"]) == (404, "NotFound", message)
