"""Discovery: every kind that the simulator has is described as the real server describes it."""

from typing import Any

import pytest

from tests.harness.kubernetes_api import KubernetesApi

AGGREGATED = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"
LACKING = {
    "autoscaling/v1",
    "events.k8s.io/v1",
    "flowcontrol.apiserver.k8s.io/v1",
    "resource.k8s.io/v1",
}
"""Versions that the simulator does not serve: other forms of what it has, or machinery that it has no use for."""

LACKING_KINDS = {
    "componentstatuses",
    "csistoragecapacities",
    "ipaddresses",
    "servicecidrs",
    "tokenreviews",
    "validatingadmissionpolicies",
    "validatingadmissionpolicybindings",
    "volumeattributesclasses",
}


def resources(api: KubernetesApi, version: str) -> dict[str, Any]:
    """The resources of a version by name, without the hashes of how etcd holds them."""
    root = "apis" if "/" in version else "api"
    found = api.get(f"/{root}/{version}")["resources"]
    return {item["name"]: {key: item[key] for key in item if key != "storageVersionHash"} for item in found}


def versions(api: KubernetesApi) -> set[str]:
    groups = api.get("/apis")["groups"]
    return {"v1"} | {version["groupVersion"] for group in groups for version in group["versions"]}


def test_all_versions_but_those_that_are_left_out(simulated_api: KubernetesApi, real_api: KubernetesApi) -> None:
    left_out = versions(real_api) - versions(simulated_api)
    assert left_out == LACKING
    assert versions(simulated_api) <= versions(real_api)


def test_every_resource_is_described_alike(simulated_api: KubernetesApi, real_api: KubernetesApi) -> None:
    for version in versions(simulated_api):
        ours, theirs = resources(simulated_api, version), resources(real_api, version)
        assert ours == {name: theirs[name] for name in ours}
        assert {name.partition("/")[0] for name in set(theirs) - set(ours)} <= LACKING_KINDS


@pytest.mark.parametrize("path", ["/api", "/apis"])
def test_the_aggregated_form_says_the_same(simulated_api: KubernetesApi, real_api: KubernetesApi, path: str) -> None:
    def groups(api: KubernetesApi) -> dict[str, Any]:
        found = api.get(path, accept=AGGREGATED)
        assert (found["kind"], found["apiVersion"]) == ("APIGroupDiscoveryList", "apidiscovery.k8s.io/v2")
        return {item["metadata"].get("name", ""): item["versions"][0] for item in found["items"]}

    ours, theirs = groups(simulated_api), groups(real_api)
    assert [name for name in theirs if name in ours] == list(ours), "in the real server's order"
    for name, version in ours.items():
        real = {item["resource"]: item for item in theirs[name]["resources"]}
        assert version["version"] == theirs[name]["version"]
        for item in version["resources"]:
            assert item == real[item["resource"]]


def test_the_aggregated_form_is_not_sent_twice(api: KubernetesApi) -> None:
    tag = api.ask("GET", "/apis", accept=AGGREGATED).headers["ETag"]
    assert api.ask("GET", "/apis", accept=AGGREGATED, headers={"If-None-Match": tag}).code == 304


def test_a_group_says_its_preferred_version(api: KubernetesApi) -> None:
    found = api.get("/apis/apps")
    assert found["preferredVersion"] == {"groupVersion": "apps/v1", "version": "v1"}


def test_the_version(api: KubernetesApi) -> None:
    found = api.get("/version")
    assert (found["gitVersion"], found["major"], found["minor"]) == ("v1.35.4", "1", "35")


@pytest.mark.parametrize("path", ["/healthz", "/livez", "/readyz", "/readyz/ping"])
def test_health(api: KubernetesApi, path: str) -> None:
    answer = api.ask("GET", path)
    assert (answer.code, answer.body, answer.headers["Content-Type"]) == (200, b"ok", "text/plain; charset=utf-8")


def test_health_in_detail(api: KubernetesApi) -> None:
    lines = api.ask("GET", "/readyz", query={"verbose": ""}).body.decode().splitlines()
    assert "[+]ping ok" in lines
    assert lines[-1] == "readyz check passed"


def test_kubectl_finds_kinds_by_their_short_names(api: KubernetesApi) -> None:
    printed = api.kubectl("get", "ns,sa,cm,deploy", "--namespace", "default", "-o", "name")
    assert "namespace/default" in printed.splitlines()
    assert api.kubectl("api-resources", "--api-group=apps", "-o", "name").splitlines() == [
        "controllerrevisions.apps",
        "daemonsets.apps",
        "deployments.apps",
        "replicasets.apps",
        "statefulsets.apps",
    ]
