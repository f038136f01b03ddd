"""The walk of Kubernetes' basics tutorial (kubernetes.io/docs/tutorials), beside kubectl on a real cluster."""

import csv
import io
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.harness.browsers import go_to
from tests.harness.clusters import Cluster
from tests.harness.kubectl import Kubectl
from tests.harness.pages import forbid_reload, printed_rows, shown_rows, was_reloaded
from tests.harness.servers import Server
from tests.harness.waiting import eventually

pytestmark = pytest.mark.both_modes

BOOTCAMP = "docker.io/jocatalin/kubernetes-bootcamp"
SECONDS = 1000  # Playwright counts milliseconds
NODE_COLUMNS = {
    "NAME": "name",
    "STATUS": "status",
    "ROLES": "roles",
    "VERSION": "version",
    "INTERNAL-IP": "internal_ip",
    "EXTERNAL-IP": "external_ip",
    "OS-IMAGE": "os_image",
    "KERNEL-VERSION": "kernel_version",
    "CONTAINER-RUNTIME": "container_runtime",
}
POD_COLUMNS = {
    "NAMESPACE": "namespace",
    "NAME": "name",
    "READY": "ready",
    "STATUS": "status",
    "RESTARTS": "restarts",
    "IP": "ip",
    "NODE": "node",
    "NOMINATED NODE": "nominated_node",
    "READINESS GATES": "readiness_gates",
}


@pytest.fixture
def two_nodes(cluster: Cluster) -> Iterator[Cluster]:
    """The cluster; its kubelets run again afterwards, whatever the test did to them."""
    yield cluster
    if cluster.state:
        cluster.start_kubelet("node2")


def test_the_tutorials_walk(page: Page, server: Server, two_nodes: Cluster, namespace: str) -> None:
    kubectl = two_nodes.kubectl
    here = kubectl.within(namespace)

    nodes_are_those_of_kubectl(page, kubectl)

    go_to(page, f"/clusters/test/deployments/?namespace={namespace}")
    forbid_reload(page)
    here("create", "deployment", "kubernetes-bootcamp", f"--image={BOOTCAMP}:v1")
    deployment_shows(page, ready="1/1")
    here("scale", "deployment/kubernetes-bootcamp", "--replicas=4")
    deployment_shows(page, ready="4/4")
    assert not was_reloaded(page)

    pods_are_those_of_kubectl(page, kubectl)
    exported_pods_are_those_of_kubectl(server, kubectl)

    pod = open_a_pod(page, here)
    its_log_says(page, pod, "Kubernetes Bootcamp App Started")
    its_terminal_answers(page, pod)

    here("set", "image", "deployment/kubernetes-bootcamp", f"kubernetes-bootcamp={BOOTCAMP}:v2")
    only_new_pods_run(page, here)

    a_dead_nodes_pods_are_replaced(page, two_nodes, here)


def nodes_are_those_of_kubectl(page: Page, kubectl: Kubectl) -> None:
    """Every cell of `kubectl get nodes -o wide`; ages are compared as moments."""
    go_to(page, f"/clusters/test/nodes/?sort=name&columns={','.join(NODE_COLUMNS.values())},age")
    metadata = [node["metadata"] for node in kubectl.json("get", "nodes")["items"]]
    created = {it["name"]: it["creationTimestamp"] for it in metadata}
    expected = printed_rows(kubectl, NODE_COLUMNS, "get", "nodes", "-o", "wide")
    for row in expected:
        row["age"] = created[row["name"]]
    assert rows_with_moments(page) == expected


def rows_with_moments(page: Page) -> list[dict[str, str]]:
    """The page's rows, with moments written as Kubernetes writes them."""
    return [{**row, "age": row["age"].replace("+00:00", "Z")} for row in shown_rows(page)]


def deployment_shows(page: Page, *, ready: str) -> None:
    """The tutorial's deployment is on the page and says how many of its pods are ready."""
    row = page.locator("tr[data-uid]", has_text="kubernetes-bootcamp")
    expect(row.locator('[data-col="ready"]')).to_have_text(ready, timeout=30 * SECONDS)


