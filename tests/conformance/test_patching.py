"""Merge, JSON and strategic merge patches."""

from typing import Any

import pytest

from tests.conformance.manifests import JSON_PATCH, MERGE, STRATEGIC, config_map, deployment, patch
from tests.harness.kubernetes_api import Json, KubernetesApi

REJECTED = "the server rejected our request due to an error in our request"


@pytest.fixture
def colours(api: KubernetesApi, namespace: str) -> str:
    """The path of a config map."""
    path = f"/api/v1/namespaces/{namespace}/configmaps"
    api.create(path, config_map(sky="blue", grass="green"))
    return f"{path}/colours"


@pytest.fixture
def web(api: KubernetesApi, namespace: str) -> str:
    """The path of a deployment with two containers."""
    containers: list[Json] = [
        {"name": "server", "image": "web:1", "env": [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}]},
        {"name": "helper", "image": "helper:1", "ports": [{"containerPort": 80}]},
    ]
    template = {"metadata": {"labels": {"app": "web"}}, "spec": {"containers": containers}}
    path = f"/apis/apps/v1/namespaces/{namespace}/deployments"
    api.create(path, deployment(template=template))
    return f"{path}/web"


def of_containers(*containers: Json, **spec: Any) -> Json:
    """A patch of the template's containers."""
    return {"spec": {"template": {"spec": {"containers": list(containers), **spec}}}}


def containers_of(answer: Any) -> list[Json]:
    assert answer.code == 200, answer.body
    found: list[Json] = answer.json()["spec"]["template"]["spec"]["containers"]
    return found


def test_merging_sets_and_removes(api: KubernetesApi, colours: str) -> None:
    answer = patch(api, colours, {"data": {"sky": None, "sea": "blue"}})
    assert (answer.code, answer.json()["data"]) == (200, {"grass": "green", "sea": "blue"})


def test_merging_replaces_lists(api: KubernetesApi, web: str) -> None:
    containers = containers_of(patch(api, web, of_containers({"name": "server", "image": "web:2"})))
    assert [item["name"] for item in containers] == ["server"]
    assert "env" not in containers[0]


def test_a_patch_that_changes_nothing_makes_no_version(api: KubernetesApi, colours: str) -> None:
    before = api.get(colours)
    for change, media in (({"data": {"sky": "blue"}}, MERGE), ([], JSON_PATCH), ({}, STRATEGIC)):
        assert patch(api, colours, change, media).json() == before


def test_a_dry_run_patches_nothing(api: KubernetesApi, colours: str) -> None:
    assert patch(api, colours, {"data": {"sky": "grey"}}, dryRun="All").json()["data"]["sky"] == "grey"
    assert api.get(colours)["data"]["sky"] == "blue"


def test_steps_are_taken_in_order(api: KubernetesApi, colours: str) -> None:
    steps = [
        {"op": "test", "path": "/data/sky", "value": "blue"},
        {"op": "move", "from": "/data/sky", "path": "/data/sea"},
        {"op": "copy", "from": "/data/sea", "path": "/data/lake"},
        {"op": "add", "path": "/metadata/labels", "value": {}},
        {"op": "add", "path": "/metadata/labels/test.example~1kind", "value": "map"},
        {"op": "remove", "path": "/data/grass"},
    ]
    answer = patch(api, colours, steps, JSON_PATCH)
    assert answer.json()["data"] == {"sea": "blue", "lake": "blue"}
    assert answer.json()["metadata"]["labels"] == {"test.example/kind": "map"}


def test_steps_know_lists(api: KubernetesApi, web: str) -> None:
    place = "/spec/template/spec/containers"
    steps = [
        {"op": "add", "path": f"{place}/-", "value": {"name": "last", "image": "last:1"}},
        {"op": "add", "path": f"{place}/0", "value": {"name": "first", "image": "first:1"}},
        {"op": "remove", "path": f"{place}/1"},
    ]
    names = [item["name"] for item in containers_of(patch(api, web, steps, JSON_PATCH))]
    assert names == ["first", "helper", "last"]


