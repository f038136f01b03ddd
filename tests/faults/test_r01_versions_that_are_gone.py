"""R1. The server has forgotten our version, in any of the ways in which it says so: the rows are its set again."""

import asyncio
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, expect

from clusters import threads
from clusters.models import Health, Pod
from tests.faults.conftest import Serve
from tests.harness.browsers import DESKTOP, go_to, take_cookies, watch
from tests.harness.doors import Asked, Door, FaultyCluster
from tests.harness.pages import forbid_reload, was_reloaded
from tests.harness.watching import add_cluster, becomes, eventually, fleet, rows_equal_server

SECONDS = 1000  # Playwright counts milliseconds
in_process = pytest.mark.django_db(transaction=True)


def change_unseen(door: Door) -> None:
    """A pod goes and another comes while the watch of pods is open and brings nothing."""
    door.cause("silence", kind="pods", verb="watch", times=1)
    door.remove("pods", "checkout-0", "default")
    door.put_pod("newcomer")


def watch_ends(door: Door) -> None:
    """The open watch of pods breaks off."""
    door.cause("cut", kind="pods", verb="watch", times=1)


def gone_as_status(door: Door) -> None:
    change_unseen(door)
    door.cause("gone", kind="pods", times=1)
    watch_ends(door)


def gone_as_event(door: Door) -> None:
    change_unseen(door)
    door.cause("gone-event", kind="pods", times=1)


def too_large(door: Door) -> None:
    change_unseen(door)
    door.cause("too-large-version", kind="pods", verb="watch", times=1)
    watch_ends(door)


def gone_for_real(door: Door) -> None:
    change_unseen(door)
    door.cause("forget-history", kind="pods")
    watch_ends(door)


def lists_since(door: Door, earlier: list[Asked]) -> int:
    """How often the watcher listed; the lists in pages are those of the check that rows equal the server's set."""
    return sum(asked.lists for asked in door.asked("pods")[len(earlier) :] if asked.verb == "watch")


async def names() -> list[tuple[str, str]]:
    return await threads.read(lambda: sorted(Pod.objects.values_list("namespace", "name")))


@in_process
@pytest.mark.parametrize("how", [gone_as_status, gone_as_event, too_large, gone_for_real])
async def test_the_watch_lists_anew_and_what_is_gone_is_deleted(
    faulty: FaultyCluster, door: Door, how: Callable[[Door], None]
) -> None:
    cluster = await add_cluster(faulty.connection())
    async with fleet():
        await becomes(cluster, Health.SYNCED)
        before = door.asked("pods")
        await asyncio.to_thread(how, door)
        await rows_equal_server(cluster)
        await becomes(cluster, Health.SYNCED)
        found = await names()
        assert ("default", "newcomer") in found
        assert ("default", "checkout-0") not in found
        assert len(found) == len(set(found))
        assert 1 <= lists_since(door, before) <= 2


@in_process
async def test_a_continue_token_that_expired_leads_to_a_list_in_one_piece(faulty: FaultyCluster, door: Door) -> None:
    for number in range(600):
        door.put_pod(f"many-{number:03}")
    door.cause("no-streaming-lists", kind="pods")
    door.cause("gone-on-continue", kind="pods", times=1)
    cluster = await add_cluster(faulty.connection())
    async with fleet():
        await becomes(cluster, Health.SYNCED)
        await rows_equal_server(cluster)
        assert door.hits("gone-on-continue") == 1
        listed = [asked for asked in door.asked("pods") if asked.verb == "list"][-1]
        assert "limit" in listed.query or "continue" not in listed.query
    for number in range(600):
        door.remove("pods", f"many-{number:03}", "default")


@in_process
async def test_events_go_on_after_the_new_list(faulty: FaultyCluster, door: Door) -> None:
    cluster = await add_cluster(faulty.connection())
    async with fleet():
        await becomes(cluster, Health.SYNCED)
        await asyncio.to_thread(gone_as_event, door)
        await rows_equal_server(cluster)
        door.put_pod("afterwards")

        async def is_there() -> bool:
            return ("default", "afterwards") in await names()

        await eventually(is_there)
        await rows_equal_server(cluster)


def test_an_open_page_follows_without_a_reload(
    serve: Serve, browser: Browser, faulty: FaultyCluster, door: Door
) -> None:
    server = serve(faulty.kubeconfig_of("harbour"))
    server.wait_until_synced()
    with browser.new_context(base_url=server.url, viewport=DESKTOP) as context:
        take_cookies(context, server.admin, server.url)
        page = context.new_page()
        problems = watch(page)
        go_to(page, "/clusters/harbour/pods/?namespace=default&sort=name")
        forbid_reload(page)
        gone_as_event(door)
        expect(page.locator('tr[data-uid][data-name="newcomer"]')).to_have_count(1, timeout=15 * SECONDS)
        expect(page.locator('tr[data-uid][data-name="checkout-0"]')).to_have_count(0, timeout=15 * SECONDS)
        assert not was_reloaded(page)
        assert not problems
    server.manage("verify", "harbour")
