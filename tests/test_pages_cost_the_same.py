"""A page costs the same number of queries, however many rows, clusters and namespaces there are."""

from dataclasses import replace

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from clusters.models import Role
from dashboard.tables import kinds
from dashboard.tables.matching import Matching
from dashboard.tables.paging import one_page, place_of
from dashboard.tables.state import State
from tests import people
from tests.rows import pods

PODS = "/clusters/harbour/pods/"
TABLE_QUERIES = 9
FLEET_QUERIES = 5
pytestmark = pytest.mark.django_db


def queries(client: Client, address: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


def test_the_pods_page(client: Client) -> None:
    harbour = people.cluster("harbour")
    client.force_login(people.admin())
    pods(harbour, 1)
    assert queries(client, PODS) == TABLE_QUERIES
    pods(harbour, 500, namespace="other")
    assert queries(client, PODS) == TABLE_QUERIES


def test_the_pods_page_for_somebody_with_grants(client: Client) -> None:
    harbour = people.cluster("harbour")
    maria = people.person("maria")
    client.force_login(maria)
    people.grant(maria, harbour, Role.VIEW, "shop")
    pods(harbour, 1)
    before = queries(client, PODS)
    people.grant(maria, harbour, Role.VIEW, "other")
    people.grant(maria, people.cluster("lab"), Role.VIEW)
    pods(harbour, 500, namespace="other")
    assert queries(client, PODS) == before


def test_the_fleet(client: Client) -> None:
    client.force_login(people.admin())
    people.cluster("harbour")
    assert queries(client, "/") == FLEET_QUERIES
    for number in range(20):
        pods(people.cluster(f"cluster-{number}"), 5)
    assert queries(client, "/") == FLEET_QUERIES


def test_rows_come_from_an_index_and_never_by_counting_off() -> None:
    harbour = people.cluster("harbour")
    pods(harbour, 200)
    by_name = State(kinds.PODS, sort="name")
    found = Matching(people.admin(), harbour, by_name)
    first = one_page(found, by_name, ("id", "name", "namespace"))
    state = replace(by_name, after=place_of(first.rows[-1], by_name, 100))
    with CaptureQueriesContext(connection) as captured:
        one_page(found, state, ("id", "name", "namespace"))
    [query] = [entry["sql"] for entry in captured]
    assert "OFFSET" not in query
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {query}" if connection.vendor == "sqlite" else f"EXPLAIN {query}")
        plan = " ".join(str(row) for row in cursor.fetchall())
    assert "pod_name" in plan or connection.vendor != "sqlite"
    assert "TEMP B-TREE" not in plan
