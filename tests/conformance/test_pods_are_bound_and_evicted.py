"""The subresources of pods that change them: binding, eviction and ephemeral containers."""

import pytest

from tests.conformance.manifests import STRATEGIC, patch, pod
from tests.harness.kubernetes_api import Json, KubernetesApi
from tests.harness.waiting import eventually

SUCCESS = {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "code": 201}


@pytest.fixture
def pods(api: KubernetesApi, namespace: str) -> str:
    """The path of pods: "web", which fits on no node."""
    path = f"/api/v1/namespaces/{namespace}/pods"
    api.create(path, pod(tolerations=[{"operator": "Exists"}]))
    return path


def binding(node: str) -> Json:
    target = {"kind": "Node", "name": node}
    return {"apiVersion": "v1", "kind": "Binding", "metadata": {"name": "web"}, "target": target}


def eviction(**options: object) -> Json:
    return {
        "apiVersion": "policy/v1",
        "kind": "Eviction",
        "metadata": {"name": "web"},
        "deleteOptions": {"gracePeriodSeconds": 0, **options},
    }


def test_a_pod_is_bound_once(api: KubernetesApi, pods: str) -> None:
    answer = api.ask("POST", f"{pods}/web/binding", body=binding("nowhere"))
    assert (answer.code, answer.json()) == (201, SUCCESS)
    found = api.get(f"{pods}/web")
    assert (found["spec"]["nodeName"], found["metadata"]["generation"]) == ("nowhere", 1)
    words = 'Operation cannot be fulfilled on pods/binding "web": pod web is already assigned to node "nowhere"'
    assert api.ask("POST", f"{pods}/web/binding", body=binding("elsewhere")).refusal == (409, "Conflict", words)


def test_a_pod_is_evicted(api: KubernetesApi, pods: str) -> None:
    answer = api.ask("POST", f"{pods}/web/eviction", body=eviction(dryRun=["All"]))
    assert (answer.code, answer.json()) == (201, SUCCESS)
    assert api.get(f"{pods}/web")
    assert api.ask("POST", f"{pods}/web/eviction", body=eviction()).code == 201
    assert api.ask("GET", f"{pods}/web").code == 404


def test_the_eviction_of_another(api: KubernetesApi, pods: str) -> None:
    body = {**eviction(), "metadata": {"name": "other"}}
    words = "name in URL does not match name in Eviction object"
    assert api.ask("POST", f"{pods}/web/eviction", body=body).refusal == (400, "BadRequest", words)
    refusal = api.ask("POST", f"{pods}/webx/eviction", body={**eviction(), "metadata": {"name": "webx"}}).refusal
    assert refusal == (404, "NotFound", 'pods "webx" not found')


def test_a_budget_keeps_a_running_pod(api: KubernetesApi, pods: str, namespace: str) -> None:
    budgets = f"/apis/policy/v1/namespaces/{namespace}/poddisruptionbudgets"
    api.patch(f"{pods}/web", {"metadata": {"labels": {"app": "web"}}})
    spec = {"minAvailable": 1, "selector": {"matchLabels": {"app": "web"}}}
    api.create(budgets, {"metadata": {"name": "web"}, "spec": spec})
    ready = {"type": "Ready", "status": "True"}
    patch(api, f"{pods}/web/status", {"status": {"phase": "Running", "conditions": [ready]}}, STRATEGIC)
    counted = {"observedGeneration": 1, "currentHealthy": 1, "desiredHealthy": 1, "expectedPods": 1}
    patch(api, f"{budgets}/web/status", {"status": {**counted, "disruptionsAllowed": 0}})
    eventually(lambda: api.get(f"{budgets}/web")["status"].get("currentHealthy") == 1)
    answer = api.ask("POST", f"{pods}/web/eviction", body=eviction())
    words = "Cannot evict pod as it would violate the pod's disruption budget."
    assert answer.refusal == (429, "TooManyRequests", words)
    cause = {
        "reason": "DisruptionBudget",
        "message": "The disruption budget web needs 1 healthy pods and has 1 currently",
    }
    assert answer.json()["details"]["causes"] == [cause]


def test_ephemeral_containers_are_added_and_stay(api: KubernetesApi, pods: str) -> None:
    def add(image: str) -> tuple[str, Json]:
        return f"{pods}/web/ephemeralcontainers", {"spec": {"ephemeralContainers": [{"name": "debug", "image": image}]}}

    answer = patch(api, *add("tools:1"), STRATEGIC)
    (found,) = answer.json()["spec"]["ephemeralContainers"]
    assert (found["name"], found["imagePullPolicy"]) == ("debug", "IfNotPresent")
    code, reason, words = patch(api, *add("tools:2"), STRATEGIC).refusal
    assert (code, reason) == (422, "Invalid")
    assert words.startswith(
        'Pod "web" is invalid: spec.ephemeralContainers: Forbidden: existing ephemeral containers "debug" may not be '
    )
