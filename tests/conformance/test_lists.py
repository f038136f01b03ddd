"""Lists: pages, selectors and versions, and what is refused."""

from typing import Any

import pytest

from tests.harness.kubernetes_api import KubernetesApi

NAMES = [f"map-{number}" for number in range(5)]


@pytest.fixture
def maps(api: KubernetesApi, namespace: str) -> str:
    """The path of config maps of which the first two have a tier."""
    path = f"/api/v1/namespaces/{namespace}/configmaps"
    for number, name in enumerate(NAMES):
        labels = {"maps": "ours", **({"tier": "front"} if number < 2 else {})}
        api.create(path, {"metadata": {"name": name, "labels": labels}, "data": {"number": str(number)}})
    return path


def ours(api: KubernetesApi, path: str, **query: str | int) -> Any:
    """A real cluster puts a config map of its own into every namespace."""
    return api.get(path, {"labelSelector": "maps=ours", **query})


def names(found: Any) -> list[str]:
    return [item["metadata"]["name"] for item in found["items"]]


def test_a_list_is_in_order_and_its_items_repeat_no_kind(api: KubernetesApi, maps: str) -> None:
    found = ours(api, maps)
    assert (found["kind"], found["apiVersion"]) == ("ConfigMapList", "v1")
    assert names(found) == NAMES
    assert not {"kind", "apiVersion"} & set(found["items"][0])
    assert int(found["metadata"]["resourceVersion"]) >= int(found["items"][-1]["metadata"]["resourceVersion"])


def test_one_object_says_what_it_is(api: KubernetesApi, maps: str) -> None:
    found = api.get(f"{maps}/map-3")
    assert (found["kind"], found["apiVersion"], found["data"]) == ("ConfigMap", "v1", {"number": "3"})


def test_pages_follow_each_other(api: KubernetesApi, maps: str) -> None:
    total = len(api.get(maps)["items"])
    seen, token, rest = [], "", total
    while rest:
        page = api.get(maps, {"limit": 2, "continue": token})
        rest -= len(page["items"])
        seen += names(page)
        assert page["metadata"].get("remainingItemCount", 0) == rest
        token = page["metadata"].get("continue", "")
        assert bool(token) == bool(rest)
    assert seen == names(api.get(maps))


def test_pages_show_the_state_of_the_first(api: KubernetesApi, maps: str) -> None:
    first = ours(api, maps, limit=2)
    api.delete(f"{maps}/map-3")
    api.patch(f"{maps}/map-4", {"data": {"number": "changed"}})
    api.create(maps, {"metadata": {"name": "map-22", "labels": {"maps": "ours"}}})
    rest = ours(api, maps, limit=10, **{"continue": first["metadata"]["continue"]})
    assert names(first) + names(rest) == NAMES
    assert rest["items"][-1]["data"] == {"number": "4"}
    assert rest["metadata"]["resourceVersion"] == first["metadata"]["resourceVersion"]


def test_pages_with_a_selector_do_not_count_the_rest(api: KubernetesApi, maps: str) -> None:
    page = ours(api, maps, limit=2)
    assert page["metadata"]["continue"]
    assert "remainingItemCount" not in page["metadata"]


@pytest.mark.parametrize(
    ("selector", "expected"),
    [
        ("tier=front", NAMES[:2]),
        ("tier==front,maps", NAMES[:2]),
        ("tier!=front,maps=ours", NAMES[2:]),
        ("tier in (front,back)", NAMES[:2]),
        ("tier notin (front),maps", NAMES[2:]),
        ("!tier,maps", NAMES[2:]),
        ("tier=none", []),
    ],
)
def test_label_selectors(api: KubernetesApi, maps: str, selector: str, expected: list[str]) -> None:
    assert names(api.get(maps, {"labelSelector": selector})) == expected


def test_field_selectors(api: KubernetesApi, maps: str) -> None:
    assert names(api.get(maps, {"fieldSelector": "metadata.name=map-1"})) == ["map-1"]
    assert names(ours(api, maps, fieldSelector="metadata.name!=map-1")) == [name for name in NAMES if name != "map-1"]


def test_versions_that_have_been(api: KubernetesApi, maps: str) -> None:
    before = ours(api, maps)["metadata"]["resourceVersion"]
    api.delete(f"{maps}/map-0")
    exact = ours(api, maps, resourceVersion=before, resourceVersionMatch="Exact")
    assert names(exact) == NAMES
    assert exact["metadata"]["resourceVersion"] == before
    newer = ours(api, maps, resourceVersion=before, resourceVersionMatch="NotOlderThan")
    assert names(newer) == NAMES[1:]
    assert names(ours(api, maps, resourceVersion=0))


@pytest.mark.parametrize(
    "query",
    [
        {"labelSelector": "tier===front"},
        {"labelSelector": "tier in (front"},
        {"labelSelector": "tier in"},
        {"labelSelector": ",tier"},
        {"labelSelector": "tier=a b"},
        {"fieldSelector": "spec.colour=red"},
        {"fieldSelector": "colour"},
        {"limit": "many"},
        {"resourceVersion": "yesterday"},
        {"resourceVersionMatch": "Exact"},
        {"resourceVersionMatch": "Exact", "resourceVersion": "0"},
        {"resourceVersionMatch": "Roughly", "resourceVersion": "5"},
        {"sendInitialEvents": "true"},
    ],
)
def test_refusals_in_the_servers_words(api: KubernetesApi, maps: str, query: dict[str, str]) -> None:
    """The words are those that a real server was seen to use; the real one is asked whether it still does."""
    answer = api.ask("GET", maps, query=query)
    assert answer.refusal == REFUSALS[tuple(query.items())]


