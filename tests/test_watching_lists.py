"""The first list of a watch: streamed where the server can, else in pages, never empty by a misunderstanding."""

import pytest

from clusters.kube.errors import Forbidden, NotKubernetes, ServerError, Unauthorized, Unreachable
from clusters.kube.watching import Changes, Listed, ListStarted, Page
from tests.harness.api import (
    Answer,
    bookmark,
    event,
    page,
    pod,
    refuses,
    says,
    says_raw,
    scripted_api,
    streams,
    streams_on,
)
from tests.harness.watches import Seen, StoppedTime, watch_until

TWO = event("ADDED", pod("a", "7")) + event("ADDED", pod("b", "3"))


def listed(seen: Seen) -> bool:
    return "Listed" in seen.names


async def test_a_streaming_list_ends_with_its_bookmark_and_goes_on_as_a_watch() -> None:
    script = streams_on(TWO, bookmark("10", ends_list="true") + event("MODIFIED", pod("a", "11")))
    async with scripted_api(script) as api:
        seen = await watch_until(api.client(), lambda seen: "Changes" in seen.names)
        assert len(api.asked) == 1
    assert seen.names == ["ListStarted", "Page", "Listed", "Changes"]
    assert seen.steps[2] == Listed("10")
    assert seen.store == {"uid-a": "11", "uid-b": "3"}


async def test_what_a_streaming_list_is_asked_for() -> None:
    async with scripted_api(streams_on(bookmark("10", ends_list="true"))) as api:
        await watch_until(api.client(), listed, pace=StoppedTime().pace(chance=0.5))
        assert api.asked[0].query == {
            "watch": "1",
            "sendInitialEvents": "true",
            "resourceVersionMatch": "NotOlderThan",
            "allowWatchBookmarks": "true",
            "timeoutSeconds": "290",
        }


async def test_the_bookmark_that_ends_a_list_is_known_by_its_value() -> None:
    script = streams_on(TWO + bookmark("8", ends_list="false"), bookmark("9"), bookmark("10", ends_list="true"))
    async with scripted_api(script) as api:
        seen = await watch_until(api.client(), listed)
    assert seen.steps[-1] == Listed("10")


async def test_a_large_streaming_list_comes_in_pages_of_at_most_500() -> None:
    objects = b"".join(event("ADDED", pod(f"p{number}")) for number in range(1201))
    async with scripted_api(streams_on(objects + bookmark("10", ends_list="true"))) as api:
        seen = await watch_until(api.client(), listed)
    pages = [step for step in seen.steps if isinstance(step, Page)]
    assert len(seen.store) == 1201
    assert all(0 < len(page.objects) <= 500 for page in pages)


@pytest.mark.parametrize("refusal", [refuses(422, "sendInitialEvents is forbidden"), refuses(400, "bad")])
async def test_a_server_that_cannot_stream_lists_is_asked_for_pages(refusal: Answer) -> None:
    async with scripted_api(refusal, says(page([pod("a"), pod("b")]))) as api:
        seen = await watch_until(api.client(), listed)
    assert seen.names[-3:] == ["ListStarted", "Page", "Listed"]
    assert seen.troubles == []
    assert seen.store.keys() == {"uid-a", "uid-b"}


async def test_an_object_deleted_while_it_is_listed_is_gone_afterwards() -> None:
    objects = b"".join(event("ADDED", pod(f"p{number}")) for number in range(600))
    deleted = event("DELETED", pod("p7")) + event("DELETED", pod("p599")) + event("ADDED", pod("later"))
    async with scripted_api(streams_on(objects, deleted + bookmark("10", ends_list="true"))) as api:
        seen = await watch_until(api.client(), lambda seen: "Changes" in seen.names)
    assert len(seen.store) == 599
    assert not seen.store.keys() & {"uid-p7", "uid-p599"}


async def test_a_server_that_never_ends_its_streaming_list_is_asked_for_pages() -> None:
    pace = StoppedTime().pace(list_silence=0.2)
    async with scripted_api(streams_on(TWO), says(page([pod("b")]))) as api:
        seen = await watch_until(api.client(), listed, pace=pace)
    assert seen.store.keys() == {"uid-b"}