def pods_are_those_of_kubectl(page: Page, kubectl: Kubectl) -> None:
    """Every cell of `kubectl get pods -A -o wide` on the page."""
    go_to(page, f"/clusters/test/pods/?sort=name&columns={','.join(POD_COLUMNS.values())}")

    def equal() -> bool:
        expected = printed_rows(kubectl, POD_COLUMNS, "get", "pods", "-A", "-o", "wide")
        assert sorted(shown_rows(page), key=full_name) == sorted(expected, key=full_name)
        return True

    eventually(equal)


def full_name(row: dict[str, str]) -> tuple[str, str]:
    """What tells pods apart."""
    return row["namespace"], row["name"]


def exported_pods_are_those_of_kubectl(server: Server, kubectl: Kubectl) -> None:
    """The exported file says the same in kubectl's words, ages and restarts included."""
    columns = {**POD_COLUMNS, "AGE": "age"}

    def equal() -> bool:
        expected = printed_rows(kubectl, columns, "get", "pods", "-A", "-o", "wide")
        exported_text = server.text(f"/clusters/test/pods/?format=csv&columns={','.join(columns.values())}")
        lines = list(csv.reader(io.StringIO(exported_text)))[1:]
        exported = [dict(zip(columns.values(), line, strict=True)) for line in lines]
        assert sorted(exported, key=full_name) == sorted(expected, key=full_name)
        return True

    eventually(equal)


def open_a_pod(page: Page, kubectl: Kubectl) -> str:
    """Open one of the deployment's pods from the table; returns its name."""
    name: str = kubectl.json("get", "pods")["items"][0]["metadata"]["name"]
    go_to(page, f"/clusters/test/pods/?namespace={kubectl.namespace}")
    page.locator("tr[data-uid]", has_text=name).get_by_role("link").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(name)
    return name


def its_log_says(page: Page, pod: str, line: str) -> None:
    """Follow the pod's log."""
    page.get_by_role("link", name="Logs", exact=True).first.click()
    expect(page.get_by_role("log")).to_contain_text(line, timeout=10 * SECONDS)


def its_terminal_answers(page: Page, pod: str) -> None:
    """Open a shell in the pod, and run `env` and something that only bash can do."""
    page.get_by_role("link", name="Shell").first.click()
    page.get_by_role("button", name="Open shell").click()
    screen = page.locator(".xterm-rows")
    expect(screen).to_contain_text("#", timeout=10 * SECONDS)
    page.keyboard.type("env | grep HOSTNAME\n")
    expect(screen).to_contain_text(f"HOSTNAME={pod}", timeout=10 * SECONDS)
    page.keyboard.type("echo ${BASH_VERSION%%.*}-is-bash $((6 * 7))\n")
    expect(screen).to_contain_text("-is-bash 42", timeout=10 * SECONDS)


def only_new_pods_run(page: Page, kubectl: Kubectl) -> None:
    """After the rollout every running pod has the new image, on the page too."""
    kubectl("rollout", "status", "deployment/kubernetes-bootcamp", "--timeout=60s")
    pods = kubectl.json("get", "pods")["items"]
    new = {pod["metadata"]["name"] for pod in pods if pod["spec"]["containers"][0]["image"].endswith(":v2")}
    go_to(page, f"/clusters/test/pods/?namespace={kubectl.namespace}")
    eventually(lambda: {row["name"] for row in running(page)} == new)


def a_dead_nodes_pods_are_replaced(page: Page, cluster: Cluster, kubectl: Kubectl) -> None:
    """Kill a kubelet: its node is NotReady on the page, and the other node runs all pods."""
    lost = {row["name"] for row in running(page) if row["node"] == "node2"}
    assert lost
    go_to(page, "/clusters/test/nodes/")
    cluster.stop_kubelet("node2")
    node = page.locator("tr[data-uid]", has_text="node2")
    expect(node.locator('[data-col="status"] .word')).to_have_text("NotReady", timeout=40 * SECONDS)

    go_to(page, f"/clusters/test/pods/?namespace={kubectl.namespace}")
    eventually(lambda: [row["node"] for row in running(page)] == ["node1"] * 4, seconds=60)
    assert lost <= {row["name"] for row in shown_rows(page) if row["status"] == "Terminating"}


def running(page: Page) -> list[dict[str, str]]:
    """The rows of the pods that run."""
    return [row for row in shown_rows(page) if row["status"] == "Running"]
