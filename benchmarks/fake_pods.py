"""Pods that no kubelet runs, with a status like a running pod's: load for a benchmark on a real API server."""

import asyncio
import json
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from clusters.kube.client import Client
from clusters.kube.errors import KubeError
from clusters.kube.kubeconfig import read_kubeconfig
from clusters.kube.paths import object_path
from tests.harness.clusters import Cluster

AT_ONCE = 16
NOBODY = "nobody"


def client_of(kubeconfig: Path) -> Client:
    """A client with the first context of a kubeconfig of our own."""
    contents = read_kubeconfig(kubeconfig.read_text(), own_files=True, base=kubeconfig.parent)
    return Client(contents.taken[0][1])


def manifest(namespace: str, name: str) -> dict[str, Any]:
    """A pod of two containers that no scheduler places."""
    container = {
        "image": "registry.example/shop/checkout:4.12.0",
        "env": [{"name": f"SETTING_{number}", "value": "x" * 40} for number in range(8)],
        "resources": {"requests": {"cpu": "100m", "memory": "128Mi"}, "limits": {"memory": "256Mi"}},
        "readinessProbe": {"httpGet": {"path": "/healthz", "port": 8080}},
    }
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": namespace, "labels": {"app": "checkout", "tier": "web"}},
        "spec": {
            "schedulerName": NOBODY,
            "containers": [{"name": "web", **container}, {"name": "sidecar", **container}],
        },
    }


def running() -> dict[str, Any]:
    """The status that a kubelet would report for `manifest`."""
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    conditions = ("PodScheduled", "Initialized", "ContainersReady", "Ready")
    return {
        "phase": "Running",
        "podIP": "192.0.2.50",
        "conditions": [{"type": name, "status": "True", "lastTransitionTime": now} for name in conditions],
        "containerStatuses": [
            {
                "name": name,
                "ready": True,
                "restartCount": 0,
                "image": "registry.example/shop/checkout:4.12.0",
                "imageID": "registry.example/shop/checkout@sha256:" + "0" * 64,
                "state": {"running": {"startedAt": now}},
            }
            for name in ("web", "sidecar")
        ],
    }


async def create(client: Client, namespace: str, name: str) -> None:
    """Creates one pod and reports it running."""
    path = object_path("", "v1", "pods", namespace)
    await client.post(path, json.dumps(manifest(namespace, name)).encode())
    status = object_path("", "v1", "pods", namespace, name, "status")
    await client.patch(status, json.dumps({"status": running()}).encode())


async def create_many(kubeconfig: Path, namespace: str, count: int) -> None:
    """Creates `count` running pods, a few at a time."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(number: int) -> None:
        async with gate:
            await create(client, namespace, f"checkout-{number:05}")

    async with client_of(kubeconfig) as client, asyncio.TaskGroup() as group:
        for number in range(count):
            group.create_task(one(number))


async def delete_all(kubeconfig: Path, namespace: str) -> None:
    """Deletes the namespace's pods at once."""
    async with client_of(kubeconfig) as client:
        try:
            await client.delete(object_path("", "v1", "pods", namespace), gracePeriodSeconds="0")
        except KubeError as error:
            print(f"The pods of {namespace} are left behind: {error.reason}")


class Driver:
    """Makes pods one by one over a connection that stays open, beside a browser that has this thread's event loop."""

    def __init__(self, kubeconfig: Path) -> None:
        self._client = client_of(kubeconfig)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self) -> "Driver":
        self._thread.start()
        self._run(self._client.version())
        return self

    def __exit__(self, *error: object) -> None:
        self._run(self._client.close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    def create(self, namespace: str, name: str) -> None:
        """Creates one pod and reports it running."""
        self._run(create(self._client, namespace, name))

    def _run(self, work: Coroutine[Any, Any, object]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result()


@contextmanager
def fake_pods(cluster: Cluster, count: int, namespace: str = "benchmark") -> Iterator[str]:
    """A namespace with `count` pods, removed afterwards."""
    cluster.kubectl("create", "namespace", namespace)
    try:
        asyncio.run(create_many(cluster.kubeconfig, namespace, count))
        yield namespace
    finally:
        asyncio.run(delete_all(cluster.kubeconfig, namespace))
        cluster.kubectl("delete", "namespace", namespace, "--wait=false")
