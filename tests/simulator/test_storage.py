"""Objects are stored, changed and watched as etcd and the API server's watch cache do."""

import asyncio
import random
from contextlib import aclosing
from typing import Any

import pytest

from simulator.clock import VirtualClock
from simulator.errors import AlreadyExists, Conflict, Expired, NotFound
from simulator.kinds import CONFIG_MAPS, DEPLOYMENTS, NAMESPACES
from simulator.storage import Event, Storage, Watch


@pytest.fixture
def storage() -> Storage:
    return fresh()


def fresh(seed: int = 7) -> Storage:
    storage = Storage(VirtualClock(), random.Random(seed))
    for name in ("shop", "bank"):
        storage.create(NAMESPACES, {"metadata": {"name": name}})
    return storage


def config_map(name: str, namespace: str = "shop", **data: str) -> dict[str, Any]:
    return {"metadata": {"name": name, "namespace": namespace}, "data": data}


async def take(watch: Watch, count: int) -> list[Event]:
    return [await asyncio.wait_for(anext(watch), 5) for _ in range(count)]


def test_a_new_object_gets_uid_time_and_version(storage: Storage) -> None:
    given = config_map("colours", sky="blue")
    created = storage.create(CONFIG_MAPS, given)
    assert created["metadata"]["creationTimestamp"] == "2026-01-05T08:00:00Z"
    assert created["metadata"]["resourceVersion"] == storage.resource_version
    assert len(created["metadata"]["uid"]) == 36
    assert given == config_map("colours", sky="blue"), "what was given is not changed"


def test_the_same_seed_gives_the_same_uids() -> None:
    uids = [fresh(seed).create(CONFIG_MAPS, config_map("colours"))["metadata"]["uid"] for seed in (1, 1, 2)]
    assert uids[0] == uids[1] != uids[2]


def test_a_name_is_made_from_its_beginning(storage: Storage) -> None:
    created = storage.create(CONFIG_MAPS, {"metadata": {"generateName": "colours-", "namespace": "shop"}})
    assert created["metadata"]["name"].removeprefix("colours-") not in ("", created["metadata"]["name"])


def test_what_cannot_be_created_is_refused_in_the_servers_words(storage: Storage) -> None:
    storage.create(CONFIG_MAPS, config_map("colours"))
    with pytest.raises(AlreadyExists, match=r'^configmaps "colours" already exists$'):
        storage.create(CONFIG_MAPS, config_map("colours"))
    with pytest.raises(NotFound, match=r'^namespaces "moon" not found$'):
        storage.create(CONFIG_MAPS, config_map("colours", "moon"))


def test_lists_are_in_order_of_namespace_and_name(storage: Storage) -> None:
    for name, namespace in (("b", "shop"), ("c", "bank"), ("a", "shop")):
        storage.create(CONFIG_MAPS, config_map(name, namespace))
    assert [item["metadata"]["name"] for item in storage.list(CONFIG_MAPS)] == ["c", "a", "b"]
    assert [item["metadata"]["name"] for item in storage.list(CONFIG_MAPS, "shop")] == ["a", "b"]
    rest = storage.walk(CONFIG_MAPS, after=("shop", "a"))
    assert [item.name for item in rest] == ["b"]


def test_only_what_changes_gets_a_new_version(storage: Storage) -> None:
    before = storage.create(CONFIG_MAPS, config_map("colours", sky="blue"))
    assert storage.update(CONFIG_MAPS, "colours", "shop", change=lambda it: it["data"].update(sky="blue")) is before
    after = storage.update(CONFIG_MAPS, "colours", "shop", change=lambda it: it["data"].update(sky="grey"))
    assert int(after["metadata"]["resourceVersion"]) > int(before["metadata"]["resourceVersion"])
    assert before["data"] == {"sky": "blue"}


def test_the_generation_counts_changes_of_the_spec(storage: Storage) -> None:
    storage.create(DEPLOYMENTS, {"metadata": {"name": "web", "namespace": "shop"}, "spec": {"replicas": 1}})
    changed = storage.update(DEPLOYMENTS, "web", "shop", change=lambda it: it.update(status={"replicas": 1}))
    assert changed["metadata"]["generation"] == 1
    changed = storage.update(DEPLOYMENTS, "web", "shop", change=lambda it: it.update(spec={"replicas": 2}))
    assert changed["metadata"]["generation"] == 2


