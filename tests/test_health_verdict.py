"""A cluster's health says how far its rows can be trusted, and why not further."""

from datetime import timedelta

import pytest
from django.utils import timezone

from clusters.health import ClusterHealth, KindHealth, known_health
from clusters.kube.errors import Forbidden, KubeError, TooManyRequests, Unauthorized, Unreachable
from clusters.models import Cluster, Health, Watch

REFUSED = Unreachable("192.0.2.1:6443 refuses the connection.")
BUSY = TooManyRequests("The server is busy.")


def following(*kinds: str, kept: bool = False, now: float = 100.0) -> ClusterHealth:
    """A cluster whose watches have begun and listed nothing yet."""
    health = ClusterHealth(started=now, has_kept_rows=kept)
    health.kinds = {kind: KindHealth(heard=now) for kind in kinds}
    return health


def synced(*kinds: str, now: float = 100.0) -> ClusterHealth:
    health = following(*kinds, now=now)
    for kind in health.kinds.values():
        kind.contact(now)
        kind.listed()
    return health


def test_a_new_cluster_is_connecting_until_its_last_kind_is_listed() -> None:
    health = following("pods", "nodes")
    health.kinds["pods"].listed()
    assert health.verdict(101).state == Health.CONNECTING
    assert health.verdict(101).reason == "Reading nodes."
    health.kinds["nodes"].listed()
    assert health.verdict(101).state == Health.SYNCED


def test_rows_from_before_a_restart_are_stale_until_listed_again() -> None:
    health = following("pods", kept=True)
    assert health.verdict(101).state == Health.STALE
    assert "before the restart" in health.verdict(101).reason
    health.kinds["pods"].listed()
    assert health.verdict(101).state == Health.SYNCED


def test_a_resumed_watch_is_in_step_when_the_server_did_not_end_it_at_once() -> None:
    health = following("pods", kept=True)
    health.kinds["pods"].followed(101.0)
    assert health.verdict(101.1).state == Health.STALE
    assert health.verdict(101.6).state == Health.SYNCED


def test_a_resumed_watch_that_was_too_old_stays_stale_until_listed() -> None:
    health = following("pods", kept=True)
    health.kinds["pods"].followed(101.0)
    health.kinds["pods"].listing()
    assert health.verdict(102).state == Health.STALE


def test_a_short_break_is_not_worth_a_word() -> None:
    health = synced("pods", "nodes")
    health.kinds["pods"].trouble(BUSY, 100)
    assert health.verdict(109).state == Health.SYNCED


def test_a_kind_that_fails_for_ten_seconds_makes_the_cluster_stale_since_its_last_contact() -> None:
    health = synced("pods", "nodes")
    health.kinds["pods"].trouble(BUSY, 105)
    health.kinds["pods"].trouble(BUSY, 112)
    verdict = health.verdict(115)
    assert verdict.state == Health.STALE
    assert verdict.reason == "No contact with pods: The server is busy."
    assert verdict.since == 100
    health.kinds["pods"].contact(116)
    assert health.verdict(116).state == Health.SYNCED


def test_a_connection_that_was_silent_too_long_is_lost_without_delay() -> None:
    health = synced("pods", "nodes")
    health.kinds["nodes"].contact(150)
    health.kinds["pods"].trouble(REFUSED, 175)
    assert health.verdict(175).state == Health.STALE


def test_a_cluster_none_of_whose_kinds_connects_is_unreachable() -> None:
    health = synced("pods", "nodes")
    for kind in health.kinds.values():
        kind.trouble(REFUSED, 101)
    verdict = health.verdict(111)
    assert (verdict.state, verdict.reason) == (Health.UNREACHABLE, REFUSED.reason)


def test_a_cluster_that_never_answered_says_why_at_once() -> None:
    health = following()
    health.unanswered = REFUSED
    assert health.verdict(100).state == Health.UNREACHABLE
    health.unanswered = BUSY
    assert health.verdict(100).state == Health.CONNECTING


def test_rejected_credentials_are_told_at_once() -> None:
    health = synced("pods", "nodes")
    health.kinds["nodes"].trouble(Unauthorized("The token has expired."), 101)
    verdict = health.verdict(101)
    assert (verdict.state, verdict.reason) == (Health.UNAUTHORISED, "The token has expired.")


def test_a_forbidden_kind_does_not_hold_up_the_others() -> None:
    health = following("pods", "events")
    health.kinds["events"].trouble(Forbidden("May not list events."), 100)
    health.kinds["pods"].listed()
    verdict = health.verdict(200)
    assert verdict.state == Health.SYNCED
    assert "events" in verdict.reason
    assert health.kinds["events"].state(200) == (Watch.State.FORBIDDEN, "May not list events.")


def test_a_cluster_where_everything_is_forbidden_is_not_synced() -> None:
    health = following("pods", "events")
    for kind in health.kinds.values():
        kind.trouble(Forbidden("No."), 100)
    assert health.verdict(100).state == Health.UNAUTHORISED


@pytest.mark.parametrize(
    ("error", "after", "state"),
    [(BUSY, 1, Watch.State.SYNCED), (BUSY, 10, Watch.State.FAILED), (KubeError("Odd."), 10, Watch.State.FAILED)],
)
def test_a_watch_is_failed_once_it_is_lost(error: KubeError, after: float, state: Watch.State) -> None:
    kind = KindHealth(heard=100, synced=True)
    kind.trouble(error, 100)
    assert kind.state(100 + after)[0] == state


def test_a_synced_cluster_that_no_process_watches_is_stale() -> None:
    now = timezone.now()
    contact = now - timedelta(minutes=3)
    cluster = Cluster(health=Health.SYNCED, last_contact=contact, lease_until=now - timedelta(seconds=1))
    cluster.read_at = now
    report = known_health(cluster)
    assert (report.state, report.since) == (Health.STALE, contact)
    cluster.lease_until = now + timedelta(seconds=5)
    assert known_health(cluster).state == Health.SYNCED
    cluster.paused = True
    assert known_health(cluster).state == Health.PAUSED
