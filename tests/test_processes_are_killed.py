"""A process that is killed loses nothing: rows are served at once, and are soon what the API server has."""

import signal
from collections.abc import Callable

import pytest

from tests.harness.kubectl import Kubectl
from tests.harness.servers import Server
from tests.harness.waiting import eventually

pytestmark = pytest.mark.both_modes


@pytest.fixture
def synced_server(new_server: Callable[..., Server]) -> Server:
    """A Pilothouse to be killed, with the cluster's rows."""
    server = new_server()
    server.start()
    server.wait_until_synced()
    return server


def namespaces_shown(server: Server) -> str:
    """The namespaces as the page exports them."""
    return server.text("/clusters/test/namespaces/?format=csv")


def test_a_killed_server_comes_back_with_its_rows(synced_server: Server) -> None:
    synced_server.kill()
    synced_server.start()
    assert "kube-system" in namespaces_shown(synced_server)
    synced_server.wait_until_synced()
    synced_server.manage("verify", "test")


def test_what_changed_meanwhile_is_there_after_the_restart(
    synced_server: Server, kubectl: Kubectl, namespace: str
) -> None:
    kubectl("create", "namespace", f"{namespace}-b")
    eventually(lambda: f"{namespace}-b" in namespaces_shown(synced_server))
    synced_server.kill()
    kubectl("delete", "namespace", f"{namespace}-b")
    synced_server.start()
    eventually(lambda: f"{namespace}-b" not in namespaces_shown(synced_server))
    synced_server.manage("verify", "test")


@pytest.mark.spread_out
def test_another_process_takes_over_the_watching(synced_server: Server, namespace: str, kubectl: Kubectl) -> None:
    assert synced_server.watcher
    second = synced_server.run("second-watch", "watch")
    synced_server.watcher.stop(signal.SIGKILL)
    kubectl("create", "namespace", f"{namespace}-b")
    try:
        eventually(lambda: f"{namespace}-b" in namespaces_shown(synced_server), seconds=40)
    finally:
        kubectl("delete", "namespace", f"{namespace}-b", "--wait=false")
        second.stop()
