"""Sorting the pods: worst first at the beginning, then by any column that offers it."""

import pytest
from django.test import Client

from clusters.models import Cluster, Severity
from tests import people
from tests.rows import ago, pod, shown

PODS = "/clusters/harbour/pods/"
pytestmark = [pytest.mark.django_db, pytest.mark.both_modes]


@pytest.fixture
def harbour() -> Cluster:
    return people.cluster("harbour")


@pytest.fixture
def admin(client: Client) -> Client:
    client.force_login(people.admin())
    return client


def test_what_needs_a_person_comes_first(admin: Client, harbour: Cluster) -> None:
    pod(harbour, "fine")
    pod(harbour, "starting", severity=Severity.PENDING)
    pod(harbour, "broken", severity=Severity.FAILED)
    assert shown(admin, PODS) == ["broken", "starting", "fine"]


def test_by_name_up_and_down(admin: Client, harbour: Cluster) -> None:
    for name in ("web", "api", "db"):
        pod(harbour, name)
    assert shown(admin, f"{PODS}?sort=name") == ["api", "db", "web"]
    assert shown(admin, f"{PODS}?sort=-name") == ["web", "db", "api"]


def test_by_age_the_youngest_first(admin: Client, harbour: Cluster) -> None:
    pod(harbour, "old", created=ago(days=4))
    pod(harbour, "young", created=ago(minutes=2))
    assert shown(admin, f"{PODS}?sort=age") == ["young", "old"]
    assert shown(admin, f"{PODS}?sort=-age") == ["old", "young"]


def test_by_restarts_with_ties_by_namespace_and_name(admin: Client, harbour: Cluster) -> None:
    pod(harbour, "calm", restarts=0)
    pod(harbour, "b", restarts=14)
    pod(harbour, "a", restarts=14)
    assert shown(admin, f"{PODS}?sort=restarts") == ["calm", "a", "b"]


@pytest.mark.parametrize("sort", ["labels", "nominated_node", "detail", "cluster__sealed_connection", "--name"])
def test_nothing_else_can_be_sorted_by(admin: Client, harbour: Cluster, sort: str) -> None:
    response = admin.get(PODS, {"sort": sort})
    assert response.status_code == 400
    assert b"cannot be sorted by" in response.content


def test_the_head_says_how_it_is_sorted(admin: Client, harbour: Cluster) -> None:
    html = admin.get(f"{PODS}?sort=-name").content.decode()
    assert html.count("aria-sort=") == 1
    assert 'aria-sort="descending"><a href="?sort=name">Name</a>' in html
