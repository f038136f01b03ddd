"""Somebody replaces an object, or only its status."""

from typing import Any

import pytest

from tests.conformance.manifests import MERGE, config_map, deployment, patch, pod
from tests.harness.kubernetes_api import Json, KubernetesApi

MODIFIED = "the object has been modified; please apply your changes to the latest version and try again"


@pytest.fixture
def maps(api: KubernetesApi, namespace: str) -> str:
    """The path of config maps with one of them, "colours"."""
    path = f"/api/v1/namespaces/{namespace}/configmaps"
    api.create(path, config_map(sky="blue", grass="green"))
    return path


@pytest.fixture
def deployments(api: KubernetesApi, namespace: str) -> str:
    """The path of deployments with one of them, "web", that nobody has touched yet."""
    path = f"/apis/apps/v1/namespaces/{namespace}/deployments"
    api.create(path, deployment())
    return path


def test_an_object_is_replaced(api: KubernetesApi, maps: str) -> None:
    before = api.get(f"{maps}/colours")
    answer = api.ask("PUT", f"{maps}/colours", body=config_map(sky="grey"))
    after = answer.json()
    assert (answer.code, after["data"]) == (200, {"sky": "grey"})
    assert int(after["metadata"]["resourceVersion"]) > int(before["metadata"]["resourceVersion"])
    for kept in ("uid", "creationTimestamp"):
        assert after["metadata"][kept] == before["metadata"][kept]
    (entry,) = after["metadata"]["managedFields"]
    assert entry["fieldsV1"] == {"f:data": {".": {}, "f:sky": {}}}


def test_what_changes_nothing_makes_no_version(api: KubernetesApi, maps: str) -> None:
    before = api.get(f"{maps}/colours")
    assert api.ask("PUT", f"{maps}/colours", body=config_map(sky="blue", grass="green")).json() == before


def test_a_dry_run_replaces_nothing(api: KubernetesApi, maps: str) -> None:
    answer = api.ask("PUT", f"{maps}/colours", body=config_map(sky="grey"), query={"dryRun": "All"})
    assert (answer.code, answer.json()["data"]) == (200, {"sky": "grey"})
    assert api.get(f"{maps}/colours")["data"]["sky"] == "blue"


def test_an_older_version_is_a_conflict(api: KubernetesApi, maps: str) -> None:
    old = api.get(f"{maps}/colours")
    api.patch(f"{maps}/colours", {"data": {"sky": "grey"}})
    answer = api.ask("PUT", f"{maps}/colours", body={**old, "data": {"sky": "red"}})
    words = f'Operation cannot be fulfilled on configmaps "colours": {MODIFIED}'
    assert answer.refusal == (409, "Conflict", words)
    assert answer.json()["details"] == {"name": "colours", "kind": "configmaps"}


def test_another_object_of_that_name_is_a_conflict(api: KubernetesApi, maps: str) -> None:
    body = config_map()
    body["metadata"]["uid"] = "other"
    code, reason, words = api.ask("PUT", f"{maps}/colours", body=body).refusal
    assert (code, reason) == (409, "Conflict")
    assert "Precondition failed: UID in precondition: other, UID in object meta: " in words


@pytest.mark.parametrize(
    ("metadata", "expected"),
    [
        ({"name": "other"}, "the name of the object (other) does not match the name on the URL (colours)"),
        ({}, "the name of the object (colours based on URL) was undeterminable: name must be provided"),
    ],
)
def test_the_name_is_that_of_the_path(api: KubernetesApi, maps: str, metadata: Json, expected: str) -> None:
    answer = api.ask("PUT", f"{maps}/colours", body={"metadata": metadata})
    assert answer.refusal == (400, "BadRequest", expected)


def test_what_is_not_there(api: KubernetesApi, maps: str) -> None:
    answer = api.ask("PUT", f"{maps}/shapes", body=config_map("shapes"))
    assert answer.refusal == (404, "NotFound", 'configmaps "shapes" not found')


def test_a_selector_stays(api: KubernetesApi, deployments: str) -> None:
    other = {"matchLabels": {"app": "other"}}
    template = {"metadata": {"labels": {"app": "other"}}, "spec": {"containers": [{"name": "c", "image": "c"}]}}
    answer = api.ask("PUT", f"{deployments}/web", body=deployment(selector=other, template=template))
    words = 'spec.selector: Invalid value: {"matchLabels":{"app":"other"}}: field is immutable'
    assert answer.refusal == (422, "Invalid", f'Deployment.apps "web" is invalid: {words}')


