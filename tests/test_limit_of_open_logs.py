"""A person, and all persons of a cluster together, have only so many logs open, through whichever web process."""

import asyncio
import os
import subprocess
from contextlib import AsyncExitStack
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db.models.functions import Now
from pytest_django import DjangoAssertNumQueries

from clusters import leases
from clusters.models import Cluster, OpenLog
from clusters.streams import open_logs
from clusters.streams.open_logs import MOST_LOGS, TooManyLogs, counted
from clusters.streams.sessions import OWNER
from clusters.tasks import guarded, stop
from clusters.threads import read, write
from tests import people
from tests.harness.broken_connections import break_the_writers_connection

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_modes]

ELSEWHERE = "elsewhere:mark:1:abcd"


@pytest.fixture
async def harbour() -> Cluster:
    return await write(people.cluster, "harbour")


@pytest.fixture
async def maria() -> User:
    return await write(people.person, "maria")


def open_elsewhere(user: User, cluster: Cluster, count: int, *, owner: str = ELSEWHERE, silent: int = 0) -> None:
    """So many logs that another process serves, which gave no sign of life for so many seconds."""
    for _ in range(count):
        OpenLog.objects.create(user=user, cluster=cluster, owner=owner, seen=Now() - timedelta(seconds=silent))


def owner_that_ended() -> str:
    """The name of a process of this host that is no more."""
    with subprocess.Popen(["true"]) as process:
        process.wait()
    return leases.new_owner().replace(f":{os.getpid()}:", f":{process.pid}:")


async def may_open(user: User, cluster: Cluster) -> bool:
    try:
        async with counted(user, cluster):
            return True
    except TooManyLogs:
        return False


async def test_one_has_twenty_open_in_all_processes_and_closing_one_makes_room(harbour: Cluster, maria: User) -> None:
    await write(open_elsewhere, maria, harbour, 10)
    async with AsyncExitStack() as stack:
        for _ in range(9):
            await stack.enter_async_context(counted(maria, harbour))
        async with counted(maria, harbour):
            with pytest.raises(TooManyLogs, match="You have 20 logs open; close one first"):
                await stack.enter_async_context(counted(maria, await write(people.cluster, "lab")))
            assert await may_open(await write(people.person, "tomas"), harbour)
        assert await may_open(maria, harbour)
    assert await read(OpenLog.objects.filter(owner=ELSEWHERE).count) == await read(OpenLog.objects.count) == 10


async def test_a_cluster_has_a_limit_for_all_together(
    harbour: Cluster, maria: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(open_logs, "MOST_LOGS_OF_CLUSTER", 2)
    await write(open_elsewhere, await write(people.person, "tomas"), harbour, 1)
    async with counted(maria, harbour):
        with pytest.raises(TooManyLogs, match="2 pages and files of logs are open in harbour, and no more are allowed"):
            async with counted(maria, harbour):
                pass
        assert await may_open(maria, await write(people.cluster, "lab"))


async def test_those_of_a_silent_process_count_for_half_a_minute(harbour: Cluster, maria: User) -> None:
    await write(open_elsewhere, maria, harbour, MOST_LOGS, silent=20)
    assert not await may_open(maria, harbour)
    await write(OpenLog.objects.update, seen=Now() - timedelta(seconds=31))
    assert await may_open(maria, harbour)


async def test_rows_of_the_long_silent_and_of_the_dead_are_deleted(harbour: Cluster, maria: User) -> None:
    await write(open_elsewhere, maria, harbour, MOST_LOGS, owner=owner_that_ended())
    await write(open_elsewhere, maria, harbour, 1, silent=3601)
    await write(open_elsewhere, maria, harbour, 1, silent=60)
    await write(open_logs.keep)
    assert await read(OpenLog.objects.count) == 1
    assert await may_open(maria, harbour)


async def test_a_process_that_slept_has_its_logs_counted_again(harbour: Cluster, maria: User) -> None:
    await write(open_elsewhere, maria, harbour, MOST_LOGS, owner=OWNER, silent=7200)
    assert await may_open(maria, harbour)
    await write(open_logs.keep)
    assert not await may_open(maria, harbour)


def test_signs_of_life_cost_the_same_however_many_are_open(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    open_elsewhere(people.person("maria"), people.cluster("harbour"), 200, owner=OWNER)
    with django_assert_max_num_queries(5):
        open_logs.keep()


async def test_a_page_that_goes_while_its_log_is_being_opened_leaves_nothing(harbour: Cluster, maria: User) -> None:
    page = guarded("page", look_on(maria, harbour))
    await asyncio.sleep(0)
    await stop([page])
    assert not await write(OpenLog.objects.exists)


async def test_one_that_was_closed_while_the_database_was_away_is_made_up_for(harbour: Cluster, maria: User) -> None:
    async with counted(maria, harbour):
        await break_the_writers_connection()
    assert await read(OpenLog.objects.exists)
    await write(open_logs.keep)
    assert not await read(OpenLog.objects.exists)


async def look_on(user: User, cluster: Cluster) -> None:
    async with counted(user, cluster):
        await asyncio.Event().wait()
