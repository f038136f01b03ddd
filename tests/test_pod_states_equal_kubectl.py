"""Pods in every state: our cells are those that kubectl prints of the same pod on a real cluster."""

import json
import secrets
from collections.abc import Iterator
from datetime import datetime

import pytest

from tests.harness.beside_kubectl import Beside, beside_kubectl
from tests.harness.kubectl import Kubectl
from tests.manifests import Manifest
from tests.pod_states import CONTAINER, STATES, State
from tests.printed_ages import is_age

HELD = "example.com/held-by-a-test"


def manifest(state: State) -> Manifest:
    """A pod that no scheduler and no kubelet will touch."""
    spec = {"schedulerName": "nobody", "containers": [CONTAINER], **state.spec}
    finalizers = [HELD] if state.leaving else []
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": state.name, "finalizers": finalizers}, "spec": spec}


def bring_about(kubectl: Kubectl) -> None:
    """Create the pods of all states, report their statuses as a kubelet would, and delete those that leave."""
    pods = {"apiVersion": "v1", "kind": "List", "items": [manifest(state) for state in STATES]}
    kubectl("create", "-f", "-", stdin=json.dumps(pods))
    created = kubectl.json("get", "pods")
    reported = {state.name: state.status for state in STATES}
    for pod in created["items"]:
        pod["status"] |= reported[pod["metadata"]["name"]]
    kubectl("replace", "--subresource=status", "-f", "-", stdin=json.dumps(created))
    kubectl("delete", "pods", "--wait=false", *leaving())


def leaving() -> list[str]:
    return [state.name for state in STATES if state.leaving]


@pytest.fixture(scope="module")
def pods(kubectl: Kubectl) -> Iterator[dict[str, Beside]]:
    """The pods by name."""
    namespace = f"test-{secrets.token_hex(4)}"
    kubectl("create", "namespace", namespace)
    inside = kubectl.within(namespace)
    try:
        bring_about(inside)
        yield beside_kubectl(inside, "pods")
    finally:
        inside("patch", "pods", *leaving(), "--type=merge", "-p", '{"metadata": {"finalizers": null}}')
        kubectl("delete", "namespace", namespace, "--wait=false")


@pytest.mark.parametrize("state", [pytest.param(state, id=state.name) for state in STATES])
def test_a_pod_reads_as_kubectl_prints_it(pods: dict[str, Beside], state: State) -> None:
    printed, ours = pods[state.name].printed, pods[state.name].row
    assert {
        "STATUS": ours["status"],
        "READY": f"{ours['ready']}/{ours['total']}",
        "IP": ours["ip"] or "<none>",
        "NODE": ours["node"] or "<none>",
        "NOMINATED NODE": ours["nominated_node"] or "<none>",
        "READINESS GATES": ours["readiness_gates"] or "<none>",
    } == {head: cell for head, cell in printed.items() if head not in ("NAME", "RESTARTS", "AGE")}
    assert is_age(printed["AGE"], ours["created"])
    assert_restarts(printed["RESTARTS"], ours["restarts"], ours["last_restart"])


def assert_restarts(printed: str, restarts: int, last: datetime | None) -> None:
    """Of "3 (5h30m ago)" both parts; kubectl leaves the second out where there is nothing to tell."""
    count, _, since = printed.partition(" ")
    assert int(count) == restarts
    if since:
        assert last is not None
        assert is_age(since.removeprefix("(").removesuffix(" ago)"), last)
    else:
        assert last is None or restarts == 0


def test_the_states_cover_every_word_that_kubectl_makes_up(pods: dict[str, Beside]) -> None:
    words = {pod.printed["STATUS"] for pod in pods.values()}
    made_up = {
        "Completed",
        "NotReady",
        "Running",
        "SchedulingGated",
        "Terminating",
        "Unknown",
        "ExitCode:3",
        "Signal:9",
    }
    of_init = {"Init:0/2", "Init:1/3", "Init:CrashLoopBackOff", "Init:Error", "Init:ExitCode:2", "Init:Signal:9"}
    assert made_up | of_init <= words
