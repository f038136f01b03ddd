"""On a real cluster, rows follow what kubectl does."""

import asyncio
from pathlib import Path

import pytest

from clusters import threads
from clusters.kube.connection import Connection
from clusters.kube.kubeconfig import read_kubeconfig
from clusters.models import Deployment, Health, Pod
from tests.harness.clusters import Cluster
from tests.harness.watching import add_cluster, becomes, eventually, fleet, rows_equal_server

pytestmark = pytest.mark.django_db(transaction=True)

IMAGE = "docker.io/jocatalin/kubernetes-bootcamp:v1"


def connection(kubeconfig: Path) -> Connection:
    contents = read_kubeconfig(kubeconfig.read_text(), own_files=True, base=kubeconfig.parent)
    return contents.taken[0][1]


async def test_a_deployment_that_is_made_scaled_and_deleted(cluster: Cluster, namespace: str) -> None:
    def pods() -> int:
        return Pod.objects.filter(namespace=namespace, phase="Running").count()

    def ready() -> int:
        return sum(Deployment.objects.filter(namespace=namespace).values_list("ready", flat=True))

    async def kubectl(*words: str) -> None:
        await asyncio.to_thread(cluster.kubectl, *words, "--namespace", namespace)

    async def has(count: int) -> None:
        async def is_so() -> bool:
            return await threads.read(pods) == count == await threads.read(ready)

        await eventually(is_so, seconds=60)

    row = await add_cluster(connection(cluster.kubeconfig))
    async with fleet():
        assert (await becomes(row, Health.SYNCED, seconds=30)).version.startswith("v1.")
        await rows_equal_server(row)
        await kubectl("create", "deployment", "checkout", f"--image={IMAGE}", "--replicas=2")
        await has(2)
        await kubectl("scale", "deployment", "checkout", "--replicas=3")
        await has(3)
        await rows_equal_server(row)
        await kubectl("delete", "deployment", "checkout", "--cascade=foreground")
        await has(0)
        await rows_equal_server(row)


async def test_each_row_is_the_object_that_the_server_has(cluster: Cluster) -> None:
    row = await add_cluster(connection(cluster.kubeconfig))
    async with fleet():
        await becomes(row, Health.SYNCED, seconds=30)
        await rows_equal_server(row)
    names = await threads.read(lambda: set(Pod.objects.filter(namespace="kube-system").values_list("name", flat=True)))
    shown = await asyncio.to_thread(cluster.kubectl, "get", "pods", "--namespace=kube-system", "--output=name")
    assert names == {line.removeprefix("pod/") for line in shown.split()}
