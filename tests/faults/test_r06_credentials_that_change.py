"""R6. Tokens expire and are replaced, certificates and CAs are rotated: nothing is lost, and what is wrong is named."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from clusters import leases, threads
from clusters.clients import close_clients
from clusters.kinds import KINDS
from clusters.kube.backoff import Pace
from clusters.kube.connection import Connection
from clusters.models import Cluster, Health, Pod
from clusters.sealing import seal_connection
from clusters.tasks import guarded, stop
from clusters.watcher import Watcher
from simulator.certificates import Authority
from tests.harness.doors import Door, FaultyCluster
from tests.harness.watching import add_cluster, becomes, eventually, fleet, health_of, rows_equal_server

pytestmark = pytest.mark.django_db(transaction=True)

SCALE = 20.0
"""A watch that was refused for its credentials waits half a minute: here a second and a half."""


async def sleep(seconds: float) -> None:
    await asyncio.sleep(seconds / SCALE)


@asynccontextmanager
async def watcher(cluster: Cluster) -> AsyncIterator[None]:
    """Watches the cluster, with waits that are scaled."""
    fence = await threads.write(leases.take, cluster.pk, "this process")
    assert fence
    pace = Pace(clock=lambda: time.monotonic() * SCALE, sleep=sleep)
    task = guarded("watcher of the test", Watcher(cluster, fence, pace=pace).run())
    try:
        yield
    finally:
        await stop([task])
        await close_clients()


async def reseal(cluster: Cluster, connection: Connection) -> None:
    def write() -> None:
        row = Cluster.objects.get(pk=cluster.pk)
        seal_connection(row, connection)
        row.save()

    await threads.write(write)


async def has_pod(name: str) -> bool:
    return await threads.read(Pod.objects.filter(name=name).exists)


async def test_a_token_that_expires_is_named_and_its_file_is_read_again(
    faulty: FaultyCluster, door: Door, tmp_path: Path
) -> None:
    connection, file = faulty.connection(), tmp_path / "token"
    file.write_text(connection.token)
    cluster = await add_cluster(replace(connection, token="", token_file=str(file)))
    async with watcher(cluster):
        await becomes(cluster, Health.SYNCED)
        door.cause("rotated-token", user="admin")
        # Streams that are open outlive the token, as on a real server.
        door.put_pod("before-the-cut")
        await eventually(lambda: has_pod("before-the-cut"))
        door.cause("cut", verb="watch", times=len(KINDS))
        row = await becomes(cluster, Health.UNAUTHORISED)
        assert "credentials" in row.health_reason
        before = len(door.asked())
        began = time.monotonic()
        door.put_pod("while-locked-out")
        await asyncio.sleep(2)
        asked = len(door.asked()) - before
        # Each watch asks twice a minute at most.
        assert asked <= len(KINDS) * (1 + (time.monotonic() - began) * SCALE / 30)
        file.write_text(faulty.connection().token)
        listed = sum(each.lists for each in door.asked() if each.verb == "watch")
        await becomes(cluster, Health.SYNCED)
        await eventually(lambda: has_pod("while-locked-out"))
        assert sum(each.lists for each in door.asked() if each.verb == "watch") == listed, "it listed anew"
        await rows_equal_server(cluster)


async def test_a_token_file_that_is_missing_for_a_moment_costs_nothing(
    faulty: FaultyCluster, door: Door, tmp_path: Path
) -> None:
    connection, file = faulty.connection(), tmp_path / "token"
    file.write_text(connection.token)
    cluster = await add_cluster(replace(connection, token="", token_file=str(file)))
    async with watcher(cluster):
        await becomes(cluster, Health.SYNCED)
        file.unlink()
        door.cause("cut", verb="watch", times=len(KINDS))
        door.put_pod("meanwhile")
        await asyncio.sleep(0.3)
        file.write_text(connection.token)
        await eventually(lambda: has_pod("meanwhile"))
        await becomes(cluster, Health.SYNCED)
        await rows_equal_server(cluster)


async def test_another_certificate_of_the_same_ca_changes_nothing(faulty: FaultyCluster, door: Door) -> None:
    cluster = await add_cluster(faulty.connection())
    async with fleet():
        await becomes(cluster, Health.SYNCED)
        door.cause("rotated-certificate")
        door.cause("reset-connections")
        door.put_pod("after-the-rotation")
        await eventually(lambda: has_pod("after-the-rotation"))
        await becomes(cluster, Health.SYNCED)
        await rows_equal_server(cluster)


async def test_another_client_certificate_takes_over(faulty: FaultyCluster, door: Door) -> None:
    authority = Authority(faulty.folder)

    def identity() -> Connection:
        certificate, key = authority.issue_client("admin", ("system:masters",))
        return replace(faulty.connection(), token="", client_cert_data=certificate, client_key_data=key)

    cluster = await add_cluster(identity())
    async with fleet():
        await becomes(cluster, Health.SYNCED)
        await reseal(cluster, identity())
        door.put_pod("for-the-new-certificate")
        await eventually(lambda: has_pod("for-the-new-certificate"))
        await becomes(cluster, Health.SYNCED)
        await rows_equal_server(await health_of(cluster))


async def test_another_ca_is_named_until_the_connection_has_it(faulty: FaultyCluster, door: Door) -> None:
    cluster = await add_cluster(faulty.connection())
    async with fleet():
        await becomes(cluster, Health.SYNCED)
        door.cause("rotated-ca")
        door.cause("reset-connections")
        door.put_pod("behind-the-new-ca")
        row = await becomes(cluster, Health.UNREACHABLE, seconds=40)
        assert "was not signed by the CA of this connection" in row.health_reason
        assert await has_pod("checkout-0")
        await reseal(cluster, faulty.connection())
        await becomes(cluster, Health.SYNCED, seconds=40)
        await eventually(lambda: has_pod("behind-the-new-ca"))
        await rows_equal_server(await health_of(cluster))


async def test_a_ca_that_is_none_is_named(faulty: FaultyCluster) -> None:
    bad = b"-----BEGIN CERTIFICATE-----\nbm9uZQ==\n-----END CERTIFICATE-----\n"
    cluster = await add_cluster(replace(faulty.connection(), ca_data=bad))
    async with fleet():
        row = await becomes(cluster, Health.UNREACHABLE)
        assert "certificates of this connection cannot be used" in row.health_reason
        await reseal(cluster, faulty.connection())
        await becomes(cluster, Health.SYNCED)
        await rows_equal_server(await health_of(cluster))


@pytest.mark.long
async def test_a_ca_file_that_is_spoilt_keeps_the_old_one_and_a_new_one_is_taken_up(
    faulty: FaultyCluster, door: Door, tmp_path: Path
) -> None:
    file = tmp_path / "ca.crt"
    file.write_bytes(faulty.connection().ca_data or b"")
    cluster = await add_cluster(replace(faulty.connection(), ca_file=str(file)))
    async with fleet():
        await becomes(cluster, Health.SYNCED)
        file.write_text("-----BEGIN CERTIFICATE-----\nbm9uZQ==\n-----END CERTIFICATE-----\n")
        door.cause("reset-connections")
        door.put_pod("beside-a-spoilt-file")
        await eventually(lambda: has_pod("beside-a-spoilt-file"))
        await becomes(cluster, Health.SYNCED)
        door.cause("rotated-ca")
        door.cause("reset-connections")
        door.put_pod("behind-the-new-ca")
        await becomes(cluster, Health.UNREACHABLE, seconds=40)
        file.write_bytes(faulty.connection().ca_data or b"")
        await becomes(cluster, Health.SYNCED, seconds=40)
        await eventually(lambda: has_pod("behind-the-new-ca"))
        await rows_equal_server(await health_of(cluster))
