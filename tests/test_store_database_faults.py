"""A database that refuses a batch for a while loses none."""

import pytest
from django.db import DatabaseError

from clusters import metrics, threads
from clusters.models import Health
from tests.harness.broken_connections import break_the_writers_connection, execute
from tests.harness.small_cluster import small_cluster
from tests.harness.watching import add_cluster, all_watched, becomes, fleet, rows_equal_server

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_modes]


def refused_so_far() -> float:
    value = metrics.REGISTRY.get_sample_value("pilothouse_commits_retried_total")
    assert value is not None
    return value


async def test_a_batch_that_the_database_refused_is_written_all_the_same() -> None:
    async with small_cluster() as server:
        cluster = await add_cluster(server.connection())
        async with fleet():
            await becomes(cluster, Health.SYNCED)
            await all_watched(server)
            before = refused_so_far()
            await break_the_writers_connection()
            server.put("pods", "checkout", "default", spec={"containers": []})
            await rows_equal_server(cluster)
            assert refused_so_far() > before


async def test_a_connection_that_failed_is_not_used_again() -> None:
    await break_the_writers_connection()
    with pytest.raises(DatabaseError):
        await threads.write(execute, "CREATE TABLE nobody_needs (id int)")
    assert await threads.write(execute, "SELECT 1") == 1
