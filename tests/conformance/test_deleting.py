"""Somebody deletes objects, at once or gracefully."""

from datetime import datetime
from typing import Any

import pytest

from tests.conformance.manifests import config_map, deployment, patch, pod
from tests.harness.kubernetes_api import Answer, Json, KubernetesApi

HOLD = "test.example/hold"


@pytest.fixture
def maps(api: KubernetesApi, namespace: str) -> str:
    """The path of config maps: "colours" and, held by a finalizer until the test lets it go, "held"."""
    path = f"/api/v1/namespaces/{namespace}/configmaps"
    api.create(path, config_map())
    api.create(path, {"metadata": {"name": "held", "finalizers": [HOLD]}})
    return path


@pytest.fixture
def pods(api: KubernetesApi, namespace: str) -> str:
    """The path of pods: "web", on a node that does not exist, so that nobody ends it."""
    path = f"/api/v1/namespaces/{namespace}/pods"
    api.create(path, pod(nodeName="nowhere", tolerations=[{"operator": "Exists"}]))
    return path


def delete(api: KubernetesApi, path: str, options: Json | None = None, **query: str | int) -> Answer:
    return api.ask("DELETE", path, body=options, query=query)


def release(api: KubernetesApi, path: str) -> Answer:
    return patch(api, path, {"metadata": {"finalizers": None}})


def test_what_is_deleted_is_gone(api: KubernetesApi, maps: str) -> None:
    uid = api.get(f"{maps}/colours")["metadata"]["uid"]
    answer = delete(api, f"{maps}/colours")
    details = {"name": "colours", "kind": "configmaps", "uid": uid}
    expected = {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "details": details}
    assert (answer.code, answer.json()) == (200, expected)
    refusal = delete(api, f"{maps}/colours").refusal
    assert refusal == (404, "NotFound", 'configmaps "colours" not found')


def test_a_dry_run_deletes_nothing(api: KubernetesApi, maps: str) -> None:
    assert delete(api, f"{maps}/colours", dryRun="All").code == 200
    assert delete(api, f"{maps}/colours", {"dryRun": ["All"]}).code == 200
    assert api.get(f"{maps}/colours")


def test_a_finalizer_holds_an_object_back(api: KubernetesApi, maps: str) -> None:
    answer = delete(api, f"{maps}/held")
    metadata = answer.json()["metadata"]
    assert (answer.code, metadata["deletionGracePeriodSeconds"]) == (200, 0)
    assert metadata["deletionTimestamp"]
    assert delete(api, f"{maps}/held").json() == answer.json()
    assert release(api, f"{maps}/held").code == 200
    assert api.ask("GET", f"{maps}/held").code == 404


def test_what_is_going_takes_no_finalizers(api: KubernetesApi, maps: str) -> None:
    delete(api, f"{maps}/held")
    answer = patch(api, f"{maps}/held", {"metadata": {"finalizers": [HOLD, "test.example/more"]}})
    words = (
        'ConfigMap "held" is invalid: metadata.finalizers: Forbidden: no new finalizers can be added if the object is '
        'being deleted, found new finalizers []string{"test.example/more"}'
    )
    assert answer.refusal == (422, "Invalid", words)
    release(api, f"{maps}/held")


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        ({"uid": "x"}, "the UID in the precondition (x) does not match the UID in record ({uid}). "),
        (
            {"resourceVersion": "1"},
            "the ResourceVersion in the precondition (1) does not match the ResourceVersion in record ({version}). ",
        ),
    ],
)
def test_preconditions(api: KubernetesApi, maps: str, condition: Json, words: str) -> None:
    metadata = api.get(f"{maps}/colours")["metadata"]
    code, reason, message = delete(api, f"{maps}/colours", {"preconditions": condition}).refusal
    assert (code, reason) == (409, "Conflict")
    expected = words.format(uid=metadata["uid"], version=metadata["resourceVersion"])
    assert message.startswith(f'Operation cannot be fulfilled on ConfigMap "colours": {expected}')
    good = {"uid": metadata["uid"], "resourceVersion": metadata["resourceVersion"]}
    assert delete(api, f"{maps}/colours", {"preconditions": good}).code == 200


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (
            {"propagationPolicy": "Sideways"},
            'Unsupported value: "Sideways": supported values: "Foreground", "Background", "Orphan", "nil"',
        ),
        (
            {"propagationPolicy": "Orphan", "orphanDependents": True},
            'Invalid value: "Orphan": orphanDependents and deletionPropagation cannot be both set',
        ),
    ],
)
def test_options_that_are_none(api: KubernetesApi, maps: str, options: Json, expected: str) -> None:
    words = f'DeleteOptions.meta.k8s.io "" is invalid: propagationPolicy: {expected}'
    assert delete(api, f"{maps}/colours", options).refusal == (422, "Invalid", words)


