"""The log of a real container: followed into its next run, its reasons said, downloaded whole."""

import re
from contextlib import suppress
from http import HTTPStatus

import pytest

from tests.harness.containers import start_pod
from tests.harness.kubectl import Kubectl
from tests.harness.servers import Server
from tests.harness.sockets import LogSocket, log_socket
from tests.harness.waiting import eventually

TRIES = 50


def path(near: Kubectl, pod: str, query: str = "container=main") -> str:
    return f"/ws/clusters/test/pods/{near.namespace}/{pod}/logs/?{query}"


async def read_all(server: Server, near: Kubectl, pod: str, query: str) -> tuple[str, str]:
    """What a log that is not followed has, and the reason that it ended with."""
    async with log_socket(server, path(near, pod, query), server.admin) as log:
        await log.start()
        reason = await log.until_closed()
    return log.output.decode(), reason


def texts(output: str) -> list[str]:
    """The lines without their moments."""
    return [re.sub(r"^\S+Z ", "", line) for line in output.splitlines()]


async def test_it_is_what_kubectl_logs_prints(server: Server, near: Kubectl) -> None:
    start_pod(near, "counter", "sh", "-c", "seq 1 5000; printf 'no newline'; exec sleep 100000")
    eventually(lambda: near("logs", "counter").splitlines()[-2:][0] == "4999" or "5000" in near("logs", "counter"))
    printed = near("logs", "counter", "--timestamps")
    assert (await read_all(server, near, "counter", "container=main&tail=all&follow=0"))[0] == printed
    assert texts((await read_all(server, near, "counter", "container=main&tail=7&follow=0"))[0]) == [
        *map(str, range(4994, 5001))
    ]


async def test_it_goes_on_with_the_next_run(server: Server, near: Kubectl) -> None:
    start_pod(
        near, "restless", "sh", "-c", "echo hello; sleep 1; echo bye; exit 3", wait_for="PodReadyToStartContainers"
    )
    async with log_socket(server, path(near, "restless"), server.admin) as log:
        await log.start()
        await log.until_message("divider")
        while log.output.count(b"hello") < 2:
            assert await log.read()
    assert texts(log.output.decode())[:3] == ["hello", "bye", "hello"]
    [divider, *_] = [message["text"] for message in log.messages if message["type"] == "divider"]
    assert divider == "Started again, restart 1"
    before = await read_all(server, near, "restless", "container=main&previous=1")
    for _ in range(TRIES):
        # The kubelet removes ended containers meanwhile, and then says so in place of a log.
        if "unable to retrieve container logs" not in before[0]:
            break
        before = await read_all(server, near, "restless", "container=main&previous=1")
    assert before[1] == "This was the previous instance; it has ended."
    assert texts(before[0])[-2:] == ["hello", "bye"]


async def test_it_says_why_there_is_nothing(server: Server, near: Kubectl) -> None:
    start_pod(near, "sleeper")
    assert (await read_all(server, near, "sleeper", "container=main&previous=1"))[1] == (
        "There is no previous instance of this container."
    )
    assert (await read_all(server, near, "sleeper", "container=other&follow=0"))[1] == "No container is selected."
    assert (await read_all(server, near, "absent", "container=main&follow=0"))[1] == "No container is selected."
    image = {"name": "main", "image": "example.invalid/none:1", "imagePullPolicy": "Never"}
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "imageless"}, "spec": {"containers": [image]}}
    near.apply(pod)
    eventually(lambda: "ErrImageNeverPull" in near("get", "pod", "imageless"))
    reason = (await read_all(server, near, "imageless", "container=main&follow=0"))[1]
    assert reason.startswith("The container has not started. ErrImageNeverPull")
    assert (await read_all(server, near, "sleeper", "container=main&tail=-1"))[1] == (
        "tail is a number of lines, 1 to 100,000, or “all”."
    )


async def test_it_ends_when_the_pod_is_deleted(server: Server, near: Kubectl) -> None:
    start_pod(near, "doomed", "sh", "-c", "echo here; exec sleep 100000")
    async with log_socket(server, path(near, "doomed"), server.admin) as log:
        await log.start()
        await log.until("here")
        near("delete", "pod", "doomed", "--wait=false")
        assert await log.until_ended() in ("The pod is gone.", "The container ended with exit code 137. Error")


def start_flood(near: Kubectl, size: int) -> None:
    """A container that writes `size` bytes at once; a kubelet keeps 10 MiB in one file."""
    start_pod(near, "flood", "sh", "-c", f"yes $(printf %0800d 0) | head -c {size}; exec sleep 100000")


async def take_all_that_comes(log: LogSocket) -> None:
    """Read, without saying that anything was drawn, until nothing comes any more."""
    with suppress(TimeoutError):
        while await log.read(acknowledge=False):
            pass


@pytest.mark.long
async def test_a_flood_waits_for_a_page_that_does_not_draw(server: Server, near: Kubectl) -> None:
    start_pod(
        near, "flood", "sh", "-c", "yes 'a line of a flood that does not end' | head -c 30000000; exec sleep 100000"
    )
    eventually(lambda: near("logs", "flood", "--tail=1"))
    async with log_socket(server, path(near, "flood", "container=main&tail=all"), server.admin) as log:
        await log.start()
        await log.tell(paused=True)
        await take_all_that_comes(log)
        assert 512 * 1024 <= len(log.output) < 1024 * 1024
        await log.tell(paused=False)
        await log.acknowledge()
        while len(log.output) < 8_000_000:
            assert await log.read()


async def test_a_page_that_never_draws_is_let_go(server: Server, near: Kubectl) -> None:
    start_pod(
        near, "flood", "sh", "-c", "yes 'a line of a flood that does not end' | head -c 9000000; exec sleep 100000"
    )
    async with log_socket(server, path(near, "flood", "container=main&tail=all"), server.admin) as log:
        await log.start()
        reason = ""
        while not reason:
            try:
                reason = "" if await log.read(acknowledge=False) else log.end
            except TimeoutError:
                continue
        assert reason.startswith("The browser drew nothing for 25 s.")


def test_it_can_be_downloaded(server: Server, near: Kubectl) -> None:
    start_pod(near, "counter", "sh", "-c", "seq 1 100000; exec sleep 100000")
    eventually(lambda: near("logs", "counter", "--tail=1").strip() == "100000")
    address = f"{server.url}/clusters/test/logs/file/?pod={near.namespace}/counter&container=main"
    eventually(lambda: server.admin.get(address).status_code == HTTPStatus.OK)
    answer = server.admin.get(address, timeout=30)
    assert answer.text == near("logs", "counter")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="counter-main.log"'
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    stamped = server.admin.get(f"{address}&times=1", timeout=30)
    assert stamped.text == near("logs", "counter", "--timestamps")


def test_a_download_of_nothing_says_why(server: Server, near: Kubectl) -> None:
    address = f"{server.url}/clusters/test/logs/file/?pod={near.namespace}/absent&container=main"
    answer = server.admin.get(address, timeout=30)
    assert answer.status_code == HTTPStatus.BAD_REQUEST
    assert "0 containers are selected" in answer.text
