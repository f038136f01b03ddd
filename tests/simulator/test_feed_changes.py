"""The feed's pods change at a steady rate; watches get each change once, and those that do not read are cut."""

import asyncio
import json
from contextlib import aclosing
from pathlib import Path

import pytest

from clusters.kube.errors import Gone, KubeError, Unreachable
from simulator.feed.churn import Churn
from simulator.feed.collection import Change, History
from tests.harness.waiting import eventually
from tests.simulator.feeds import PODS, events, fed, versions_in, versions_of

STREAMED = {"sendInitialEvents": "true", "resourceVersionMatch": "NotOlderThan", "allowWatchBookmarks": "true"}


async def test_a_list_and_a_watch_from_it_end_with_the_same_pods(tmp_path: Path) -> None:
    async with fed(tmp_path) as (feed, client):
        listed = await client.get_json(PODS)
        known = versions_in(listed["items"])
        feed.churn.set_rate(2000)
        last = 0
        async with aclosing(events(client, {"resourceVersion": listed["metadata"]["resourceVersion"]})) as changes:
            async for event in changes:
                metadata = event["object"]["metadata"]
                assert int(metadata["resourceVersion"]) == last + 1 or not last
                last = int(metadata["resourceVersion"])
                if event["type"] == "DELETED":
                    del known[metadata["uid"]]
                else:
                    assert (metadata["uid"] in known) == (event["type"] == "MODIFIED")
                    known[metadata["uid"]] = metadata["resourceVersion"]
                if last > 300:
                    feed.churn.set_rate(0)
                    if last == feed.world.versions.current:
                        break
        assert known == versions_of(feed)
        assert all(feed.world.made.values())


async def test_a_streamed_list_ends_with_its_bookmark(tmp_path: Path) -> None:
    async with fed(tmp_path) as (feed, client), aclosing(events(client, STREAMED)) as changes:
        items = []
        async for event in changes:
            if event["type"] == "BOOKMARK":
                break
            items.append(event["object"])
        assert versions_in(items) == versions_of(feed)
        metadata = event["object"]["metadata"]
        assert metadata["annotations"] == {"k8s.io/initial-events-end": "true"}
        assert metadata["resourceVersion"] == "1"
        feed.world.change()
        feed.tell()
        assert (await anext(changes))["object"]["metadata"]["resourceVersion"] == "2"


async def test_a_watch_ends_when_its_time_is_over(tmp_path: Path) -> None:
    async with fed(tmp_path) as (_, client):
        assert [event async for event in events(client, {"resourceVersion": "1", "timeoutSeconds": "0.2"})] == []


async def test_a_version_that_is_forgotten_has_expired(tmp_path: Path) -> None:
    async with fed(tmp_path, kept_changes=10) as (feed, client):
        for _ in range(20):
            feed.world.change()
        with pytest.raises(Gone, match="too old resource version"):
            await anext(events(client, {"resourceVersion": "5"}))
        assert await anext(events(client, {"resourceVersion": "15"}))


async def test_a_version_of_the_future_is_too_large(tmp_path: Path) -> None:
    async with fed(tmp_path) as (_, client):
        with pytest.raises(KubeError, match="Too large resource version"):
            await anext(events(client, {"resourceVersion": "999"}))


async def test_a_reader_that_falls_too_far_behind_is_cut_and_slows_nobody(tmp_path: Path) -> None:
    async with fed(tmp_path, kept_changes=50) as (feed, client):
        async with client.stream(PODS, {"watch": "1", "resourceVersion": "1"}, silence=30) as pieces:
            feed.churn.set_rate(5000)
            await asyncio.to_thread(eventually, lambda: feed.watches_cut)
            with pytest.raises(Unreachable):
                async for _ in pieces:
                    pass
        feed.churn.set_rate(0)
        assert sum(feed.world.made.values()) > 50


async def test_each_change_tells_when_it_was_made(tmp_path: Path) -> None:
    async with fed(tmp_path) as (feed, client):
        for _ in range(30):
            feed.world.change()
        lines = (await client.get("/feed/changes", since="11")).decode().splitlines()
        told = {(uid, version): float(moment) for version, moment, uid in (line.split() for line in lines)}
        assert len(told) == 20
        for pod in (await client.get_json(PODS))["items"]:
            metadata = pod["metadata"]
            born = float(metadata["annotations"]["feed.pilothouse/born"])
            assert told.get((metadata["uid"], metadata["resourceVersion"]), born) == born
        rows = (await client.get("/feed/objects/pods")).decode().splitlines()
        assert dict(line.split() for line in rows) == versions_of(feed)


async def test_the_rate_is_set_through_the_door(tmp_path: Path) -> None:
    async with fed(tmp_path) as (feed, client):
        status = json.loads(await client._exchange("PUT", "/feed/churn", {"rate": "100"}))
        assert status["rate"] == feed.churn.rate == 100
        with pytest.raises(KubeError):
            await client._exchange("PUT", "/feed/churn", {"rate": "-1"})


async def test_changes_that_came_late_are_made_up_for() -> None:
    made: list[int] = []
    churn = Churn(lambda: made.append(1))
    churn.set_rate(1000)
    churn._began -= 5
    told = asyncio.Event()
    running = asyncio.create_task(churn.run(told.set))
    await told.wait()
    running.cancel()
    assert len(made) >= 5000
    assert churn.latest > 4.9


def test_history_numbers_what_it_keeps() -> None:
    history = History(3, version=1)
    for version in (2, 4, 6, 8, 9):
        history.append(Change(version, "MODIFIED", "", b""))
    assert (history.start, history.end) == (2, 5)
    assert [change.version for change in history.since(history.after(6), 10)] == [8, 9]
    assert [change.version for change in history.since(history.after(4), 1)] == [6]
    assert history.after(9) == history.end
