"""An API server with pods whose logs a test writes, cuts and counts, and the cached rows of these pods."""

import asyncio
import json
import random
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from aiohttp import web

from clusters.clients import close_clients
from clusters.kube.client import Client
from clusters.kube.connection import Connection
from clusters.models import Cluster, Pod
from clusters.sealing import seal_connection
from clusters.streams.feeds import close_feeds
from clusters.threads import write
from tests import people
from tests.harness.log_api import Instance, first
from tests.harness.serving import served

STARTED = datetime(2026, 11, 24, 9, 0, 0, tzinfo=UTC)


@dataclass
class LoggingPod:
    """A pod and the runs of its containers, the newest last. `sorts` names those that prepare or debug it."""

    name: str
    namespace: str = "harbour"
    uid: str = ""
    labels: dict[str, str] = field(default_factory=dict)
    owner: tuple[str, str] = ("", "")
    node: str = "node-1"
    containers: dict[str, list[Instance]] = field(default_factory=lambda: {"main": [Instance()]})
    sorts: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.uid = self.uid or f"uid-{self.namespace}-{self.name}"

    def log(self, container: str = "main") -> Instance:
        return self.containers[container][-1]

    def restart(self, exit_code: int = 1, container: str = "main") -> Instance:
        """Ends the run and begins the next."""
        self.log(container).exit_code = exit_code
        self.containers[container].append(Instance())
        return self.log(container)

    def as_object(self) -> dict[str, Any]:
        sorts: dict[str, list[str]] = {"": [], "init": [], "ephemeral": []}
        for name in self.containers:
            sorts[self.sorts.get(name, "")].append(name)
        return {
            "metadata": {"name": self.name, "namespace": self.namespace, "uid": self.uid, "labels": self.labels},
            "spec": {
                "containers": [{"name": name} for name in sorts[""]],
                "initContainers": [{"name": name} for name in sorts["init"]],
                "ephemeralContainers": [{"name": name} for name in sorts["ephemeral"]],
                "restartPolicy": "Always",
            },
            "status": {
                "phase": "Running",
                "containerStatuses": [self._status(name) for name in sorts[""]],
                "initContainerStatuses": [self._status(name) for name in sorts["init"]],
                "ephemeralContainerStatuses": [self._status(name) for name in sorts["ephemeral"]],
            },
        }

    def _status(self, name: str) -> dict[str, Any]:
        code = self.log(name).exit_code
        ended = {"terminated": {"exitCode": code, "reason": "Error" if code else "Completed"}}
        return {
            "name": name,
            "restartCount": len(self.containers[name]) - 1,
            "state": {"running": {}} if code is None else ended,
        }


class LogCluster:
    """`pods` by namespace and name. `opened` counts the logs that were asked for, `open` those that are read now.

    While it `refuses`, its credentials may read no log; while it `stumbles`, it answers for none.
    """

    def __init__(self, row: Cluster) -> None:
        self.row = row
        self.url = ""
        self.pods: dict[tuple[str, str], LoggingPod] = {}
        self.opened: Counter[str] = Counter()
        self.open: Counter[str] = Counter()
        self.cuts = 0
        self.refuses = False
        self.stumbles = False
        self._closed = asyncio.Event()
        self._chance = random.Random(7)
        self._cutting: dict[str, asyncio.Event] = {}

    def client(self) -> Client:
        return Client(Connection(server=self.url))

    async def add(self, pod: LoggingPod) -> LoggingPod:
        """The pod is there from now on, in the API and among the rows; one of its name is replaced."""
        await self.remove(pod.namespace, pod.name)
        self.pods[pod.namespace, pod.name] = pod
        await write(self._write, pod)
        return pod

    async def remove(self, namespace: str, name: str) -> None:
        if self.pods.pop((namespace, name), None):
            await write(Pod.objects.filter(cluster=self.row, namespace=namespace, name=name).delete)

    async def until_nobody_reads(self, pod: str) -> None:
        """Returns when no log of the pod is being read."""
        while self.open[pod]:
            self._closed.clear()
            await self._closed.wait()

    def cut(self, pod: str) -> None:
        """Break off all answers that are being read of the pod's logs, somewhere in what was written last."""
        self._cutting.pop(pod, asyncio.Event()).set()

    def _write(self, pod: LoggingPod) -> None:
        row = people.pod(self.row, pod.namespace, pod.name)
        row.uid, row.labels, row.node = pod.uid, pod.labels, pod.node
        row.owner_kind, row.owner_name = pod.owner
        row.detail = json.dumps(pod.as_object()).encode()
        row.save()

    async def get(self, request: web.Request) -> web.Response:
        pod = self._pod(request)
        return web.json_response(pod.as_object()) if pod else _not_found()

    async def log(self, request: web.Request) -> web.StreamResponse:
        pod, query = self._pod(request), request.query
        if pod is None:
            return _not_found()
        if self.refuses:
            status = {"kind": "Status", "status": "Failure", "reason": "Forbidden", "message": "no", "code": 403}
            return web.json_response(status, status=403)
        if self.stumbles:
            return web.json_response({"kind": "Status", "message": "not now"}, status=500)
        runs = pod.containers[query["container"]]
        if "previous" in query and len(runs) < 2:
            said = f'previous terminated container "{query["container"]}" in pod "{pod.name}" not found'
            return web.json_response({"kind": "Status", "message": said, "code": 400}, status=400)
        run = runs[-2 if "previous" in query else -1]
        answer = web.StreamResponse(headers={"Content-Type": "text/plain"})
        await answer.prepare(request)
        self.opened[pod.name] += 1
        self.open[pod.name] += 1
        try:
            await self._send(request, answer, pod, run)
        finally:
            self.open[pod.name] -= 1
            self._closed.set()
        return answer

    async def _send(self, request: web.Request, answer: web.StreamResponse, pod: LoggingPod, run: Instance) -> None:
        at = first(run.lines, request.query)
        cut = self._cutting.setdefault(pod.name, asyncio.Event())
        while not cut.is_set():
            piece = b"".join(run.lines[at:])
            at = len(run.lines)
            if piece:
                await answer.write(piece)
            gone = self.pods.get((pod.namespace, pod.name)) is not pod
            gone = gone or request.transport is None or request.transport.is_closing()
            if "follow" not in request.query or run.exit_code is not None or gone:
                return
            await asyncio.sleep(0.01)
        last = b"".join(run.lines[at:])
        await answer.write(last[: self._chance.randint(0, len(last))])
        # aiohttp's client forgets what it has not handed out when the end comes at once.
        await asyncio.sleep(0.01)
        assert request.transport
        request.transport.close()
        self.cuts += 1

    def _pod(self, request: web.Request) -> LoggingPod | None:
        return self.pods.get((request.match_info["namespace"], request.match_info["name"]))


def _not_found() -> web.Response:
    status = {"kind": "Status", "status": "Failure", "reason": "NotFound", "message": "not found", "code": 404}
    return web.json_response(status, status=404)


@asynccontextmanager
async def log_cluster(slug: str = "harbour") -> AsyncIterator[LogCluster]:
    """A running one, which is the cluster `slug` of Pilothouse."""
    row = await write(people.cluster, slug)
    cluster = LogCluster(row)
    application = web.Application()
    path = "/api/v1/namespaces/{namespace}/pods/{name}"
    application.router.add_get(path, cluster.get)
    application.router.add_get(f"{path}/log", cluster.log)
    async with served(application) as cluster.url:
        seal_connection(row, Connection(server=cluster.url))
        await write(row.save)
        try:
            yield cluster
        finally:
            await close_feeds()
            await close_clients()
