"""A watch of a real cluster: what kubectl makes, changes and deletes arrives, and a version too old is noticed."""

import asyncio
from collections.abc import Callable
from contextlib import aclosing

from clusters.kube.client import Client
from clusters.kube.connection import Connection
from clusters.kube.watching import watch
from tests.harness.clusters import Cluster
from tests.harness.connections import connection_to
from tests.harness.kubectl import Kubectl
from tests.harness.watches import Pod, Seen


async def follow(
    connection: Connection, namespace: str, enough: Callable[[Seen], bool], act: Callable[[], object]
) -> Seen:
    """Watches the config maps of a namespace; `act` is called once they are listed."""
    seen = Seen()
    path = f"/api/v1/namespaces/{namespace}/configmaps"
    async with asyncio.timeout(30), Client(connection) as client, aclosing(watch(client, path, Pod)) as steps:
        async for step in steps:
            seen.take(step)
            if seen.names[-1] == "Listed":
                await asyncio.to_thread(act)
            if enough(seen):
                return seen
    raise AssertionError("The watch ended.")


async def test_what_kubectl_does_arrives(cluster: Cluster, kubectl: Kubectl, namespace: str) -> None:
    def act() -> None:
        kubectl("create", "configmap", "one", "-n", namespace)
        kubectl("create", "configmap", "two", "-n", namespace)
        kubectl("label", "configmap", "two", "-n", namespace, "a=b")
        kubectl("delete", "configmap", "one", "-n", namespace)

    def enough(seen: Seen) -> bool:
        return any(getattr(step, "deleted", ()) for step in seen.steps)

    seen = await follow(connection_to(cluster), namespace, enough, act)
    columns = "custom-columns=UID:.metadata.uid,VERSION:.metadata.resourceVersion"
    printed = kubectl("get", "configmaps", "-n", namespace, "--no-headers", "-o", columns)
    assert seen.store == dict(line.split() for line in printed.splitlines())
    assert seen.troubles == []
