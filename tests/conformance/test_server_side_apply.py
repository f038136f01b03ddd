"""Several parties apply an object, each the fields that are his."""

import json
from typing import Any

import pytest

from tests.conformance.manifests import APPLY, config_map, deployment, patch
from tests.harness.kubernetes_api import Answer, Json, KubernetesApi


@pytest.fixture
def colours(api: KubernetesApi, namespace: str) -> str:
    """The path of a config map that does not exist yet."""
    return f"/api/v1/namespaces/{namespace}/configmaps/colours"


@pytest.fixture
def web(api: KubernetesApi, namespace: str) -> str:
    """The path of a deployment that "conformance" has created."""
    path = f"/apis/apps/v1/namespaces/{namespace}/deployments"
    api.create(path, deployment())
    return f"{path}/web"


def apply(api: KubernetesApi, path: str, config: Any, manager: str = "painter", **query: str) -> Answer:
    return patch(api, path, json.dumps(config).encode(), APPLY, fieldManager=manager, **query)


def owners(answer: Answer) -> dict[str, Any]:
    """The fields of each manager who applies."""
    entries = answer.json()["metadata"]["managedFields"]
    return {item["manager"]: item["fieldsV1"] for item in entries if item["operation"] == "Apply"}


def partly(**template: Any) -> Json:
    """A deployment of which only the template is applied."""
    spec = {"template": {"spec": template}}
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}, "spec": spec}


def test_what_is_not_there_is_created(api: KubernetesApi, colours: str) -> None:
    answer = apply(api, colours, config_map(sky="blue"))
    assert (answer.code, answer.json()["data"]) == (201, {"sky": "blue"})
    assert owners(answer) == {"painter": {"f:data": {"f:sky": {}}}}


def test_yaml_is_read(api: KubernetesApi, colours: str) -> None:
    text = b"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: colours\ndata:\n  day: 2026-11-25\n  sky: 'blue'\n"
    answer = patch(api, colours, text.replace(b"2026-11-25", b"'2026-11-25'"), APPLY, fieldManager="painter")
    assert answer.json()["data"] == {"day": "2026-11-25", "sky": "blue"}


def test_what_is_applied_again_changes_nothing(api: KubernetesApi, colours: str) -> None:
    first = apply(api, colours, config_map(sky="blue"))
    again = apply(api, colours, config_map(sky="blue"))
    assert (again.code, again.json()) == (200, first.json())


def test_what_is_no_longer_applied_goes(api: KubernetesApi, colours: str) -> None:
    apply(api, colours, config_map(sky="blue", grass="green"))
    answer = apply(api, colours, config_map(grass="green"))
    assert answer.json()["data"] == {"grass": "green"}
    assert owners(answer) == {"painter": {"f:data": {"f:grass": {}}}}


def test_what_is_another_s_too_stays(api: KubernetesApi, colours: str) -> None:
    apply(api, colours, config_map(sky="blue", grass="green"))
    apply(api, colours, config_map(sky="blue"), "gardener")
    answer = apply(api, colours, config_map(grass="green"))
    assert answer.json()["data"] == {"sky": "blue", "grass": "green"}
    assert owners(answer) == {"painter": {"f:data": {"f:grass": {}}}, "gardener": {"f:data": {"f:sky": {}}}}


def test_another_value_for_what_is_another_s_is_a_conflict(api: KubernetesApi, colours: str) -> None:
    apply(api, colours, config_map(sky="blue"))
    answer = apply(api, colours, config_map(sky="red"), "gardener")
    words = 'Apply failed with 1 conflict: conflict with "painter": .data.sky'
    assert answer.refusal == (409, "Conflict", words)
    cause = {"reason": "FieldManagerConflict", "message": 'conflict with "painter"', "field": ".data.sky"}
    assert answer.json()["details"] == {"causes": [cause]}


def test_conflicts_are_told_by_manager(api: KubernetesApi, colours: str) -> None:
    apply(api, colours, config_map(sky="blue", sea="blue"))
    api.patch(colours, {"data": {"grass": "green"}})
    answer = apply(api, colours, config_map(sky="red", sea="red", grass="red"), "gardener")
    assert answer.refusal[2] == (
        'Apply failed with 3 conflicts: conflicts with "conformance" using v1:\n- .data.grass\n'
        'conflicts with "painter":\n- .data.sea\n- .data.sky'
    )


def test_force_takes_the_fields(api: KubernetesApi, colours: str) -> None:
    apply(api, colours, config_map(sky="blue", grass="green"))
    answer = apply(api, colours, config_map(sky="red"), "gardener", force="true")
    assert answer.json()["data"] == {"sky": "red", "grass": "green"}
    assert owners(answer) == {"painter": {"f:data": {"f:grass": {}}}, "gardener": {"f:data": {"f:sky": {}}}}