def _invalid(words: str) -> tuple[int, str, str]:
    return 422, "Invalid", f'ListOptions.meta.k8s.io "" is invalid: {words}'


NO_NUMBER = 'resourceVersion: Invalid value: "yesterday": strconv.ParseUint: parsing "yesterday": invalid syntax'
REFUSALS = {
    (("labelSelector", "tier===front"),): (
        400,
        "BadRequest",
        "unable to parse requirement: found '=', expected: identifier",
    ),
    (("labelSelector", "tier in (front"),): (
        400,
        "BadRequest",
        "unable to parse requirement: found '', expected: ',' or ')'",
    ),
    (("labelSelector", "tier in"),): (400, "BadRequest", "unable to parse requirement: found '' expected: '('"),
    (("labelSelector", ",tier"),): (
        400,
        "BadRequest",
        "found ',', expected: !, identifier, or 'end of string'",
    ),
    (("labelSelector", "tier=a b"),): (400, "BadRequest", "found 'b', expected: ',' or 'end of string'"),
    (("fieldSelector", "spec.colour=red"),): (
        400,
        "BadRequest",
        '"spec.colour" is not a known field selector: only "metadata.name", "metadata.namespace"',
    ),
    (("fieldSelector", "colour"),): (400, "BadRequest", "invalid selector: 'colour'; can't understand 'colour'"),
    (("limit", "many"),): (400, "BadRequest", 'strconv.ParseInt: parsing "many": invalid syntax'),
    (("resourceVersion", "yesterday"),): (
        400,
        "BadRequest",
        f"invalid resource version: {NO_NUMBER}",
    ),
    (("resourceVersionMatch", "Exact"),): _invalid(
        "resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided"
    ),
    (("resourceVersionMatch", "Exact"), ("resourceVersion", "0")): _invalid(
        'resourceVersionMatch: Forbidden: resourceVersionMatch "exact" is forbidden for resourceVersion "0"'
    ),
    (("resourceVersionMatch", "Roughly"), ("resourceVersion", "5")): _invalid(
        'resourceVersionMatch: Unsupported value: "Roughly": supported values: "Exact", "NotOlderThan", ""'
    ),
    (("sendInitialEvents", "true"),): _invalid("sendInitialEvents: Forbidden: sendInitialEvents is forbidden for list"),
}


def test_a_version_that_has_not_come_is_too_large(api: KubernetesApi, maps: str) -> None:
    future = int(api.get(maps)["metadata"]["resourceVersion"]) + 10**9
    answer = api.ask("GET", maps, query={"resourceVersion": future})
    code, reason, message = answer.refusal
    assert (code, reason) == (504, "Timeout")
    assert message.startswith(f"Timeout: Too large resource version: {future}, current: ")
    assert answer.json()["details"]["causes"][0]["reason"] == "ResourceVersionTooLarge"


def test_a_token_that_is_none_is_refused(api: KubernetesApi, maps: str) -> None:
    """The words after these depend on how the real server's decoder fails."""
    code, reason, message = api.ask("GET", maps, query={"continue": "bogus"}).refusal
    assert (code, reason) == (400, "BadRequest")
    assert message.startswith("invalid continue token: continue key is not valid: ")


def test_what_is_not_there(api: KubernetesApi, maps: str) -> None:
    assert api.ask("GET", f"{maps}/nothing").refusal == (404, "NotFound", 'configmaps "nothing" not found')
    assert names(api.get("/api/v1/namespaces/nowhere/configmaps")) == []


@pytest.mark.parametrize(
    "path",
    ["/api/v1/planets", "/apis/apps/v1/planets", "/apis/apps/v9", "/api/v1/pods/web", "/api/v1/namespaces/x/nodes"],
)
def test_resources_that_there_are_none_of(api: KubernetesApi, path: str) -> None:
    assert api.ask("GET", path).refusal == (404, "NotFound", "the server could not find the requested resource")


def test_groups_that_there_are_none_of(api: KubernetesApi) -> None:
    answer = api.ask("GET", "/apis/planets.example.com/v1/moons")
    assert (answer.code, answer.body) == (404, b"404 page not found\n")


def test_methods_that_a_resource_does_not_know(api: KubernetesApi) -> None:
    words = "the server does not allow this method on the requested resource"
    assert api.ask("PUT", "/api/v1/pods").refusal == (405, "MethodNotAllowed", words)


def test_large_lists_are_compressed_for_those_who_take_it(api: KubernetesApi, maps: str) -> None:
    for number in range(3):
        api.create(maps, {"metadata": {"name": f"large-{number}"}, "data": {"text": "sea " * 50_000}})
    plain = api.ask("GET", maps, headers={"Accept-Encoding": "identity"})
    packed = api.ask("GET", maps, headers={"Accept-Encoding": "gzip"})
    assert (plain.headers.get("Content-Encoding"), packed.headers.get("Content-Encoding")) == (None, "gzip")
    assert names(plain.json()) == names(packed.json())
