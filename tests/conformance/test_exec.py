"""Commands in containers over a WebSocket: frames, endings, sizes and refusals."""

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import pytest

from tests.conformance.pods import start
from tests.harness.exec_sockets import (
    CLOSE,
    RESIZE,
    STATUS,
    STDERR,
    STDIN,
    STDOUT,
    V4,
    V5,
    ExecSocket,
    Refused,
    exec_socket,
)
from tests.harness.kubernetes_api import KubernetesApi

SUCCESS = {"metadata": {}, "status": "Success"}


@pytest.fixture
def pod(api: KubernetesApi, namespace: str) -> str:
    """The path of a pod that sleeps."""
    return start(api, namespace, "sleeper", {"name": "main", "command": ["sleep", "100000"]})


def run(
    api: KubernetesApi,
    pod: str,
    *command: str,
    streams: Sequence[str] = ("stdin", "stdout", "stderr"),
    protocols: Sequence[str] = (V5,),
    container: str = "",
    method: str = "GET",
) -> AbstractAsyncContextManager[ExecSocket]:
    query = [(name, "true") for name in streams] + [("command", word) for word in command]
    query += [("container", container)] if container else []
    return exec_socket(api.kubectl.kubeconfig, f"{pod}/exec", query, protocols, method)


@asynccontextmanager
async def shell(api: KubernetesApi, pod: str) -> AsyncIterator[ExecSocket]:
    async with run(api, pod, "sh", streams=("stdin", "stdout", "tty")) as socket:
        yield socket


def failure(code: int) -> dict[str, object]:
    return {
        "metadata": {},
        "status": "Failure",
        "message": f"command terminated with non-zero exit code: command terminated with exit code {code}",
        "reason": "NonZeroExitCode",
        "details": {"causes": [{"reason": "ExitCode", "message": str(code)}]},
    }


@pytest.mark.parametrize("protocol", [V5, V4])
async def test_frames_of_a_command(api: KubernetesApi, pod: str, protocol: str) -> None:
    async with run(api, pod, "sh", "-c", "echo out; echo err >&2; exit 3", protocols=(protocol,)) as socket:
        assert socket.protocol == protocol
        assert await socket.frame() == (STDOUT, b"")
        found = await socket.rest()
    status = json.loads(found[STATUS])
    assert (found[STDOUT], found[STDERR]) == (b"out\n", b"err\n")
    assert (status["reason"], status["details"]) == (failure(3)["reason"], failure(3)["details"])
    # A real node words the end of a command that speaks v4 in two ways, by the runtime's mood.
    assert status["message"].startswith("command terminated with non-zero exit code: ")


async def test_success_has_no_code(api: KubernetesApi, pod: str) -> None:
    async with run(api, pod, "true") as socket:
        assert await socket.status() == SUCCESS


async def test_a_command_that_kills_itself(api: KubernetesApi, pod: str) -> None:
    async with run(api, pod, "sh", "-c", "kill -9 $$") as socket:
        assert await socket.status() == failure(137)


async def test_the_newest_protocol_is_chosen(api: KubernetesApi, pod: str) -> None:
    async with run(api, pod, "true", protocols=(V4, V5)) as socket:
        assert socket.protocol in (V4, V5)


async def test_input_is_closed_in_v5(api: KubernetesApi, pod: str) -> None:
    async with run(api, pod, "wc", "-c") as socket:
        await socket.send(STDIN, b"four")
        await socket.send(CLOSE, bytes([STDIN]))
        found = await socket.rest()
    assert (found[STDOUT].strip(), json.loads(found[STATUS])) == (b"4", SUCCESS)


async def test_other_channels_are_harmless(api: KubernetesApi, pod: str) -> None:
    async with run(api, pod, "cat") as socket:
        await socket.send(9, b"nobody")
        await socket.send(RESIZE, b"no size")
        await socket.send(STDIN, b"hello\n")
        assert await socket.until(b"hello\n")
        await socket.send(CLOSE, bytes([STDIN]))
        assert json.loads((await socket.rest())[STATUS]) == SUCCESS


async def test_a_terminal_has_a_size_echo_and_one_stream(api: KubernetesApi, pod: str) -> None:
    async with shell(api, pod) as socket:
        await socket.send(RESIZE, b'{"Width":91,"Height":23}')
        await socket.send(STDIN, b"until stty size | grep '^23 91$'; do :; done; ls /nowhere; exit 4\n")
        found = await socket.rest()
    assert b"23 91\r\n" in found[STDOUT]
    assert b"/nowhere" in found[STDOUT]
    assert STDERR not in found
    assert json.loads(found[STATUS]) == failure(4)


