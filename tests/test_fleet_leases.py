"""Which process watches which cluster: one at a time, and the next one when it dies."""

import hashlib
import socket
from datetime import timedelta

import psycopg
import pytest
from django.db import connection
from django.utils import timezone

from clusters import leases
from clusters.models import Cluster, Health, WatchProcess
from clusters.store import Fenced, owned
from tests import people

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_modes]


def expire(cluster: Cluster) -> None:
    Cluster.objects.filter(pk=cluster.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
    WatchProcess.objects.update(seen=timezone.now() - timedelta(minutes=1))


def test_only_one_of_two_processes_gets_a_cluster() -> None:
    cluster = people.cluster("harbour")
    assert leases.take(cluster.pk, "one") == 1
    assert leases.take(cluster.pk, "two") is None


def test_a_lease_that_ended_is_taken_over_with_a_higher_number() -> None:
    cluster = people.cluster("harbour")
    leases.take(cluster.pk, "one")
    expire(cluster)
    assert leases.take(cluster.pk, "two") == 2


def test_a_renewed_lease_does_not_end() -> None:
    cluster = people.cluster("harbour")
    leases.take(cluster.pk, "one")
    expire(cluster)
    leases.renew("one")
    assert leases.take(cluster.pk, "two") is None


def test_a_process_that_lost_its_cluster_can_write_nothing_for_it() -> None:
    cluster = people.cluster("harbour")
    old = leases.take(cluster.pk, "one")
    expire(cluster)
    new = leases.take(cluster.pk, "two")
    assert old is not None
    assert new is not None
    with pytest.raises(Fenced), owned(cluster.pk, old):
        Cluster.objects.filter(pk=cluster.pk).update(version="from the past")
    with owned(cluster.pk, new):
        Cluster.objects.filter(pk=cluster.pk).update(version="v1.35.4")
    cluster.refresh_from_db()
    assert cluster.version == "v1.35.4"


def test_a_renewal_does_not_bring_back_a_lease_that_another_took() -> None:
    cluster = people.cluster("harbour")
    leases.take(cluster.pk, "one")
    expire(cluster)
    leases.take(cluster.pk, "two")
    leases.renew("one")
    cluster.refresh_from_db()
    assert cluster.lease_owner == "two"


def test_a_paused_cluster_is_not_taken() -> None:
    cluster = people.cluster("harbour")
    cluster.paused = True
    cluster.save()
    assert leases.take(cluster.pk, "one") is None
    assert leases.mark_paused() == [cluster.pk]


def test_two_living_processes_share_the_clusters() -> None:
    for name in ("harbour", "shipyard", "lighthouse"):
        people.cluster(name)
    leases.renew("one")
    assert leases.look("one").share == 3
    leases.renew("two")
    assert leases.look("one").share == 2
    leases.retire("two")
    assert leases.look("one").share == 3


def test_a_restart_takes_over_from_its_killed_predecessor_at_once() -> None:
    cluster = people.cluster("harbour")
    host, _, mark = leases.new_owner().rsplit(":", 2)
    dead = f"{host}:999999999:{mark}"
    leases.renew(dead)
    leases.take(cluster.pk, dead)
    leases.retire_the_dead()
    assert leases.take(cluster.pk, leases.new_owner()) == 2


def test_a_process_in_another_container_of_the_same_host_name_is_not_taken_for_dead() -> None:
    cluster = people.cluster("harbour")
    elsewhere = f"{socket.gethostname()}:0123456789ab:999999999:cafe"
    leases.renew(elsewhere)
    leases.take(cluster.pk, elsewhere)
    leases.retire_the_dead()
    assert not leases.is_dead(elsewhere)
    assert leases.take(cluster.pk, leases.new_owner()) is None


@pytest.mark.spread_out
def test_a_process_that_stopped_in_the_midst_of_a_statement_keeps_no_cluster() -> None:
    """The database waits for the rest of what it copies, for which it has no limit of time."""
    cluster = people.cluster("harbour")
    sleeper = f"{socket.gethostname()}:0123456789ab:999999999:cafe"
    leases.take(cluster.pk, sleeper)
    expire(cluster)
    with connect_as(sleeper) as asleep:
        asleep.execute("SELECT pk FROM (SELECT id AS pk FROM clusters_cluster FOR UPDATE) AS locked")
        asleep.execute("CREATE TEMPORARY TABLE came (number integer)")
        copying = asleep.cursor().copy("COPY came FROM STDIN")
        # It learns of its end when it wakes.
        with pytest.raises(psycopg.errors.AdminShutdown), copying:
            assert leases.take(cluster.pk, leases.new_owner()) == 2


def connect_as(owner: str) -> "psycopg.Connection[tuple[object, ...]]":
    """A connection to the database as the process of that owner would have it."""
    process = owner.rpartition(":")[0]
    name = f"pilothouse-{hashlib.sha256(process.encode()).hexdigest()[:16]}"
    return psycopg.connect(**{**connection.get_connection_params(), "application_name": name})


def test_saving_a_form_leaves_the_lease_alone() -> None:
    cluster = people.cluster("harbour")
    leases.take(cluster.pk, "one")
    cluster.name = "Harbour"
    cluster.save()
    cluster.refresh_from_db()
    assert (cluster.name, cluster.lease_owner, cluster.fence) == ("Harbour", "one", 1)


def test_what_an_earlier_owner_called_synced_is_stale_from_the_moment_of_the_takeover() -> None:
    cluster = people.cluster("harbour")
    contact = timezone.now() - timedelta(minutes=2)
    Cluster.objects.update(health=Health.SYNCED, last_contact=contact)
    leases.take(cluster.pk, "one")
    cluster.refresh_from_db()
    assert (cluster.health, cluster.health_since) == (Health.STALE, contact)
