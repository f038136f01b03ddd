"""Counts of very many matching rows are kept for some seconds, for one person and not on a page that is live."""

import re
from dataclasses import replace

import pytest
from django.test import Client

from clusters.models import Cluster, Role
from dashboard.tables import kinds, matching
from dashboard.tables.context import table_context
from dashboard.tables.state import State
from tests import people
from tests.rows import page, pods

pytestmark = pytest.mark.django_db
FOUND = "/clusters/harbour/pods/?q=pod"


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The time as the counts are kept by it; more than ten rows are very many."""
    made = Clock()
    monkeypatch.setattr(matching, "monotonic", made)
    monkeypatch.setattr(matching, "FEW", 10)
    monkeypatch.setattr(matching, "_recent", matching.Recent(seconds=5.0, most=1000))
    return made


@pytest.fixture
def harbour() -> Cluster:
    made = people.cluster("harbour")
    pods(made, 20)
    return made


@pytest.fixture
def boss(client: Client) -> Client:
    client.force_login(people.admin())
    return client


def all_of(client: Client, address: str = FOUND) -> int:
    """The number beside "All"."""
    found = re.search(r'All</span> <span class="num faint">(\d+)<', page(client, address))
    assert found
    return int(found[1])


def test_they_are_counted_anew_after_some_seconds(boss: Client, harbour: Cluster, clock: Clock) -> None:
    assert all_of(boss) == 20
    pods(harbour, 5, namespace="other")
    assert all_of(boss, f"{FOUND}&sort=-age") == 20, "sorting asks for the same counts"
    clock.now += 5
    assert all_of(boss) == 25


def test_another_filter_has_counts_of_its_own(boss: Client, harbour: Cluster) -> None:
    assert all_of(boss) == 20
    assert all_of(boss, f"{FOUND}-00") == 10
    assert all_of(boss, f"{FOUND}&namespace=nowhere") == 0


def test_nobody_is_shown_those_of_somebody_else(boss: Client, harbour: Cluster) -> None:
    pods(harbour, 15, namespace="secret")
    assert all_of(boss) == 35
    maria = people.person("maria")
    grant = people.grant(maria, harbour, Role.VIEW, "shop")
    hers = Client()
    hers.force_login(maria)
    assert all_of(hers) == 20
    grant.namespaces = ["secret"]
    grant.save()
    assert all_of(hers) == 15, "a grant that changes counts at once"


def test_few_rows_are_counted_each_time(boss: Client, harbour: Cluster) -> None:
    assert all_of(boss, f"{FOUND}-00") == 10
    harbour_row = pods(harbour, 1, namespace="other")[0]
    assert all_of(boss, f"{FOUND}-00") == 11
    harbour_row.delete()
    assert all_of(boss, f"{FOUND}-01") == 10


def test_a_live_page_has_those_of_the_moment(harbour: Cluster) -> None:
    admin, state = people.admin(), replace(State(kinds.PODS), q="pod")
    assert table_context(admin, harbour, state)["page"].total == 20
    pods(harbour, 5, namespace="other")
    assert table_context(admin, harbour, state, fresh=True)["page"].total == 25
