"""R22. The clock of the API server, of our host or of the browser is an hour off: nothing times out, nothing is lost,
ages are as they are, and the record of who did what keeps its order."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from unittest import mock

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import Browser

from clusters import threads
from clusters.models import Activity, Health, Pod
from tests.faults.conftest import Serve
from tests.harness.browsers import DESKTOP, go_to, take_cookies
from tests.harness.doors import Door, FaultyCluster
from tests.harness.watching import add_cluster, becomes, eventually, fleet, health_of, rows_equal_server

HOUR = timedelta(hours=1)
in_process = pytest.mark.django_db(transaction=True)
real_now = timezone.now


@contextmanager
def our_clock(off: timedelta) -> Iterator[None]:
    """The wall clock of this process, as Django tells it."""
    with mock.patch("django.utils.timezone.now", side_effect=lambda: real_now() + off):
        yield


async def has_pod(name: str) -> bool:
    return await threads.read(Pod.objects.filter(name=name).exists)


@in_process
@pytest.mark.parametrize("seconds", [3600.0, -3600.0])
async def test_the_api_servers_clock(faulty: FaultyCluster, door: Door, seconds: float) -> None:
    cluster = await add_cluster(faulty.connection())
    async with fleet():
        await becomes(cluster, Health.SYNCED)
        door.cause("clock-jump", seconds=seconds)
        name = f"after-{int(seconds)}"
        door.put_pod(name)
        await eventually(lambda: has_pod(name))
        assert (await health_of(cluster)).health == Health.SYNCED
        await rows_equal_server(cluster)
        door.cause("clock-jump", seconds=-seconds)


@in_process
@pytest.mark.parametrize("off", [HOUR, -HOUR])
async def test_our_own_clock(faulty: FaultyCluster, door: Door, off: timedelta) -> None:
    cluster = await add_cluster(faulty.connection())
    async with fleet():
        await becomes(cluster, Health.SYNCED)
        with our_clock(off):
            door.put_pod("during")
            await eventually(lambda: has_pod("during"))
            assert (await health_of(cluster)).health == Health.SYNCED
        door.put_pod("afterwards")
        await eventually(lambda: has_pod("afterwards"))

        async def contact_is_told_by_the_right_clock() -> bool:
            row = await health_of(cluster)
            assert row.health == Health.SYNCED
            return row.last_contact is not None and abs(row.last_contact - real_now()) < timedelta(minutes=1)

        await eventually(contact_is_told_by_the_right_clock)
        await rows_equal_server(cluster)


@pytest.mark.django_db
def test_the_record_of_what_people_did_keeps_its_order() -> None:
    maria = User.objects.create_user("maria")
    acts = [Activity.Act.SIGNED_IN, Activity.Act.LOG_OPENED, Activity.Act.SIGNED_OUT]
    for act, off in zip(acts, (HOUR, timedelta(), -HOUR), strict=True):
        with our_clock(off):
            Activity.objects.create(act=act, user=maria, username="maria")
    assert [row.act for row in Activity.objects.all()] == [act.value for act in reversed(acts)]


@pytest.mark.parametrize("off", [HOUR, -HOUR, timedelta(days=400)])
def test_the_browsers_clock(serve: Serve, browser: Browser, faulty: FaultyCluster, door: Door, off: timedelta) -> None:
    server = serve(faulty.kubeconfig_of("harbour"))
    server.wait_until_synced()
    with browser.new_context(base_url=server.url, viewport=DESKTOP) as context:
        take_cookies(context, server.admin, server.url)
        page = context.new_page()
        page.clock.install(time=datetime.now(UTC) + off)
        go_to(page, "/clusters/harbour/pods/?namespace=payments&sort=name")
        page.clock.run_for(3000)
        door.put_pod("newcomer", "payments")
        row = page.locator('tr[data-uid][data-name="newcomer"]')
        row.wait_for()
        shown = row.locator("time[data-age]").inner_text()
        assert shown in {f"{seconds} s" for seconds in range(60)}, shown
    server.manage("verify", "harbour")
    door.remove("pods", "newcomer", "payments")