@pytest.mark.parametrize(("policy", "finalizer"), [("Foreground", "foregroundDeletion"), ("Orphan", "orphan")])
def test_dependents_are_seen_to_first(api: KubernetesApi, namespace: str, policy: str, finalizer: str) -> None:
    path = f"/apis/apps/v1/namespaces/{namespace}/deployments"
    api.create(path, deployment())
    answer = delete(api, f"{path}/web", {"propagationPolicy": policy})
    metadata = answer.json()["metadata"]
    assert (answer.code, metadata["finalizers"]) == (200, [finalizer])
    assert metadata["deletionTimestamp"]


def test_a_pod_has_its_time(api: KubernetesApi, pods: str) -> None:
    answer = delete(api, f"{pods}/web")
    metadata = answer.json()["metadata"]
    assert (answer.code, metadata["deletionGracePeriodSeconds"], metadata["generation"]) == (200, 30, 2)
    assert api.get(f"{pods}/web")["metadata"]["deletionTimestamp"] == metadata["deletionTimestamp"]


def test_a_second_deletion_only_hastens_the_first(api: KubernetesApi, pods: str) -> None:
    def end(seconds: int | None = None) -> tuple[int, datetime]:
        query: dict[str, Any] = {} if seconds is None else {"gracePeriodSeconds": seconds}
        metadata = delete(api, f"{pods}/web", **query).json()["metadata"]
        return metadata["deletionGracePeriodSeconds"], datetime.fromisoformat(metadata["deletionTimestamp"])

    first = end()
    assert end(100) == first
    assert end() == first
    seconds, moment = end(10)
    assert (seconds, (first[1] - moment).total_seconds()) == (10, 20)


def test_a_pod_can_go_at_once(api: KubernetesApi, pods: str) -> None:
    answer = delete(api, f"{pods}/web", gracePeriodSeconds=0)
    assert (answer.code, answer.json()["kind"]) == (200, "Pod")
    assert answer.json()["metadata"]["deletionGracePeriodSeconds"] == 0
    assert api.ask("GET", f"{pods}/web").code == 404


def test_a_pod_without_a_node_goes_at_once(api: KubernetesApi, namespace: str) -> None:
    path = f"/api/v1/namespaces/{namespace}/pods"
    api.create(path, pod("waiting"))
    assert delete(api, f"{path}/waiting").json()["metadata"]["deletionGracePeriodSeconds"] == 0
    assert api.ask("GET", f"{path}/waiting").code == 404


def test_watchers_see_a_pod_going_and_gone(api: KubernetesApi, pods: str) -> None:
    since = api.get(pods)["metadata"]["resourceVersion"]
    with api.watch(pods, {"resourceVersion": since, "fieldSelector": "metadata.name=web"}) as events:
        delete(api, f"{pods}/web")
        delete(api, f"{pods}/web", gracePeriodSeconds=0)
        seen = []
        for event in events:
            seen.append((event["type"], event["object"]["metadata"].get("deletionGracePeriodSeconds")))
            if event["type"] == "DELETED":
                break
    assert seen[0] == ("MODIFIED", 30)
    assert seen[-1] == ("DELETED", 0)


def test_many_are_deleted_by_label(api: KubernetesApi, maps: str) -> None:
    for name in ("one", "two"):
        api.create(maps, {"metadata": {"name": name, "labels": {"batch": "first"}}})
    answer = delete(api, maps, labelSelector="batch=first", dryRun="All")
    assert [item["metadata"]["name"] for item in answer.json()["items"]] == ["one", "two"]
    answer = delete(api, maps, labelSelector="batch=first")
    assert (answer.code, answer.json()["kind"]) == (200, "ConfigMapList")
    assert [item["metadata"]["name"] for item in answer.json()["items"]] == ["one", "two"]
    names = {item["metadata"]["name"] for item in api.get(maps)["items"]}
    assert not names & {"one", "two"}
    assert "colours" in names


def test_a_namespace_waits_for_its_contents(api: KubernetesApi, namespace: str, maps: str) -> None:
    answer = delete(api, f"/api/v1/namespaces/{namespace}")
    found = answer.json()
    assert (answer.code, found["status"]["phase"], found["spec"]["finalizers"]) == (200, "Terminating", ["kubernetes"])
    assert api.get(f"/api/v1/namespaces/{namespace}")["metadata"]["deletionTimestamp"]
    release(api, f"{maps}/held")


@pytest.mark.parametrize("name", ["default", "kube-system"])
def test_namespaces_that_every_cluster_needs_stay(api: KubernetesApi, name: str) -> None:
    words = f'namespaces "{name}" is forbidden: this namespace may not be deleted'
    assert delete(api, f"/api/v1/namespaces/{name}", dryRun="All").refusal == (403, "Forbidden", words)
