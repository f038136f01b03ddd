"""Somebody without a cluster starts Pilothouse and finds one that lives, marked as a demo."""

import os
import re
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.harness.clusters import Cluster
from tests.harness.servers import Server
from tests.harness.waiting import eventually

EMBEDDED = {"DATABASE_URL": "", "REDIS_URL": ""}
Serve = Callable[..., Server]


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    """Starts an embedded Pilothouse with the words given after `manage.py serve`."""
    with ExitStack() as stack:

        def start(options: str, *, kubeconfig: Path | None = None) -> Server:
            server = Server(tmp_path, kubeconfig=kubeconfig, settings=EMBEDDED, options=options)
            stack.callback(server.stop)
            server.start()
            return server

        yield start


def simulators(folder: Path) -> list[int]:
    """The processes that simulate a cluster for the server in that folder."""
    state = str(folder / "data" / "demo").encode()
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            words = (process / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if b"simulator" in words and state in words:
            found.append(int(process.name))
    return found


def test_without_a_cluster_the_demo_is_there_synced_and_says_what_it_is(serve: Serve) -> None:
    server = serve("--demo without-cluster")
    eventually(lambda: "/clusters/demo/" in server.text("/"), seconds=60)
    server.wait_until_synced()
    assert "<strong>Demo.</strong> This cluster is simulated" in server.text("/clusters/demo/pods/")
    assert "kubernetes-bootcamp" in server.text("/clusters/demo/deployments/")
    assert "different" not in server.manage("verify", "demo")


def test_whoever_signs_in_at_once_is_told_that_the_demo_is_starting(serve: Serve) -> None:
    server = serve("--demo without-cluster")
    seen = [server.text("/")]

    def the_demo_is_shown() -> bool:
        seen.append(server.text("/"))
        return "/clusters/demo/" in seen[-1]

    eventually(the_demo_is_shown, seconds=60)
    assert not [page for page in seen if "No cluster yet" in page]
    assert all("The demo cluster is starting" in page for page in seen if "/clusters/demo/" not in page)


def test_the_demo_ends_with_the_server_even_when_that_is_killed(serve: Serve) -> None:
    server = serve("--demo")
    eventually(lambda: simulators(server.folder), seconds=60)
    server.kill()
    eventually(lambda: not simulators(server.folder), seconds=60)


def test_a_demo_that_dies_is_started_again_and_found_again(serve: Serve) -> None:
    server = serve("--demo")
    [first] = eventually(lambda: simulators(server.folder), seconds=60)
    server.wait_until_synced()
    os.kill(first, signal.SIGKILL)
    eventually(lambda: simulators(server.folder) not in ([], [first]), seconds=30)
    server.wait_until_synced()


@pytest.mark.long
def test_it_is_the_same_cluster_after_a_restart(serve: Serve) -> None:
    server = serve("--demo without-cluster")
    server.wait_until_synced()
    server.stop()
    server.start()
    server.wait_until_synced()
    assert len(re.findall(r'id="c-demo[^"]*"', server.text("/"))) == 1


def test_whoever_has_a_cluster_gets_no_demo_and_an_earlier_one_goes(serve: Serve, cluster: Cluster) -> None:
    server = serve("--demo without-cluster")
    server.wait_until_synced()
    server.stop()
    server.environment["KUBECONFIG"] = str(cluster.kubeconfig)
    server.start()
    assert "/clusters/demo/" not in server.text("/")
    assert "/clusters/test/" in server.text("/")
    assert "Took the demo cluster away" in server.log()
    assert not simulators(server.folder)


def test_without_being_asked_for_there_is_none(serve: Serve) -> None:
    server = serve("")
    assert "No cluster yet" in server.text("/")
    assert not simulators(server.folder)