@pytest.mark.parametrize(
    "step",
    [
        {"op": "test", "path": "/data/sky", "value": "red"},
        {"op": "remove", "path": "/data/sea"},
        {"op": "add", "path": "/other/sea", "value": "blue"},
        {"op": "move", "from": "/data/sea", "path": "/data/lake"},
        {"op": "frobnicate", "path": "/data/sea"},
    ],
)
def test_steps_that_fail(api: KubernetesApi, colours: str, step: Json) -> None:
    assert patch(api, colours, [step], JSON_PATCH).refusal == (422, "Invalid", REJECTED)
    assert api.get(colours)["data"] == {"sky": "blue", "grass": "green"}


def test_a_failing_step_takes_the_others_back(api: KubernetesApi, colours: str) -> None:
    steps = [{"op": "replace", "path": "/data/sky", "value": "red"}, {"op": "remove", "path": "/data/sea"}]
    assert patch(api, colours, steps, JSON_PATCH).code == 422
    assert api.get(colours)["data"]["sky"] == "blue"


@pytest.mark.parametrize(
    ("change", "media", "expected"),
    [
        (b"[1]", MERGE, "json: cannot unmarshal array into Go value of type map[string]interface {}"),
        (b'{"x', MERGE, "unexpected end of JSON input"),
        (b'{"op": 1}', JSON_PATCH, "json: cannot unmarshal object into Go value of type []handlers.jsonPatchOp"),
    ],
)
def test_what_is_no_patch(api: KubernetesApi, colours: str, change: bytes, media: str, expected: str) -> None:
    answer = patch(api, colours, change, media)
    assert answer.refusal == (400, "BadRequest", f"error decoding patch: {expected}")


def test_a_media_type_that_is_no_patch(api: KubernetesApi, colours: str) -> None:
    answer = patch(api, colours, {}, "application/json")
    assert answer.refusal == (415, "UnsupportedMediaType", "415: Unsupported Media Type")


def test_strategic_patches_merge_containers_by_name(api: KubernetesApi, web: str) -> None:
    change = of_containers({"name": "helper", "image": "helper:2"}, {"name": "extra", "image": "extra:1"})
    containers = {item["name"]: item for item in containers_of(patch(api, web, change, STRATEGIC))}
    assert {name: item["image"] for name, item in containers.items()} == {
        "server": "web:1",
        "helper": "helper:2",
        "extra": "extra:1",
    }
    assert containers["helper"]["ports"] == [{"containerPort": 80, "protocol": "TCP"}]


def test_what_is_new_stands_before_what_was_there(api: KubernetesApi, web: str) -> None:
    change = of_containers({"name": "extra", "image": "extra:1"})
    names = [item["name"] for item in containers_of(patch(api, web, change, STRATEGIC))]
    assert names == ["extra", "server", "helper"]


def test_the_order_can_be_set(api: KubernetesApi, web: str) -> None:
    order = [{"name": "helper"}, {"name": "extra"}, {"name": "server"}]
    change = of_containers({"name": "extra", "image": "extra:1"}, **{"$setElementOrder/containers": order})
    names = [item["name"] for item in containers_of(patch(api, web, change, STRATEGIC))]
    assert names == ["helper", "extra", "server"]


def test_items_can_be_deleted(api: KubernetesApi, web: str) -> None:
    change = of_containers({"name": "helper", "$patch": "delete"})
    assert [item["name"] for item in containers_of(patch(api, web, change, STRATEGIC))] == ["server"]


def test_lists_within_items_merge_too(api: KubernetesApi, web: str) -> None:
    variables = [{"name": "B", "value": "3"}, {"name": "C", "value": "4"}, {"name": "A", "$patch": "delete"}]
    (server, _) = containers_of(patch(api, web, of_containers({"name": "server", "env": variables}), STRATEGIC))
    assert {item["name"]: item["value"] for item in server["env"]} == {"B": "3", "C": "4"}