async def test_ctrl_c_at_a_terminal(api: KubernetesApi, pod: str) -> None:
    async with shell(api, pod) as socket:
        await socket.send(STDIN, b"echo be''gin; sleep 100000; echo ne''ver\n")
        await socket.until(b"begin")
        await socket.send(STDIN, b"\x03")
        await socket.until(b"^C")
        await socket.send(STDIN, b"exit 5\n")
        assert await socket.status() == failure(5)


async def test_a_client_that_goes_away_ends_no_terminal(api: KubernetesApi, pod: str) -> None:
    async with shell(api, pod) as socket:
        await socket.send(STDIN, b"echo be''gin; sleep 54321\n")
        await socket.until(b"begin")
    look = "for p in /proc/[0-9]*; do tr '\\0' ' ' <$p/cmdline; done"
    async with run(api, pod, "sh", "-c", look) as socket:
        assert b"sleep 54321" in (await socket.rest())[STDOUT]


@pytest.mark.parametrize(
    ("program", "words"),
    [
        ("nothing", 'exec: "nothing": executable file not found in $PATH: unknown'),
        ("/etc", 'exec: "/etc": permission denied: unknown'),
        ("./nothing", 'exec: "./nothing": stat ./nothing: no such file or directory: unknown'),
    ],
)
async def test_a_program_that_cannot_be_started(api: KubernetesApi, pod: str, program: str, words: str) -> None:
    async with run(api, pod, program) as socket:
        status = await socket.status()
    assert (status["status"], status["reason"], status["code"]) == ("Failure", "InternalError", 500)
    assert status["message"].startswith("Internal error occurred: Internal error occurred: error executing command in")
    assert status["message"].endswith(words)
    assert status["details"]["causes"][0]["message"] == status["message"].removeprefix("Internal error occurred: ")


async def test_no_stream_at_all(api: KubernetesApi, pod: str) -> None:
    async with run(api, pod, "true", streams=()) as socket:
        assert await socket.frame() == (STATUS, b"")
        status = await socket.status()
    words = "unable to upgrade connection: you must specify at least 1 of stdin, stdout, stderr"
    assert status["message"] == f"Internal error occurred: {words}"


async def test_what_is_refused_before_the_socket_opens(api: KubernetesApi, namespace: str, pod: str) -> None:
    for wanted, container, code in ((pod, "other", 400), (f"{pod}-not", "", 404)):
        with pytest.raises(Refused) as refused:
            async with run(api, wanted, "true", container=container):
                pytest.fail("it was opened")
        assert refused.value.code == code
    with pytest.raises(Refused) as refused:
        async with run(api, pod, "true", protocols=("unheard-of",)):
            pytest.fail("it was opened")
    assert refused.value.code == 403


def test_what_is_said_without_a_socket(api: KubernetesApi, pod: str) -> None:
    query = {"command": "true", "stdout": "true"}
    for method in ("GET", "POST"):
        answer = api.ask(method, f"{pod}/exec", query=query)
        assert answer.refusal == (400, "BadRequest", "Upgrade request required")
    answer = api.ask("GET", f"{pod}/exec", query={**query, "container": "other"})
    assert answer.refusal == (400, "BadRequest", "container other is not valid for pod sleeper")


async def test_a_container_that_does_not_run(api: KubernetesApi, namespace: str) -> None:
    collection = f"/api/v1/namespaces/{namespace}/pods"
    missing: Any = {
        "containers": [{"name": "main", "image": "localhost:1/none:missing", "imagePullPolicy": "IfNotPresent"}]
    }
    missing["nodeName"] = api.get("/api/v1/nodes")["items"][-1]["metadata"]["name"]
    api.create(collection, {"metadata": {"name": "waiting"}, "spec": missing})
    async with run(api, f"{collection}/waiting", "true") as socket:
        status = await socket.status()
    assert status["message"] == 'Internal error occurred: unable to upgrade connection: container not found ("main")'


async def test_attached_one_sees_what_the_container_says(api: KubernetesApi, namespace: str) -> None:
    script = "while true; do echo tick; sleep 1; done"
    pod = start(api, namespace, "ticker", {"name": "main", "command": ["sh", "-c", script]})
    async with exec_socket(api.kubectl.kubeconfig, f"{pod}/attach", [("stdout", "true")]) as socket:
        assert await socket.frame() == (STDOUT, b"")
        assert await socket.until(b"tick\n")
