"""Every page that shows a cluster's data says how far it can be trusted."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from clusters.models import Cluster, Health
from dashboard.words import freshness
from tests import people

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def cluster(health: Health, *, watched: bool = True, contact: bool = True, **values: object) -> Cluster:
    row = Cluster(
        name="harbour",
        health=health,
        health_since=NOW - timedelta(minutes=5),
        last_contact=NOW - timedelta(seconds=3) if contact else None,
        lease_until=NOW + timedelta(seconds=10 if watched else -1),
        **values,
    )
    row.read_at = NOW
    return row


def warning(row: Cluster) -> str:
    return str(freshness(row, NOW).warning)


def test_a_synced_cluster_is_live() -> None:
    shown = freshness(cluster(Health.SYNCED), NOW)
    assert shown.words.startswith("Live, as of")
    assert shown.warning is None


def test_a_synced_cluster_that_nobody_watches_any_more_is_not_live() -> None:
    row = cluster(Health.SYNCED, watched=False)
    assert freshness(row, NOW).state == "stale"
    assert "No process watches this cluster at the moment" in warning(row)


@pytest.mark.django_db
def test_leases_count_by_the_databases_clock_and_not_by_the_web_servers() -> None:
    contact = timezone.now()
    watched = {"health": Health.SYNCED, "last_contact": contact, "lease_until": contact + timedelta(seconds=10)}
    people.cluster("harbour")
    Cluster.objects.update(**watched)
    assert freshness(Cluster.objects.get(), contact + timedelta(minutes=5)).state == "running"


def test_a_stale_cluster_names_when_and_why() -> None:
    said = warning(cluster(Health.STALE, health_reason="No contact with pods: 192.0.2.1 is silent."))
    assert "since" in said
    assert (NOW - timedelta(minutes=5)).isoformat() in said
    assert "No contact with pods: 192.0.2.1 is silent" in said


def test_a_cluster_never_reached_says_why() -> None:
    said = warning(cluster(Health.UNREACHABLE, contact=False, health_reason="192.0.2.1 refuses the connection."))
    assert said == "harbour has not been reached yet. 192.0.2.1 refuses the connection."


def test_a_paused_cluster_says_so_whoever_watched_it() -> None:
    assert "harbour has been paused" in warning(cluster(Health.SYNCED, paused=True))
