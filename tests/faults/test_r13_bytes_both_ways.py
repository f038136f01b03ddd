"""R13: bytes pass unchanged both ways, by both protocols; what v4 cannot do is said."""

import asyncio
import os
from hashlib import sha256

import pytest

from clusters.kube import channels
from clusters.kube.channels import open_exec
from clusters.kube.client import Client
from clusters.streams.programs import Command
from clusters.streams.requests import ShellRequest
from tests.harness.clusters import Cluster
from tests.harness.connections import connection_to
from tests.harness.containers import start_pod
from tests.harness.exec_api import V4, V5, exec_api, held
from tests.harness.kubectl import Kubectl

SIZE = 100_000_000


@pytest.mark.parametrize("protocol", [V5, V4])
async def test_a_hundred_megabytes_both_ways(
    cluster: Cluster, kubectl: Kubectl, namespace: str, protocol: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    pod = start_pod(kubectl.within(namespace), "echo")
    monkeypatch.setattr(channels, "PROTOCOLS", (protocol,))
    # `cat` ends with its input, which v4 cannot close.
    command = ["cat"] if protocol == V5 else ["head", "-c", str(SIZE)]
    piece = os.urandom(1_000_000)
    came = sha256()
    async with (
        asyncio.timeout(120),
        Client(connection_to(cluster)) as client,
        open_exec(client, namespace=namespace, pod=pod, container="main", command=command) as stream,
    ):

        async def write() -> None:
            for _ in range(SIZE // len(piece)):
                await stream.send_stdin(piece)
            if stream.can_close_stdin:
                await stream.close_stdin()

        writing = asyncio.create_task(write())
        async for _, data in stream:
            came.update(data)
        await writing
    assert came.hexdigest() == sha256(piece * (SIZE // len(piece))).hexdigest()
    assert stream.status == 0


@pytest.mark.django_db(transaction=True)
async def test_v4_cannot_close_the_input_and_says_so() -> None:
    async with exec_api() as api:
        api.protocols = (V4, V4)
        command = Command(ShellRequest("payments", "web", "main", "auto", 80, 24), ("cat",))
        async with held(api, command) as running:
            await running.until(lambda terminal: terminal.started)
            running.terminal.close_input(running.viewer)
            await running.until(lambda terminal: terminal.notice)
            assert "cannot close the input" in running.terminal.notice
            assert not running.terminal.ending
