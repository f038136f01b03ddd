"""A watch that ends, is cut or is too old goes on so that the store equals the server's set."""

import asyncio
from contextlib import aclosing

import pytest
from aiohttp import web

from clusters.kube.errors import Gone, Silence
from clusters.kube.watching import Changes, watch
from tests.harness.api import (
    Answer,
    bookmark,
    event,
    pod,
    refuses,
    scripted_api,
    status,
    streams,
    streams_on,
)
from tests.harness.watches import PODS, Pod, StoppedTime, watch_until

LIST = event("ADDED", pod("a", "7")) + event("ADDED", pod("b", "3")) + bookmark("10", ends_list="true")
RELIST = event("ADDED", pod("b", "3")) + bookmark("90", ends_list="true")
GONE = event("ERROR", status(410, "too old resource version: 5 (90)"))


async def test_it_goes_on_from_the_version_it_was_given() -> None:
    async with scripted_api(streams_on(event("DELETED", pod("a", "11")))) as api:
        seen = await watch_until(api.client(), lambda seen: seen.steps, resume="10")
        assert api.asked[0].query["resourceVersion"] == "10"
    assert seen.steps == [Changes([], ["uid-a"], [], "11")]


async def test_an_ordinary_end_is_followed_by_the_next_watch_without_trouble() -> None:
    time = StoppedTime()

    def later(seen: object) -> bool:
        time.now += 290
        return len(api.asked) == 3

    script = [streams(LIST), streams(event("MODIFIED", pod("a", "12"))), streams_on(event("MODIFIED", pod("a", "13")))]
    async with scripted_api(*script) as api:
        seen = await watch_until(api.client(), later, pace=time.pace())
        assert [asked.query.get("resourceVersion") for asked in api.asked] == [None, "10", "12"]
    assert seen.troubles == []


async def test_it_goes_on_from_a_bookmark() -> None:
    async with scripted_api(streams(LIST, bookmark("50")), streams_on(event("ADDED", pod("c", "51")))) as api:
        seen = await watch_until(api.client(), lambda seen: "uid-c" in seen.store)
        assert api.asked[1].query["resourceVersion"] == "50"
    assert seen.steps[-2] == Changes([], [], [], "50")


async def test_it_goes_on_from_the_version_of_a_deletion() -> None:
    async with scripted_api(streams(LIST, event("DELETED", pod("a", "20"))), streams_on(bookmark("21"))) as api:
        await watch_until(api.client(), lambda seen: seen.steps[-1] == Changes([], [], [], "21"))
        assert api.asked[1].query["resourceVersion"] == "20"


@pytest.mark.parametrize("gone", [refuses(410, "too old"), streams(GONE)])
async def test_a_version_too_old_leads_to_one_new_list_at_once(gone: Answer) -> None:
    async with scripted_api(gone, streams_on(RELIST)) as api:
        seen = await watch_until(api.client(), lambda seen: "Listed" in seen.names, resume="5")
        assert len(api.asked) == 2
        assert "resourceVersion" not in api.asked[1].query
    assert seen.troubles == []
    assert seen.store.keys() == {"uid-b"}


async def test_events_before_a_410_in_the_same_read_are_not_lost() -> None:
    async with scripted_api(streams(event("ADDED", pod("c", "6")) + GONE), streams_on(RELIST)) as api:
        seen = await watch_until(api.client(), lambda seen: "Listed" in seen.names, resume="5")
    assert seen.names == ["Changes", "ListStarted", "Page", "Listed"]


async def test_a_server_that_always_says_410_is_not_asked_in_a_hurry() -> None:
    async with scripted_api(streams(LIST), streams(GONE), streams(LIST), streams(GONE), streams_on()) as api:
        seen = await watch_until(api.client(), lambda seen: seen.troubles)
    assert isinstance(seen.troubles[0].error, Gone)
    assert seen.names.count("Listed") == 2


async def test_a_version_that_a_restored_server_never_reached_leads_to_a_new_list() -> None:
    causes = [{"reason": "ResourceVersionTooLarge"}]
    async with scripted_api(refuses(504, "Too large resource version", causes=causes), streams_on(RELIST)) as api:
        seen = await watch_until(api.client(), lambda seen: "Listed" in seen.names, resume="9999")
    assert seen.store.keys() == {"uid-b"}


async def test_a_version_that_the_server_cannot_read_leads_to_a_new_list() -> None:
    async with scripted_api(refuses(400, "invalid resource version"), streams_on(RELIST)) as api:
        seen = await watch_until(api.client(), lambda seen: "Listed" in seen.names, resume="x")
    assert seen.names == ["Trouble", "ListStarted", "Page", "Listed"]


async def test_a_server_error_keeps_the_version_and_only_many_lead_to_a_new_list() -> None:
    async with scripted_api(*[refuses(500)] * 5, streams_on(RELIST)) as api:
        await watch_until(api.client(), lambda seen: "Listed" in seen.names, resume="5")
        assert [asked.query.get("resourceVersion") for asked in api.asked] == ["5"] * 5 + [None]


async def test_a_stream_cut_at_any_byte_goes_on_to_the_servers_state() -> None:
    events = [event("MODIFIED", pod("a", "11")), event("DELETED", pod("b", "12")), event("ADDED", pod("ü😀", "13"))]
    whole = b"".join(events)
    ends = [len(b"".join(events[:count])) for count in range(4)]
    for cut in range(len(whole) + 1):
        kept = sum(end <= cut for end in ends) - 1
        script = [
            streams(LIST),
            streams(*filter(None, [whole[:cut]]), cut=bool(cut % 2)),
            streams_on(*events[kept:], bookmark("14")),
        ]
        async with asyncio.timeout(10), scripted_api(*script) as api:
            seen = await watch_until(api.client(), lambda seen: seen.version == "14")
            assert api.asked[2].query["resourceVersion"] == ["10", "11", "12", "13"][kept]
        assert seen.store == {"uid-a": "11", "uid-ü😀": "13"}
        assert seen.broken == {}


async def test_silence_ends_a_watch_whose_server_sends_bookmarks() -> None:
    async with scripted_api(streams_on(LIST), streams_on(bookmark("11"))) as api:
        pace = StoppedTime().pace(silence=0.3)
        seen = await watch_until(api.client(), lambda seen: len(api.asked) == 2, pace=pace)
        assert api.asked[1].query["resourceVersion"] == "10"
    assert [type(trouble.error) for trouble in seen.troubles] == [Silence]


async def test_silence_of_a_server_without_bookmarks_is_answered_with_a_new_watch() -> None:
    time = StoppedTime()

    async def answer_late(request: web.Request) -> web.StreamResponse:
        time.now += 75
        return await streams_on()(request)

    async with scripted_api(answer_late, streams_on(event("ADDED", pod("c", "11")))) as api:
        pace = time.pace(silence=0.3)
        seen = await watch_until(api.client(), lambda seen: seen.steps, resume="10", pace=pace)
    assert seen.names == ["Changes"]


async def test_a_resumed_watch_tells_at_once_that_the_server_has_answered() -> None:
    async with (
        asyncio.timeout(10),
        scripted_api(streams_on()) as api,
        api.client() as client,
        aclosing(watch(client, PODS, Pod, resume="10")) as steps,
    ):
        assert await anext(steps) == Changes([], [], [], "10")
