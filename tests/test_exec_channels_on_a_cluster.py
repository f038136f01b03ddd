"""Commands in a container of a real cluster: bytes both ways, exit codes, screen sizes."""

import asyncio
import json
import os
import secrets
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager

import pytest

from clusters.kube.channels import Channel, ExecStream, open_exec
from clusters.kube.client import Client
from clusters.kube.errors import BadRequest, NotFound
from tests.harness.clusters import Cluster
from tests.harness.connections import connection_to
from tests.harness.kubectl import Kubectl

IMAGE = "docker.io/jocatalin/kubernetes-bootcamp:v1"


@pytest.fixture(scope="module")
def pod(kubectl: Kubectl) -> Iterator[tuple[str, str]]:
    """The namespace and name of a running pod with one container, "main"."""
    namespace, name = f"exec-channels-{secrets.token_hex(4)}", "sleeper"
    kubectl("create", "namespace", namespace)
    container = {"name": "main", "image": IMAGE, "imagePullPolicy": "IfNotPresent", "command": ["sleep", "100000"]}
    kubectl(
        "run", name, "-n", namespace, "--image", IMAGE, "--overrides", json.dumps({"spec": {"containers": [container]}})
    )
    kubectl("wait", "-n", namespace, "--for=condition=Ready", f"pod/{name}", "--timeout=60s", timeout=70)
    yield namespace, name
    kubectl("delete", "pod", name, "-n", namespace, "--force", "--grace-period=0")
    kubectl("delete", "namespace", namespace, "--wait=false")


@asynccontextmanager
async def running(
    cluster: Cluster, pod: tuple[str, str], command: Sequence[str], *, tty: bool = False, container: str = "main"
) -> AsyncIterator[ExecStream]:
    async with (
        asyncio.timeout(30),
        Client(connection_to(cluster)) as client,
        open_exec(
            client, namespace=pod[0], pod=pod[1], container=container, command=command, stdin=True, tty=tty
        ) as stream,
    ):
        yield stream


async def output(stream: ExecStream) -> bytes:
    return b"".join([data async for _, data in stream])


async def test_an_exit_code(cluster: Cluster, pod: tuple[str, str]) -> None:
    async with running(cluster, pod, ["sh", "-c", "exit 3"]) as stream:
        assert await output(stream) == b""
        assert stream.status == 3


async def test_output_and_errors_apart(cluster: Cluster, pod: tuple[str, str]) -> None:
    async with running(cluster, pod, ["sh", "-c", "echo out; echo err >&2"]) as stream:
        frames = {channel: data async for channel, data in stream}
    assert frames == {Channel.STDOUT: b"out\n", Channel.STDERR: b"err\n"}
    assert stream.status == 0


async def test_five_megabytes_both_ways_unchanged(cluster: Cluster, pod: tuple[str, str]) -> None:
    blob = os.urandom(5_000_000)
    async with running(cluster, pod, ["cat"]) as stream:
        reading = asyncio.create_task(output(stream))
        await stream.send_stdin(blob)
        await stream.close_stdin()
        assert await reading == blob
        assert stream.status == 0


async def test_a_terminal_knows_its_size(cluster: Cluster, pod: tuple[str, str]) -> None:
    async with running(cluster, pod, ["bash"], tty=True) as stream:
        stream.resize(70_000, 0)
        stream.resize(99, 33)
        await stream.send_stdin(b"until stty size | grep '^33 99$'; do :; done 2>/dev/null; exit 7\n")
        assert b"33 99\r\n" in await output(stream)
        assert stream.status == 7


async def test_a_missing_program_has_no_exit_code_but_a_reason(cluster: Cluster, pod: tuple[str, str]) -> None:
    async with running(cluster, pod, ["no-such-program"]) as stream:
        await output(stream)
        assert stream.status is None
        assert stream.reason


async def test_a_missing_container_or_pod_is_refused(cluster: Cluster, pod: tuple[str, str]) -> None:
    with pytest.raises(BadRequest, match="container other is not valid"):
        async with running(cluster, pod, ["true"], container="other"):
            pytest.fail("it was started")
    with pytest.raises(NotFound, match="not found"):
        async with running(cluster, (pod[0], "nobody"), ["true"]):
            pytest.fail("it was started")
