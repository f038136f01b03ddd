"""What belongs to something goes with it, in the way that is asked for."""

from datetime import timedelta

import pytest

from simulator.clock import timestamp
from simulator.kinds import (
    CONFIG_MAPS,
    DEPLOYMENTS,
    NAMESPACES,
    PODS,
    REPLICA_SETS,
    SERVICE_ACCOUNTS,
    Kind,
    Object,
)
from tests.simulator.living import Living, living


def delete(cluster: Living, kind: Kind, name: str, *finalizers: str) -> None:
    """As the API server does when something has to be done first."""

    def mark(obj: Object) -> None:
        obj["metadata"]["deletionTimestamp"] = timestamp(cluster.clock.now() + timedelta(seconds=0))
        if finalizers:
            obj["metadata"]["finalizers"] = list(finalizers)

    cluster.storage.update(kind, name, "test" if kind.namespaced else "", change=mark)


async def test_a_deployments_replica_sets_and_pods_go_with_it() -> None:
    async with living() as cluster:
        cluster.deploy("web", 3)
        await cluster.until(lambda: len(cluster.ready("web")) == 3)
        cluster.storage.remove(DEPLOYMENTS, "web", "test")
        await cluster.until(lambda: not cluster.pods("web"))
        assert cluster.storage.list(REPLICA_SETS, "test") == []


async def test_in_the_foreground_the_owner_goes_last() -> None:
    async with living() as cluster:
        cluster.deploy("web", 3)
        await cluster.until(lambda: len(cluster.ready("web")) == 3)
        delete(cluster, DEPLOYMENTS, "web", "foregroundDeletion")
        await cluster.wait(0.1)
        assert cluster.storage.find(DEPLOYMENTS, "web", "test")
        await cluster.until(lambda: cluster.storage.find(DEPLOYMENTS, "web", "test") is None, step=0.1)
        assert cluster.pods("web") == cluster.storage.list(REPLICA_SETS, "test") == []


async def test_orphans_stay() -> None:
    async with living() as cluster:
        cluster.deploy("web", 2)
        await cluster.until(lambda: len(cluster.ready("web")) == 2)
        delete(cluster, DEPLOYMENTS, "web", "orphan")
        await cluster.until(lambda: cluster.storage.find(DEPLOYMENTS, "web", "test") is None)
        await cluster.wait(60)
        assert len(cluster.ready("web")) == 2
        assert "ownerReferences" not in cluster.storage.list(REPLICA_SETS, "test")[0]["metadata"]


async def test_a_dependent_of_nobody_is_removed() -> None:
    async with living() as cluster:
        owner = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "gone", "uid": "0000"}
        metadata = {"name": "lonely", "namespace": "test", "ownerReferences": [owner]}
        cluster.storage.create(CONFIG_MAPS, {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata})
        await cluster.until(lambda: cluster.storage.find(CONFIG_MAPS, "lonely", "test") is None)


async def test_a_pod_that_is_deleted_comes_back_under_another_name() -> None:
    async with living() as cluster:
        cluster.deploy("web", 2)
        await cluster.until(lambda: len(cluster.ready("web")) == 2)
        name = cluster.pods("web")[0]["metadata"]["name"]
        cluster.storage.remove(PODS, name, "test")
        await cluster.until(lambda: len(cluster.ready("web")) == 2)
        assert name not in {pod["metadata"]["name"] for pod in cluster.pods("web")}


@pytest.mark.parametrize("kind", [SERVICE_ACCOUNTS, CONFIG_MAPS], ids=lambda kind: kind.plural)
async def test_a_new_namespace_is_furnished_and_stays_so(kind: Kind) -> None:
    name = {SERVICE_ACCOUNTS: "default", CONFIG_MAPS: "kube-root-ca.crt"}[kind]
    async with living() as cluster:
        assert cluster.storage.find(kind, name, "test")
        cluster.storage.remove(kind, name, "test")
        await cluster.wait(1)
        assert cluster.storage.find(kind, name, "test")


async def test_a_deleted_namespace_is_emptied_first() -> None:
    async with living() as cluster:
        cluster.deploy("web", 2)
        await cluster.until(lambda: len(cluster.ready("web")) == 2)
        delete(cluster, NAMESPACES, "test")
        await cluster.wait(0.1)
        assert cluster.get(NAMESPACES, "test")["status"]["phase"] == "Terminating"
        await cluster.until(lambda: cluster.storage.find(NAMESPACES, "test") is None)
        assert cluster.pods() == cluster.storage.list(DEPLOYMENTS, "test") == []
