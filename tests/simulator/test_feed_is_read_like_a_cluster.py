"""The feed answers what clients of Kubernetes ask: discovery, lists in pages, single objects, errors as Status."""

import json
from pathlib import Path

import pytest

from clusters.kinds import KINDS
from clusters.kube import objects
from clusters.kube.errors import BadRequest, Gone, NotFound, Unauthorized
from tests.simulator.feeds import PODS, fed, versions_in, versions_of


async def test_a_list_in_pages_holds_every_pod_once(tmp_path: Path) -> None:
    async with fed(tmp_path) as (feed, client):
        items, token = [], ""
        while True:
            page = await client.get_json(PODS, limit="25", **({"continue": token} if token else {}))
            items += page["items"]
            feed.world.change()  # later pages belong to the list as it was
            token = page["metadata"].get("continue", "")
            if not token:
                break
        assert page["metadata"]["resourceVersion"] == "1"
        assert len(items) == len(versions_in(items)) == 60
        keys = [(item["metadata"]["namespace"], item["metadata"]["name"]) for item in items]
        assert keys == sorted(keys)


async def test_every_kind_that_is_watched_becomes_rows(tmp_path: Path) -> None:
    async with fed(tmp_path) as (_, client):
        for kind in KINDS.values():
            listed = await client.get_json(kind.path())
            assert listed["kind"] == f"{kind.name}List"
            assert listed["items"]
            for item in listed["items"]:
                assert "kind" not in item
                kind.row(objects.decode(kind.struct, json.dumps(item).encode()))


async def test_pods_are_as_large_as_real_ones_and_no_two_are_alike(tmp_path: Path) -> None:
    async with fed(tmp_path) as (feed, _):
        bodies = [item.body for item in feed.world.pods.items.values()]
        assert 9_000 < sum(map(len, bodies)) / len(bodies) < 10_500
        described = [json.loads(b"{" + body)["metadata"] for body in bodies]
        for field in ("name", "uid"):
            assert len({metadata[field] for metadata in described}) == len(bodies)


async def test_the_pods_of_a_namespace_and_one_of_them(tmp_path: Path) -> None:
    async with fed(tmp_path) as (_, client):
        listed = await client.get_json("/api/v1/namespaces/shop-001/pods")
        assert {item["metadata"]["namespace"] for item in listed["items"]} == {"shop-001"}
        name = listed["items"][0]["metadata"]["name"]
        pod = await client.get_json(f"/api/v1/namespaces/shop-001/pods/{name}")
        assert (pod["kind"], pod["apiVersion"], pod["metadata"]["name"]) == ("Pod", "v1", name)


async def test_discovery_names_what_is_served(tmp_path: Path) -> None:
    async with fed(tmp_path) as (_, client):
        assert await client.version() == "v1.35.4"
        core = await client.get_json("/api/v1")
        apps = await client.get_json("/apis/apps/v1")
        named = {resource["name"] for resource in [*core["resources"], *apps["resources"]]}
        assert named == set(KINDS)


async def test_errors_are_statuses(tmp_path: Path) -> None:
    async with fed(tmp_path) as (_, client):
        with pytest.raises(NotFound, match='pods "nobody" not found'):
            await client.get("/api/v1/namespaces/shop-001/pods/nobody")
        with pytest.raises(NotFound):
            await client.get("/api/v1/secrets")
        with pytest.raises(BadRequest):
            await client.get(PODS, labelSelector="app=web")
        with pytest.raises(BadRequest):
            await client.get(PODS, **{"continue": "nonsense"})


async def test_a_page_of_a_list_that_is_forgotten_has_expired(tmp_path: Path) -> None:
    async with fed(tmp_path) as (_, client):
        token = (await client.get_json(PODS, limit="5"))["metadata"]["continue"]
        for _ in range(10):
            await client.get(PODS, limit="5")
        with pytest.raises(Gone):
            await client.get(PODS, limit="5", **{"continue": token})


async def test_a_stranger_is_not_served(tmp_path: Path) -> None:
    async with fed(tmp_path) as (feed, client):
        feed._token = "another"
        with pytest.raises(Unauthorized):
            await client.get(PODS)
        assert versions_of(feed)
