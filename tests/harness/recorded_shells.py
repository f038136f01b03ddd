"""Shells that are recorded in a browser, and the player of what was recorded."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.harness.browsers import go_to
from tests.harness.doors import faulty_cluster
from tests.harness.servers import Server, synced

SLOW = 30_000
SHELL = "/clusters/harbour/pods/default/shell/shell/"
EMBEDDED = {"DATABASE_URL": "", "REDIS_URL": ""}


@contextmanager
def recording_server(folder: Path) -> Iterator[Server]:
    """A Pilothouse whose only cluster requires recordings, with a pod that has a shell."""
    with faulty_cluster(folder / "cluster") as cluster:
        container = {"name": "app", "image": "docker.io/library/busybox:1"}
        state = {"name": "app", "ready": True, "restartCount": 0, "containerID": "containerd://1"}
        status = {"phase": "Running", "containerStatuses": [{**state, "state": {"running": {}}}]}
        spec = {"containers": [container], "nodeName": "node-1"}
        cluster.door.put("namespaces", "default")
        cluster.door.put("pods", "shell", "default", spec=spec, status=status)
        server = Server(folder, kubeconfig=cluster.kubeconfig_of("harbour"), settings=EMBEDDED)
        with synced(server):
            policy = "from clusters.models import Cluster; Cluster.objects.update(recording='required')"
            server.manage("shell", "-c", policy)
            yield server


def record(page: Page, *lines: str) -> None:
    """A shell in which these lines were typed, and that was left."""
    go_to(page, SHELL)
    page.get_by_role("button", name="Open shell").click()
    expect(page.locator("#shell-status .rec")).to_have_text("Recorded", timeout=SLOW)
    for line in (*lines, "exit"):
        page.keyboard.type(f"{line}\n")
    expect(page.locator("#shell-status")).to_contain_text("exit code", timeout=SLOW)


def open_newest(page: Page) -> None:
    go_to(page, "/recordings/")
    page.locator(".recording-rows .name").first.click()
    expect(page.get_by_role("button", name="Play")).to_be_enabled(timeout=SLOW)