def test_a_map_can_be_replaced(api: KubernetesApi, web: str) -> None:
    patch(api, web, {"metadata": {"labels": {"a": "1", "b": "2"}}}, STRATEGIC)
    answer = patch(api, web, {"metadata": {"labels": {"$patch": "replace", "c": "3"}}}, STRATEGIC)
    assert answer.json()["metadata"]["labels"] == {"c": "3"}


def test_keys_can_be_retained(api: KubernetesApi, web: str) -> None:
    change = {"spec": {"strategy": {"$retainKeys": ["type"], "type": "Recreate"}}}
    assert patch(api, web, change, STRATEGIC).json()["spec"]["strategy"] == {"type": "Recreate"}


def test_finalizers_merge(api: KubernetesApi, colours: str) -> None:
    def finalizers(change: Json) -> list[str]:
        found: list[str] = patch(api, colours, {"metadata": change}, STRATEGIC).json()["metadata"]["finalizers"]
        return found

    assert finalizers({"finalizers": ["test.example/a"]}) == ["test.example/a"]
    assert set(finalizers({"finalizers": ["test.example/b"]})) == {"test.example/a", "test.example/b"}
    assert finalizers({"$deleteFromPrimitiveList/finalizers": ["test.example/a"]}) == ["test.example/b"]
    api.patch(colours, {"metadata": {"finalizers": None}})


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (of_containers({"image": "x"}), "map: map[image:x] does not contain declared merge key: name"),
        ({"spec": {"$patch": "frobnicate"}}, "unknown patch type: frobnicate in map: map[$patch:frobnicate]"),
    ],
)
def test_directives_that_are_none(api: KubernetesApi, web: str, change: Json, expected: str) -> None:
    """The real server takes the fault for its own and gives no reason."""
    assert patch(api, web, change, STRATEGIC).refusal == (500, "", expected)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"spec": {"replicas": "x"}}, 'Invalid value: "map[spec:map[replicas:x]]": unrecognized type: int32'),
        (
            {"spec": {"template": {"spec": {"containers": "x"}}}},
            ('Invalid value: "map[spec:map[template:map[spec:map[containers:x]]]]": cannot restore slice from string'),
        ),
    ],
)
def test_strategic_patches_of_the_wrong_type(api: KubernetesApi, web: str, change: Json, expected: str) -> None:
    assert patch(api, web, change, STRATEGIC).refusal == (422, "Invalid", f' "" is invalid: patch: {expected}')


def test_unknown_fields(api: KubernetesApi, web: str) -> None:
    answer = patch(api, web, {"spec": {"other": 1}}, STRATEGIC)
    assert (answer.code, answer.headers["Warning"]) == (200, '299 - "unknown field \\"spec.other\\""')
    answer = patch(api, web, {"spec": {"other": 1}}, STRATEGIC, fieldValidation="Strict")
    words = 'Invalid value: "map[spec:map[other:1]]": strict decoding error: unknown field "spec.other"'
    assert answer.refusal == (422, "Invalid", f' "" is invalid: patch: {words}')


def test_a_version_in_a_patch_must_be_the_latest(api: KubernetesApi, colours: str) -> None:
    code, reason, _ = patch(api, colours, {"metadata": {"resourceVersion": "1"}, "data": {"a": "b"}}).refusal
    assert (code, reason) == (409, "Conflict")


def test_a_patch_of_what_is_not_there(api: KubernetesApi, colours: str) -> None:
    refusal = patch(api, f"{colours}x", {"data": {}}).refusal
    assert refusal == (404, "NotFound", 'configmaps "coloursx" not found')


def test_only_an_apply_can_be_forced(api: KubernetesApi, colours: str) -> None:
    words = 'PatchOptions.meta.k8s.io "" is invalid: force: Forbidden: may not be specified for non-apply patch'
    assert patch(api, colours, {}, force="true").refusal == (422, "Invalid", words)
