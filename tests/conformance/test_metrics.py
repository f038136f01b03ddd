"""metrics.k8s.io: the simulator answers as a real metrics server does."""

from typing import Any

from tests.harness.kubernetes_api import TABLE, KubernetesApi
from tests.harness.waiting import eventually

METRICS = "/apis/metrics.k8s.io/v1beta1"


def nodes(api: KubernetesApi) -> list[Any]:
    """What nodes use; a real metrics server needs some seconds for its first look, an empty world has no nodes."""
    there_are_some = bool(api.get("/api/v1/nodes")["items"])
    eventually(lambda: bool(api.get(f"{METRICS}/nodes")["items"]) is there_are_some, seconds=60)
    found: list[Any] = api.get(f"{METRICS}/nodes")["items"]
    return found


def test_a_list_says_what_it_is(api: KubernetesApi) -> None:
    found = api.get(f"{METRICS}/nodes")
    assert (found["kind"], found["apiVersion"]) == ("NodeMetricsList", "metrics.k8s.io/v1beta1")
    assert api.get(f"{METRICS}/pods")["kind"] == "PodMetricsList"


def test_every_node_says_what_it_uses(api: KubernetesApi) -> None:
    for item in nodes(api):
        assert set(item) == {"metadata", "timestamp", "window", "usage"}
        assert set(item["usage"]) == {"cpu", "memory"}
        found = api.get(f"{METRICS}/nodes/{item['metadata']['name']}")
        assert (found["kind"], set(found["usage"])) == ("NodeMetrics", {"cpu", "memory"})


def test_what_was_not_measured(api: KubernetesApi) -> None:
    """The metrics server names a node in the singular, and pods in the plural."""
    assert api.ask("GET", f"{METRICS}/nodes/nowhere").refusal == (404, "NotFound", 'node "nowhere" not found')
    answer = api.ask("GET", f"{METRICS}/namespaces/default/pods/nothing")
    assert answer.refusal == (404, "NotFound", 'pods "nothing" not found')


def test_columns(api: KubernetesApi) -> None:
    table = api.get(f"{METRICS}/nodes", accept=TABLE)
    assert [(column["name"], column["format"]) for column in table["columnDefinitions"]] == [
        ("Name", "name"),
        ("cpu", "quantity"),
        ("memory", "quantity"),
        ("Window", "duration"),
    ]
