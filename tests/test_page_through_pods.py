"""Paging: every row is met exactly once, forwards and backwards, whatever the sort."""

import pytest
from django.test import Client

from clusters.models import Cluster, Pod, Severity
from dashboard.tables.state import place
from tests import people
from tests.rows import derive, link, page, pod, pods, shown

PODS = "/clusters/harbour/pods/"
COUNT = 230
pytestmark = pytest.mark.django_db


@pytest.fixture
def harbour() -> Cluster:
    cluster = people.cluster("harbour")
    pods(cluster, COUNT - 3, restarts=2)
    for name in ("a", "b", "c"):
        pod(cluster, name, severity=Severity.FAILED, restarts=5)
    return cluster


@pytest.fixture
def admin(client: Client) -> Client:
    client.force_login(people.admin())
    return client


def walk(client: Client, address: str, way: str) -> list[list[str]]:
    """The names on each page, following the links with the id `way`."""
    pages = []
    while True:
        pages.append(shown(client, address))
        following = link(page(client, address), way)
        if not following:
            return pages
        address = PODS + following


@pytest.mark.parametrize("sort", ["name", "-name", "status", "-status", "restarts", "-restarts", "age", "-age", "node"])
def test_each_row_is_met_once_and_in_order(admin: Client, harbour: Cluster, sort: str) -> None:
    forwards = walk(admin, f"{PODS}?sort={sort}", "next")
    assert [len(names) for names in forwards] == [100, 100, 30]
    assert len({name for names in forwards for name in names}) == COUNT


def test_the_way_back_shows_the_same_pages(admin: Client, harbour: Cluster) -> None:
    address = f"{PODS}?sort=name"
    for _ in range(2):
        address = PODS + link(page(admin, address), "next")
    backwards = walk(admin, address, "previous")
    assert backwards[::-1] == walk(admin, f"{PODS}?sort=name", "next")


def test_the_page_says_where_it_is(admin: Client, harbour: Cluster) -> None:
    first = page(admin, f"{PODS}?sort=name")
    assert "1\u2013100 of 230" in first
    assert "101\u2013200 of 230" in page(admin, PODS + link(first, "next"))


def test_a_row_that_goes_shifts_no_page(admin: Client, harbour: Cluster) -> None:
    address = PODS + link(page(admin, f"{PODS}?sort=name"), "next")
    second = shown(admin, address)
    harbour_pods = type(pod(harbour, "zz")).objects
    harbour_pods.filter(name="pod-000").delete()
    assert shown(admin, address) == second


@pytest.mark.parametrize("after", ["xx", "WzFd", "W251bGxd", "e30", "A" * 900, "WyJcdTAwMDAiLCJhIiwiYiIsMV0"])
def test_a_place_that_is_none_is_refused_by_name(admin: Client, harbour: Cluster, after: str) -> None:
    response = admin.get(PODS, {"after": after})
    assert response.status_code == 400
    assert b"after is not a place in a table" in response.content


@pytest.mark.parametrize(
    "moment",
    ["9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00", "2026-01-01T00:00:00", "2026-01-01", "now", 1, ""],
)
def test_a_place_at_no_moment_is_refused_by_name(admin: Client, harbour: Cluster, moment: str | int) -> None:
    response = admin.get(PODS, {"sort": "age", "after": place([moment, "shop", "pod-001", 1])})
    assert response.status_code == 400
    assert b"after is not a place in a table" in response.content


def third_page(client: Client) -> str:
    address = f"{PODS}?sort=name"
    for _ in range(2):
        address = PODS + link(page(client, address), "next")
    return address


def test_a_page_whose_rows_are_gone_is_the_last_page(admin: Client, harbour: Cluster) -> None:
    address = third_page(admin)
    Pod.objects.filter(name__in=shown(admin, address)).delete()
    derive(harbour)
    html = page(admin, address)
    assert "101\u2013200 of 200" in html
    assert link(html, "previous")
    assert not link(html, "next")


def test_the_first_page_is_a_whole_one_although_rows_before_are_gone(admin: Client, harbour: Cluster) -> None:
    back = PODS + link(page(admin, third_page(admin)), "previous")
    back = PODS + link(page(admin, back), "previous")
    Pod.objects.filter(name__in=shown(admin, back)[:60]).delete()
    derive(harbour)
    html = page(admin, back)
    assert len(shown(admin, back)) == 100
    assert "1\u2013100 of 170" in html
    assert not link(html, "previous")