async def test_pages_are_followed_to_the_last_and_the_watch_begins_at_the_first_ones_version() -> None:
    pages = [says(page([pod("a")], "10", "next")), says(page([pod("b")], "12", "last")), says(page([pod("c")], "14"))]
    changed = streams_on(event("ADDED", pod("d", "15")))
    async with scripted_api(refuses(422), *pages, changed) as api:
        seen = await watch_until(api.client(), lambda seen: "Changes" in seen.names)
        asked = [asked.query for asked in api.asked[1:]]
    assert asked[:3] == [{"limit": "500"}, {"limit": "500", "continue": "next"}, {"limit": "500", "continue": "last"}]
    assert asked[3]["resourceVersion"] == "10"
    assert "sendInitialEvents" not in asked[3]
    assert seen.store.keys() == {"uid-a", "uid-b", "uid-c", "uid-d"}


async def test_a_token_that_expires_between_pages_leads_to_one_whole_list() -> None:
    script = [refuses(422), says(page([pod("a")], token="next")), refuses(410, "expired"), says(page([pod("b")]))]
    async with scripted_api(*script) as api:
        seen = await watch_until(api.client(), listed)
        assert [asked.query for asked in api.asked[2:]] == [{"limit": "500", "continue": "next"}, {}]
    assert seen.store.keys() == {"uid-b"}


async def test_a_list_that_breaks_off_is_begun_again() -> None:
    async with scripted_api(streams(TWO), streams_on(TWO + bookmark("10", ends_list="true"))) as api:
        seen = await watch_until(api.client(), listed)
    assert seen.names == ["ListStarted", "Page", "Trouble", "ListStarted", "Page", "Listed"]
    assert isinstance(seen.troubles[0].error, Unreachable)


async def test_an_empty_list_is_a_list() -> None:
    async with scripted_api(refuses(422), says({"metadata": {"resourceVersion": "10"}, "items": None})) as api:
        seen = await watch_until(api.client(), listed)
    assert seen.steps[-2:] == [ListStarted(), Listed("10")]


@pytest.mark.parametrize(
    "answer",
    [
        says({"kind": "Table", "metadata": {"resourceVersion": "10"}, "rows": []}),
        says({"kind": "PodList", "items": []}),
        says_raw(b"<html>sign in</html>", headers={"Content-Type": "text/html"}),
        says_raw(b"hello"),
        says_raw(b"\xff\xfe"),
    ],
)
async def test_what_is_no_list_is_never_taken_for_an_empty_one(answer: Answer) -> None:
    async with scripted_api(refuses(422), answer) as api:
        seen = await watch_until(api.client(), lambda seen: seen.troubles)
    assert not listed(seen)
    assert isinstance(seen.troubles[0].error, NotKubernetes)


@pytest.mark.parametrize(
    "piece", [b"<html>\n", b"hello\n", event("ADDED", {"kind": "Table", "rows": [], "metadata": {}})]
)
async def test_a_stream_of_something_else_is_said_to_be_that(piece: bytes) -> None:
    async with scripted_api(streams_on(piece)) as api:
        seen = await watch_until(api.client(), lambda seen: seen.troubles)
    assert isinstance(seen.troubles[0].error, NotKubernetes)


async def test_a_refused_list_says_which_refusal_it_was() -> None:
    for refusal, kind in ((refuses(401), Unauthorized), (refuses(403), Forbidden), (refuses(406), ServerError)):
        async with scripted_api(refusal) as api:
            seen = await watch_until(api.client(), lambda seen: seen.troubles)
        assert type(seen.troubles[0].error) is kind


async def test_a_batch_holds_at_most_500_changes() -> None:
    many = b"".join(event("ADDED", pod(f"p{number}")) for number in range(700))
    async with scripted_api(streams_on(bookmark("10", ends_list="true") + many)) as api:
        seen = await watch_until(api.client(), lambda seen: len(seen.store) == 700)
    assert all(len(step.upserts) <= 500 for step in seen.steps if isinstance(step, Changes))
