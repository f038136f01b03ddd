"""An object that cannot be decoded is set aside under its own name with the reason; the rest flow."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clusters.kube.errors import NotKubernetes
from clusters.kube.framing import LineSplitter
from tests.harness.api import Json, bookmark, event, page, pod, refuses, says, scripted_api, streams_on
from tests.harness.watches import watch_until

GOOD = event("ADDED", pod("good", "9"))
END = bookmark("10", ends_list="true")


@pytest.mark.parametrize(
    ("item", "key"),
    [
        (pod("bad", spec={"priority": "high"}), "uid-bad"),
        (pod("bad", spec=[]), "uid-bad"),
        ({"kind": "Pod", "metadata": {"name": "bad", "namespace": "default"}}, "default/bad"),
        ({"kind": "Node", "metadata": {"name": "bad"}}, "bad"),
    ],
)
async def test_it_is_set_aside_in_lists_and_watches(item: Json, key: str) -> None:
    both = streams_on(event("ADDED", item) + GOOD + END + event("MODIFIED", item) + event("ADDED", pod("later")))
    async with scripted_api(both) as api:
        seen = await watch_until(api.client(), lambda seen: "uid-later" in seen.store)
    assert seen.store.keys() == {"uid-good", "uid-later"}
    assert seen.broken.keys() == {key}
    assert seen.broken[key]


async def test_it_is_set_aside_in_a_page() -> None:
    async with scripted_api(refuses(422), says(page([pod("bad", spec=1), pod("good")]))) as api:
        seen = await watch_until(api.client(), lambda seen: "Listed" in seen.names)
    assert seen.store.keys() == {"uid-good"}
    assert seen.broken == {"uid-bad": "Expected `object`, got `int` - at `$.spec`"}


async def test_a_line_that_is_no_json_is_set_aside_by_the_uid_in_it() -> None:
    cut = event("ADDED", pod("bad"))[:-4] + b"\n"
    async with scripted_api(streams_on(END, cut + b"{nothing at all}\n" + GOOD)) as api:
        seen = await watch_until(api.client(), lambda seen: seen.store)
    assert "uid-bad" in seen.broken
    assert len(seen.broken) == 2


async def test_a_name_that_is_no_text_is_set_aside() -> None:
    line = GOOD.replace(b'"good"', b'"\xff\xfe"')
    async with scripted_api(streams_on(END, line + event("ADDED", pod("later")))) as api:
        seen = await watch_until(api.client(), lambda seen: "uid-later" in seen.store)
    assert seen.store.keys() == {"uid-later"}
    assert len(seen.broken) == 1


async def test_the_deletion_of_an_object_that_cannot_be_decoded_is_a_deletion() -> None:
    async with scripted_api(streams_on(GOOD + END, event("DELETED", pod("good", "11", spec="?")))) as api:
        seen = await watch_until(api.client(), lambda seen: seen.steps[-1].__class__.__name__ == "Changes")
    assert seen.store == {}
    assert seen.broken == {}


@pytest.mark.parametrize(
    ("last", "store", "broken"),
    [
        (event("MODIFIED", pod("odd", "12")), {"uid-odd": "12"}, set()),
        (event("DELETED", pod("odd", "12")), {}, set()),
        (event("ADDED", pod("odd", "12")) + event("MODIFIED", pod("odd", "13", spec=1)), {}, {"uid-odd"}),
    ],
)
async def test_of_an_object_that_changes_within_one_read_only_the_last_state_counts(
    last: bytes, store: dict[str, str], broken: set[str]
) -> None:
    async with scripted_api(streams_on(END, event("ADDED", pod("odd", "11", spec=1)) + last)) as api:
        seen = await watch_until(api.client(), lambda seen: seen.steps[-1].__class__.__name__ == "Changes")
    assert seen.store == store
    assert seen.broken.keys() == broken


async def test_an_annotation_of_three_megabytes_is_no_obstacle() -> None:
    large = pod("large", annotations={"a": "x" * 3_000_000})
    async with scripted_api(streams_on(event("ADDED", large) + GOOD + END)) as api:
        seen = await watch_until(api.client(), lambda seen: "Listed" in seen.names)
    assert seen.store.keys() == {"uid-large", "uid-good"}


async def test_a_line_without_end_is_given_up() -> None:
    async with scripted_api(streams_on(END, b"{" + b" " * 17 * 1024 * 1024)) as api:
        seen = await watch_until(api.client(), lambda seen: seen.troubles)
    assert isinstance(seen.troubles[0].error, NotKubernetes)
    assert "longer than 16 MiB" in seen.troubles[0].error.reason


async def test_an_unknown_kind_of_event_is_passed_over() -> None:
    async with scripted_api(streams_on(END, event("SOMETHING", pod("x")) + GOOD)) as api:
        seen = await watch_until(api.client(), lambda seen: seen.store)
    assert seen.store.keys() == {"uid-good"}


@given(st.lists(st.binary(max_size=20)), st.integers(min_value=1, max_value=7))
def test_lines_are_the_same_however_they_are_cut(pieces: list[bytes], size: int) -> None:
    whole = b"\n".join(pieces)
    splitter = LineSplitter()
    cut = [line for start in range(0, len(whole), size) for line in splitter.feed(whole[start : start + size])]
    complete, _, _ = whole.rpartition(b"\n")
    assert cut == [line for line in complete.split(b"\n") if line]
