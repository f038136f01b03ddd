"""Endpoint slices and disruption budgets count the pods that are ready."""

from simulator.kinds import ENDPOINT_SLICES, POD_DISRUPTION_BUDGETS, SERVICES, Object
from tests.simulator.living import Living, container, living, selected

READINESS = {"readinessProbe": {"httpGet": {"path": "/", "port": "http"}, "initialDelaySeconds": 30}}
SERVING = container(ports=[{"name": "http", "containerPort": 8080}], more=READINESS)


def endpoints(cluster: Living) -> list[Object]:
    slices = cluster.storage.list(ENDPOINT_SLICES, "test")
    return [endpoint for each in slices for endpoint in each["endpoints"]]


async def test_a_service_leads_to_the_pods_that_are_ready() -> None:
    async with living() as cluster:
        ports = [{"name": "http", "port": 80, "targetPort": "http"}]
        cluster.create(SERVICES, "web", {"selector": {"app": "web"}, "ports": ports})
        cluster.deploy("web", 2, **selected("web", {"containers": [SERVING]}))
        await cluster.until(lambda: len(endpoints(cluster)) == 2)
        assert [endpoint["conditions"]["ready"] for endpoint in endpoints(cluster)] == [False, False]
        await cluster.until(lambda: len(cluster.ready("web")) == 2)
        await cluster.wait(2)
        addresses = {pod["status"]["podIP"] for pod in cluster.ready("web")}
        ready = {each["addresses"][0] for each in endpoints(cluster) if each["conditions"]["ready"]}
        assert ready == addresses
        assert cluster.storage.list(ENDPOINT_SLICES, "test")[0]["ports"] == [
            {"name": "http", "port": 8080, "protocol": "TCP"}
        ]


async def test_its_slice_goes_with_it() -> None:
    async with living() as cluster:
        cluster.create(SERVICES, "web", {"selector": {"app": "web"}, "ports": [{"port": 80}]})
        await cluster.until(lambda: cluster.storage.list(ENDPOINT_SLICES, "test"))
        cluster.storage.remove(SERVICES, "web", "test")
        await cluster.until(lambda: not cluster.storage.list(ENDPOINT_SLICES, "test"))


async def test_a_budget_says_how_many_pods_may_be_disrupted() -> None:
    async with living() as cluster:
        spec = {"minAvailable": 2, "selector": {"matchLabels": {"app": "web"}}}
        cluster.create(POD_DISRUPTION_BUDGETS, "web", spec)
        cluster.deploy("web", 3)
        await cluster.until(lambda: len(cluster.ready("web")) == 3)
        await cluster.wait(2)
        status = cluster.get(POD_DISRUPTION_BUDGETS, "web")["status"]
    assert (status["currentHealthy"], status["desiredHealthy"], status["disruptionsAllowed"]) == (3, 2, 1)
