"""Watches: what is told, in which order, and how they end."""

from collections.abc import Iterator
from itertools import islice
from typing import Any

import pytest

from tests.harness.kubernetes_api import TABLE, KubernetesApi

MARKS = {"allowWatchBookmarks": "true"}


@pytest.fixture
def maps(api: KubernetesApi, namespace: str) -> str:
    """The path of the namespace's config maps; watch them with the label `maps=ours`."""
    return f"/api/v1/namespaces/{namespace}/configmaps"


def add(api: KubernetesApi, maps: str, name: str, **labels: str) -> Any:
    return api.create(maps, {"metadata": {"name": name, "labels": {"maps": "ours", **labels}}})


def told(events: Iterator[Any], count: int) -> list[tuple[str, str]]:
    return [(event["type"], event["object"]["metadata"].get("name", "")) for event in islice(events, count)]


def version(api: KubernetesApi, maps: str) -> str:
    return str(api.get(maps)["metadata"]["resourceVersion"])


def test_changes_since_a_version(api: KubernetesApi, maps: str) -> None:
    since = version(api, maps)
    add(api, maps, "one")
    api.patch(f"{maps}/one", {"data": {"sky": "blue"}})
    with api.watch(maps, {"resourceVersion": since, "labelSelector": "maps=ours"}) as events:
        assert told(events, 2) == [("ADDED", "one"), ("MODIFIED", "one")]
        api.delete(f"{maps}/one")
        last = next(events)
    assert last["type"] == "DELETED"
    assert (last["object"]["kind"], last["object"]["data"]) == ("ConfigMap", {"sky": "blue"})
    assert int(last["object"]["metadata"]["resourceVersion"]) > int(since)


def test_without_a_version_everything_there_is_comes_first(api: KubernetesApi, maps: str) -> None:
    add(api, maps, "one")
    with api.watch(maps, {"labelSelector": "maps=ours"}) as events:
        assert told(events, 1) == [("ADDED", "one")]
        add(api, maps, "two")
        assert told(events, 1) == [("ADDED", "two")]


def test_a_streaming_list_ends_with_a_bookmark(api: KubernetesApi, maps: str) -> None:
    for name in ("one", "two"):
        add(api, maps, name)
    streaming = {"sendInitialEvents": "true", "resourceVersionMatch": "NotOlderThan", **MARKS}
    with api.watch(maps, {"labelSelector": "maps=ours", **streaming}) as events:
        assert told(events, 2) == [("ADDED", "one"), ("ADDED", "two")]
        mark = next(events)
        add(api, maps, "three")
        assert told(events, 1) == [("ADDED", "three")]
    assert mark["type"] == "BOOKMARK"
    assert set(mark["object"]["metadata"]) == {"resourceVersion", "annotations"} | _odd(mark)
    assert mark["object"]["metadata"]["annotations"] == {"k8s.io/initial-events-end": "true"}
    assert mark["object"]["kind"] == "ConfigMap"


def _odd(mark: Any) -> set[str]:
    """A real server also sends the time of creation, as null, in some versions."""
    return {"creationTimestamp"} & set(mark["object"]["metadata"])


def test_what_no_longer_matches_is_deleted(api: KubernetesApi, maps: str) -> None:
    since = version(api, maps)
    with api.watch(maps, {"resourceVersion": since, "labelSelector": "maps=ours,tier=front"}) as events:
        add(api, maps, "one", tier="front")
        add(api, maps, "other", tier="back")
        api.patch(f"{maps}/one", {"data": {"sky": "blue"}})
        api.patch(f"{maps}/one", {"metadata": {"labels": {"tier": "back"}}})
        api.patch(f"{maps}/other", {"metadata": {"labels": {"tier": "front"}}})
        seen = [next(events) for _ in range(4)]
    assert [(event["type"], event["object"]["metadata"]["name"]) for event in seen] == [
        ("ADDED", "one"),
        ("MODIFIED", "one"),
        ("DELETED", "one"),
        ("ADDED", "other"),
    ]
    assert seen[2]["object"]["metadata"]["labels"]["tier"] == "front", "the last state that matched"
    assert int(seen[2]["object"]["metadata"]["resourceVersion"]) > int(seen[1]["object"]["metadata"]["resourceVersion"])


def test_a_watch_of_one_name(api: KubernetesApi, maps: str) -> None:
    since = version(api, maps)
    with api.watch(maps, {"resourceVersion": since, "fieldSelector": "metadata.name=two"}) as events:
        add(api, maps, "one")
        add(api, maps, "two")
        assert told(events, 1) == [("ADDED", "two")]


def test_a_watch_ends_when_its_time_is_over(api: KubernetesApi, maps: str) -> None:
    with api.watch(maps, {"labelSelector": "maps=ours", "timeoutSeconds": 1}) as events:
        assert list(events) == []


def test_a_bookmark_comes_before_the_end(api: KubernetesApi, maps: str) -> None:
    """A real server sends none that is not newer than the version asked for, so something must change meanwhile."""
    since = version(api, maps)
    with api.watch(maps, {"resourceVersion": since, **MARKS, "timeoutSeconds": 5}) as events:
        add(api, maps, "one")
        marks = [event for event in events if event["type"] == "BOOKMARK"]
    assert marks
    assert int(marks[-1]["object"]["metadata"]["resourceVersion"]) > int(since)


def test_a_watch_from_long_ago_is_told_so_in_an_event(api: KubernetesApi, maps: str) -> None:
    """A real server that is young still remembers everything; then it tells everything."""
    add(api, maps, "one")
    with api.watch(maps, {"resourceVersion": 1, "labelSelector": "maps=ours"}) as events:
        first = next(events)
    if first["type"] == "ERROR":
        status = first["object"]
        assert (status["kind"], status["code"], status["reason"]) == ("Status", 410, "Expired")
        assert status["message"].startswith("too old resource version: 1 (")
    else:
        assert api.is_real
        assert first["type"] == "ADDED"


def test_only_the_first_row_of_a_watch_has_columns(api: KubernetesApi, maps: str) -> None:
    for name in ("one", "two"):
        add(api, maps, name)
    with api.watch(maps, {"labelSelector": "maps=ours"}, accept=TABLE) as events:
        first, second = (next(events)["object"] for _ in range(2))
    assert [column["name"] for column in first["columnDefinitions"]] == ["Name", "Data", "Age"]
    assert second["columnDefinitions"] is None
    assert [row["cells"][0] for table in (first, second) for row in table["rows"]] == ["one", "two"]
    assert first["rows"][0]["object"]["kind"] == "PartialObjectMetadata"


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"sendInitialEvents": "true"}, "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan"),
        (
            {"resourceVersionMatch": "NotOlderThan", "resourceVersion": "5"},
            "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided",
        ),
    ],
)
def test_options_that_do_not_go_together(api: KubernetesApi, maps: str, query: dict[str, str], expected: str) -> None:
    answer = api.ask("GET", maps, query={"watch": "true", **query})
    words = f'ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: Forbidden: {expected}'
    assert answer.refusal == (422, "Invalid", words)


def test_a_version_that_is_none(api: KubernetesApi, maps: str) -> None:
    """The real server gives no reason for this one."""
    words = 'resourceVersion: Invalid value: "x": strconv.ParseUint: parsing "x": invalid syntax'
    assert api.ask("GET", maps, query={"watch": "true", "resourceVersion": "x"}).refusal == (500, "", words)
