"""Somebody scales a workload by its scale subresource."""

import pytest

from tests.conformance.manifests import MERGE, STRATEGIC, deployment, patch
from tests.harness.kubernetes_api import Json, KubernetesApi


@pytest.fixture(params=["deployments", "replicasets", "statefulsets"])
def workload(request: pytest.FixtureRequest, api: KubernetesApi, namespace: str) -> str:
    """The path of a workload whose pods would fit on no node."""
    kind = {"deployments": "Deployment", "replicasets": "ReplicaSet", "statefulsets": "StatefulSet"}[request.param]
    body: Json = {**deployment(), "kind": kind}
    body["spec"]["template"]["spec"]["nodeSelector"] = {"no": "where"}
    path = f"/apis/apps/v1/namespaces/{namespace}/{request.param}"
    api.create(path, body)
    return f"{path}/web"


def test_the_scale_of_a_workload(api: KubernetesApi, workload: str) -> None:
    scale = api.get(f"{workload}/scale")
    assert (scale["kind"], scale["apiVersion"], scale["spec"]) == ("Scale", "autoscaling/v1", {})
    assert scale["status"] == {"replicas": 0, "selector": "app=web"}
    assert scale["metadata"]["uid"] == api.get(workload)["metadata"]["uid"]


def test_setting_it(api: KubernetesApi, workload: str) -> None:
    body = {"metadata": {"name": "web"}, "spec": {"replicas": 1}}
    answer = api.ask("PUT", f"{workload}/scale", body=body)
    assert (answer.code, answer.json()["kind"], answer.json()["spec"]) == (200, "Scale", {"replicas": 1})
    assert api.get(workload)["spec"]["replicas"] == 1


@pytest.mark.parametrize("media", [MERGE, STRATEGIC])
def test_patching_it(api: KubernetesApi, workload: str, media: str) -> None:
    before = api.get(workload)["metadata"]["generation"]
    answer = patch(api, f"{workload}/scale", {"spec": {"replicas": 1}}, media)
    assert (answer.code, answer.json()["spec"]) == (200, {"replicas": 1})
    assert api.get(workload)["metadata"]["generation"] == before + 1


def test_a_dry_run_scales_nothing(api: KubernetesApi, workload: str) -> None:
    answer = patch(api, f"{workload}/scale", {"spec": {"replicas": 5}}, dryRun="All")
    assert answer.json()["spec"] == {"replicas": 5}
    assert api.get(workload)["spec"]["replicas"] == 0


def test_numbers_below_zero(api: KubernetesApi, workload: str) -> None:
    words = 'Scale.autoscaling "web" is invalid: spec.replicas: Invalid value: -1: must be greater than or equal to 0'
    assert patch(api, f"{workload}/scale", {"spec": {"replicas": -1}}).refusal == (422, "Invalid", words)


def test_an_older_version_is_a_conflict(api: KubernetesApi, workload: str) -> None:
    body = {"metadata": {"name": "web", "resourceVersion": "1"}, "spec": {"replicas": 1}}
    code, reason, words = api.ask("PUT", f"{workload}/scale", body=body).refusal
    assert (code, reason) == (409, "Conflict")
    assert words.endswith("please apply your changes to the latest version and try again")


def test_what_is_not_there(api: KubernetesApi, workload: str) -> None:
    code, reason, words = api.ask("GET", f"{workload}x/scale").refusal
    assert (code, reason) == (404, "NotFound")
    assert words.endswith('.apps "webx" not found')


def test_whoever_scales_owns_the_number(api: KubernetesApi, workload: str) -> None:
    patch(api, f"{workload}/scale", {"spec": {"replicas": 1}}, fieldManager="scaler")
    entries = api.get(workload)["metadata"]["managedFields"]
    (entry,) = [item for item in entries if item["manager"] == "scaler"]
    assert (entry["subresource"], entry["fieldsV1"]) == ("scale", {"f:spec": {"f:replicas": {}}})