def test_an_update_of_an_older_version_is_a_conflict(storage: Storage) -> None:
    old = storage.create(CONFIG_MAPS, config_map("colours"))["metadata"]
    storage.update(CONFIG_MAPS, "colours", "shop", change=lambda it: it.update(data={"sky": "grey"}))
    with pytest.raises(Conflict, match=r'^Operation cannot be fulfilled on configmaps "colours": the object has been'):
        storage.update(CONFIG_MAPS, "colours", "shop", change=lambda it: None, resource_version=old["resourceVersion"])
    with pytest.raises(Conflict, match=r"Precondition failed: UID in precondition: other"):
        storage.remove(CONFIG_MAPS, "colours", "shop", uid="other")


async def test_a_watch_tells_what_was_missed_and_what_comes(storage: Storage) -> None:
    since = storage.resource_version
    storage.create(CONFIG_MAPS, config_map("colours"))
    storage.create(CONFIG_MAPS, config_map("elsewhere", "bank"))
    async with aclosing(storage.watch(CONFIG_MAPS, "shop", since=since)) as watch:
        storage.update(CONFIG_MAPS, "colours", "shop", change=lambda it: it.update(data={"sky": "grey"}))
        storage.remove(CONFIG_MAPS, "colours", "shop")
        events = await take(watch, 3)
    assert [event.type for event in events] == ["ADDED", "MODIFIED", "DELETED"]
    assert events[1].previous == events[0].object
    versions = [int(event.resource_version) for event in events]
    assert versions == sorted(set(versions))
    assert events[2].object["metadata"]["resourceVersion"] == events[2].resource_version


async def test_a_watch_from_a_forgotten_version_is_refused(storage: Storage) -> None:
    since = storage.resource_version
    storage.create(CONFIG_MAPS, config_map("colours"))
    storage.forget(CONFIG_MAPS)
    with pytest.raises(Expired, match=f"^too old resource version: {since} "):
        storage.watch(CONFIG_MAPS, since=since)


async def test_a_watch_that_nobody_reads_ends(storage: Storage) -> None:
    storage.queue = 3
    async with aclosing(storage.watch(CONFIG_MAPS, since=storage.resource_version)) as watch:
        for number in range(4):
            storage.create(CONFIG_MAPS, config_map(f"map-{number}"))
        with pytest.raises(StopAsyncIteration):
            await anext(watch)


def test_a_list_can_be_had_as_it_was(storage: Storage) -> None:
    for name in ("a", "b", "d"):
        storage.create(CONFIG_MAPS, config_map(name))
    version = int(storage.resource_version)
    storage.remove(CONFIG_MAPS, "b", "shop")
    storage.create(CONFIG_MAPS, config_map("c"))
    storage.update(CONFIG_MAPS, "d", "shop", change=lambda it: it.update(data={"sky": "grey"}))
    then = list(storage.walk_at(CONFIG_MAPS, "", version, after=("", "")))
    assert [(item.name, item.object["data"]) for item in then] == [("a", {}), ("b", {}), ("d", {})]
    assert [item.name for item in storage.walk_at(CONFIG_MAPS, "shop", version, after=("shop", "a"))] == ["b", "d"]


def test_what_a_list_would_have_given_is_counted(storage: Storage) -> None:
    for name, namespace in (("a", "bank"), ("a", "shop"), ("b", "shop"), ("d", "shop")):
        storage.create(CONFIG_MAPS, config_map(name, namespace))
    then = int(storage.resource_version)
    storage.remove(CONFIG_MAPS, "b", "shop")
    storage.remove(CONFIG_MAPS, "a", "bank")
    for name in ("c", "e"):
        storage.create(CONFIG_MAPS, config_map(name))
    for version in (then, int(storage.resource_version)):
        for namespace in ("", "shop", "bank", "nowhere"):
            for after in (("", ""), ("bank", "a"), ("shop", "a"), ("shop", "b"), ("shop", "e")):
                if namespace in ("", after[0]) or not after[0]:
                    walked = len(list(storage.walk_at(CONFIG_MAPS, namespace, version, after=after)))
                    assert storage.count_at(CONFIG_MAPS, namespace, version, after=after) == walked


def test_a_list_goes_on_after_a_namespace_that_is_gone(storage: Storage) -> None:
    for name, namespace in (("a", "bank"), ("a", "shop")):
        storage.create(CONFIG_MAPS, config_map(name, namespace))
    assert [item.namespace for item in storage.walk(CONFIG_MAPS, after=("cafe", "a"))] == ["shop"]


def test_json_is_kept_as_it_came(storage: Storage) -> None:
    version = storage.next_version()
    encoded = b'{"metadata": {"name":"raw","namespace":"shop","resourceVersion":"%d"}}' % version
    storage.put(CONFIG_MAPS, "shop", "raw", encoded, version=version)
    assert storage.stored(CONFIG_MAPS, "raw", "shop").encoded is encoded
    assert storage.get(CONFIG_MAPS, "raw", "shop")["metadata"]["resourceVersion"] == str(version)