def test_an_update_takes_the_fields_that_it_changes(api: KubernetesApi, colours: str) -> None:
    apply(api, colours, config_map(sky="blue", grass="green"))
    answer = patch(api, colours, {"data": {"sky": "red"}})
    assert owners(answer) == {"painter": {"f:data": {"f:grass": {}}}}
    entries = {item["manager"]: item for item in answer.json()["metadata"]["managedFields"]}
    assert entries["conformance"]["fieldsV1"] == {"f:data": {"f:sky": {}}}


def test_containers_are_known_by_name(api: KubernetesApi, web: str) -> None:
    answer = apply(api, web, partly(containers=[{"name": "helper", "image": "helper:1"}]))
    containers = answer.json()["spec"]["template"]["spec"]["containers"]
    assert {item["name"]: item["image"] for item in containers} == {"server": "web:1", "helper": "helper:1"}
    mine = owners(answer)["painter"]["f:spec"]["f:template"]["f:spec"]["f:containers"]
    assert mine == {'k:{"name":"helper"}': {".": {}, "f:image": {}, "f:name": {}}}


def test_a_container_that_is_no_longer_applied_goes_whole(api: KubernetesApi, web: str) -> None:
    apply(api, web, partly(containers=[{"name": "helper", "image": "helper:1"}]))
    answer = apply(api, web, partly())
    containers = answer.json()["spec"]["template"]["spec"]["containers"]
    assert [item["name"] for item in containers] == ["server"]


def test_a_conflict_within_a_list(api: KubernetesApi, web: str) -> None:
    config = partly(containers=[{"name": "server", "image": "web:2"}])
    config["spec"]["replicas"] = 2
    assert apply(api, web, config).refusal[2] == (
        'Apply failed with 2 conflicts: conflicts with "conformance" using apps/v1:\n- .spec.replicas\n'
        '- .spec.template.spec.containers[name="server"].image'
    )


def test_a_dry_run_applies_nothing(api: KubernetesApi, colours: str) -> None:
    assert apply(api, colours, config_map(sky="blue"), dryRun="All").code == 201
    assert api.ask("GET", colours).code == 404
    apply(api, colours, config_map(sky="blue"))
    assert apply(api, colours, config_map(sky="red"), dryRun="All").json()["data"] == {"sky": "red"}
    assert api.get(colours)["data"] == {"sky": "blue"}


def test_a_status_is_applied_by_its_own_door(api: KubernetesApi, web: str) -> None:
    config = {key: value for key, value in partly().items() if key != "spec"}
    conditions = [{"type": "Tested", "status": "True"}]
    answer = apply(api, f"{web}/status", {**config, "status": {"conditions": conditions}})
    assert answer.code == 200
    assert "Tested" in [item["type"] for item in answer.json()["status"]["conditions"]]
    (entry,) = [item for item in answer.json()["metadata"]["managedFields"] if item["operation"] == "Apply"]
    assert (entry["subresource"], set(entry["fieldsV1"])) == ("status", {"f:status"})


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        ({"metadata": {"name": "colours"}}, "invalid object type: /, Kind="),
        (
            {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "colours"}},
            "invalid object type: /v1, Kind=Secret",
        ),
        (config_map("other"), "the name of the object (other) does not match the name on the URL (colours)"),
        (
            {**config_map(), "metadata": {"name": "colours", "managedFields": [{}]}},
            "metadata.managedFields must be nil",
        ),
    ],
)
def test_configurations_that_are_refused(api: KubernetesApi, colours: str, config: Json, expected: str) -> None:
    assert apply(api, colours, config).refusal == (400, "BadRequest", expected)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"other": 1}, ".spec.other: field not declared in schema"),
        ({"replicas": "x"}, ".spec.replicas: expected numeric (int or float), got string"),
        (
            {"template": {"spec": {"containers": [{"name": "a"}, {"name": "a"}]}}},
            '.spec.template.spec.containers: duplicate entries for key [name="a"]',
        ),
    ],
)
def test_what_the_schema_does_not_know(api: KubernetesApi, web: str, change: Json, expected: str) -> None:
    """The real server takes the fault for its own and gives no reason."""
    config = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}, "spec": change}
    words = f"failed to create typed patch object (/web; apps/v1, Kind=Deployment): {expected}"
    assert apply(api, web, config).refusal == (500, "", words)


def test_a_manager_must_be_named(api: KubernetesApi, colours: str) -> None:
    words = 'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch'
    assert patch(api, colours, config_map(), APPLY).refusal == (422, "Invalid", words)