@pytest.mark.parametrize(
    "change",
    [
        {"restartPolicy": "Never"},
        {"nodeName": "node1"},
        {"containers": [{"name": "server", "image": "web:1", "command": ["other"]}]},
    ],
)
def test_hardly_anything_of_a_pod_changes(api: KubernetesApi, namespace: str, change: Json) -> None:
    """The real server adds the difference of what it holds inside."""
    path = f"/api/v1/namespaces/{namespace}/pods"
    api.create(path, pod())
    code, reason, words = patch(api, f"{path}/web", {"spec": change}).refusal
    assert (code, reason) == (422, "Invalid")
    assert words.startswith(
        'Pod "web" is invalid: spec: Forbidden: pod updates may not change fields other than `spec.containers[*].image`'
        ",`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing "
        "tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)"
    )


def test_the_image_of_a_pod_changes(api: KubernetesApi, namespace: str) -> None:
    path = f"/api/v1/namespaces/{namespace}/pods"
    api.create(path, pod())
    change = [{"op": "replace", "path": "/spec/containers/0/image", "value": "web:2"}]
    answer = patch(api, f"{path}/web", change, "application/json-patch+json")
    assert answer.code == 200
    assert answer.json()["metadata"]["generation"] == 2


def test_a_generation_counts_what_was_asked_for(api: KubernetesApi, deployments: str) -> None:
    """Changes of labels are none; a controller of the real cluster adds an annotation, which is one."""
    before = api.get(f"{deployments}/web")["metadata"]["generation"]
    labelled = patch(api, f"{deployments}/web", {"metadata": {"labels": {"tier": "front"}}}).json()
    paused = patch(api, f"{deployments}/web", {"spec": {"paused": True}}).json()
    annotated = patch(api, f"{deployments}/web", {"metadata": {"annotations": {"why": "so"}}}).json()
    generations = [item["metadata"]["generation"] for item in (labelled, paused, annotated)]
    assert before <= generations[0] < generations[1] < generations[2]


def test_a_status_is_written_by_its_own_door_only(api: KubernetesApi, deployments: str) -> None:
    def conditions(obj: Any) -> list[str]:
        return [item["type"] for item in obj["status"].get("conditions", ())]

    status = {"conditions": [{"type": "Tested", "status": "True"}]}
    strategic = "application/strategic-merge-patch+json"
    answer = patch(api, f"{deployments}/web", {"status": status, "spec": {"paused": True}}, strategic)
    assert "Tested" not in conditions(answer.json())
    assert answer.json()["spec"]["paused"]
    answer = patch(api, f"{deployments}/web/status", {"status": status, "spec": {"paused": False}}, strategic)
    assert "Tested" in conditions(answer.json())
    assert answer.json()["spec"]["paused"]
    entry = next(
        entry
        for entry in answer.json()["metadata"]["managedFields"]
        if (entry["manager"], entry.get("subresource")) == ("conformance", "status")
    )
    assert "f:conditions" in entry["fieldsV1"]["f:status"]


def test_a_status_can_be_replaced(api: KubernetesApi, namespace: str) -> None:
    path = f"/api/v1/namespaces/{namespace}/pods"
    created = api.create(path, pod())
    body = {**created, "status": {"phase": "Running", "podIP": "10.1.2.3", "podIPs": [{"ip": "10.1.2.3"}]}}
    del body["metadata"]["resourceVersion"]
    answer = api.ask("PUT", f"{path}/web/status", body=body)
    assert (answer.code, answer.json()["status"]["podIP"]) == (200, "10.1.2.3")
    assert answer.json()["metadata"]["generation"] == 1


def test_an_immutable_map_stays(api: KubernetesApi, maps: str) -> None:
    api.patch(f"{maps}/colours", {"immutable": True})
    answer = patch(api, f"{maps}/colours", {"data": {"sky": "red"}}, MERGE)
    words = 'ConfigMap "colours" is invalid: data: Forbidden: field is immutable when `immutable` is set'
    assert answer.refusal == (422, "Invalid", words)
