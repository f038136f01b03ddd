"""How long a failing watch waits: longer each time, spread, and never less than the server asked."""

import pytest

from clusters.kube.backoff import Backoff
from clusters.kube.errors import Forbidden, KubeError, NotFound, TooManyRequests, Unauthorized, Unreachable
from tests.harness.api import bookmark, event, pod, refuses, scripted_api, streams, streams_on
from tests.harness.watches import Seen, StoppedTime, watch_until


def waits(error: KubeError, count: int, chance: float) -> list[float]:
    backoff = Backoff(StoppedTime().pace(chance=chance))
    return [round(backoff.after(error), 3) for _ in range(count)]


def test_the_wait_doubles_from_08_to_30_seconds() -> None:
    assert waits(Unreachable("x"), 8, 1.0) == [0.8, 1.6, 3.2, 6.4, 12.8, 25.6, 30.0, 30.0]


def test_the_wait_is_anything_below_that_and_at_the_ceiling_at_least_half() -> None:
    assert waits(Unreachable("x"), 8, 0.0) == [0, 0, 0, 0, 0, 0, 15.0, 15.0]


def test_a_dead_server_costs_less_than_a_request_in_20_seconds_on_average() -> None:
    assert waits(Unreachable("x"), 20, 0.5)[-1] >= 20


def test_retry_after_is_the_least() -> None:
    assert waits(TooManyRequests("x", 7), 1, 0.0) == [7.0]
    assert waits(TooManyRequests("x", 7), 1, 1.0) == [7.8]


def test_an_absurd_retry_after_is_capped_at_five_minutes() -> None:
    assert waits(TooManyRequests("x", 999_999), 1, 0.0) == [300.0]


@pytest.mark.parametrize(("error", "seconds"), [(Unauthorized("x"), 30), (Forbidden("x"), 60), (NotFound("x"), 60)])
def test_what_only_a_person_can_mend_is_tried_seldom(error: KubeError, seconds: float) -> None:
    assert waits(error, 3, 0.0) == [seconds] * 3


def test_two_minutes_of_health_begin_anew() -> None:
    time = StoppedTime()
    backoff = Backoff(time.pace())
    for _ in range(5):
        time.now += backoff.after(Unreachable("x"))
    time.now += 100
    assert backoff.after(Unreachable("x")) == 25.6
    time.now += 25.6 + 121
    assert backoff.after(Unreachable("x")) == 0.8


async def test_the_wait_that_is_told_is_the_wait_that_is_kept() -> None:
    time = StoppedTime()
    script = [refuses(429, "slow down", {"Retry-After": "7"}), refuses(503), streams_on(event("ADDED", pod("a")))]
    async with scripted_api(*script) as api:
        seen = await watch_until(api.client(), lambda seen: seen.store, resume="10", pace=time.pace())
        assert [asked.query["resourceVersion"] for asked in api.asked] == ["10"] * 3
    assert [trouble.retry_in for trouble in seen.troubles] == time.slept == [7.8, 1.6]


async def test_a_watch_that_ends_as_soon_as_it_begins_counts_as_a_failure() -> None:
    async with scripted_api(streams(), streams(bookmark("10")), streams(), streams(bookmark("11"))) as api:
        seen = await watch_until(api.client(), lambda seen: len(seen.troubles) == 4, resume="10")
    assert [trouble.retry_in for trouble in seen.troubles] == [0.8, 1.6, 3.2, 6.4]


async def test_a_forbidden_kind_is_told_and_comes_back_when_allowed() -> None:
    def back(seen: Seen) -> object:
        return seen.store

    async with scripted_api(refuses(403, "pods is forbidden"), streams_on(event("ADDED", pod("a")))) as api:
        seen = await watch_until(api.client(), back, resume="10")
    assert seen.names == ["Trouble", "Changes"]
    assert seen.troubles[0].error.reason == "pods is forbidden"
