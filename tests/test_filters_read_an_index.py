"""Every sort and filter that a page offers is answered from an index: no page reads a cluster's rows one by one."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from clusters.derived import search
from clusters.kinds import KINDS
from clusters.models import Cluster, Role, Watch
from dashboard.tables import filters, matching
from dashboard.tables.kinds import TABLES
from tests import people
from tests.rows import pods

pytestmark = pytest.mark.django_db
ROW_BY_ROW = ("SCAN clusters_", "(cluster_id=?)")
FILTERS = (
    "?namespace=shop",
    "?state=running",
    "?status=Running",
    "?node=node-1",
    "?owner=ReplicaSet/web-5d4f8",
    "?labels=app%3Dweb",
    "?labels=app+in+(web,worker),tier",
    "?q=pod-01",
    "?q=pod-01&namespace=shop&sort=age",
)


@pytest.fixture
def harbour() -> Cluster:
    made = people.cluster("harbour")
    pods(made, 300, labels={"app": "web"}, node="node-1")
    index = search.SearchIndex(made.pk, KINDS["pods"], 0)
    Watch.objects.create(cluster=made, kind="pods")
    while index.searched_to != search.COMPLETE:
        index.searched_to = index.fill()
    return made


def plans(client: Client, address: str, table: str) -> list[tuple[str, str]]:
    """The queries on a table that a page makes, each with how SQLite goes about it."""
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    asked = [query["sql"] for query in captured if f'FROM "{table}"' in query["sql"]]
    found = []
    with connection.cursor() as cursor:
        for query in asked:
            cursor.execute(f"EXPLAIN QUERY PLAN {query}")
            found.append((query, "; ".join(row[3] for row in cursor.fetchall())))
    return found


@pytest.mark.parametrize("query", FILTERS)
def test_a_filter(client: Client, harbour: Cluster, query: str) -> None:
    client.force_login(people.admin())
    found = plans(client, f"/clusters/harbour/pods/{query}", "clusters_pod")
    assert found
    for asked, plan in found:
        assert not any(sign in plan for sign in ROW_BY_ROW), f"{asked}\n{plan}"


@pytest.mark.parametrize("query", ["", "?sort=age", *FILTERS])
def test_somebody_with_one_namespace_does_not_pay_for_the_others(client: Client, harbour: Cluster, query: str) -> None:
    maria = people.person("maria")
    people.grant(maria, harbour, Role.VIEW, "shop")
    client.force_login(maria)
    for asked, plan in plans(client, f"/clusters/harbour/pods/{query}", "clusters_pod"):
        assert not any(sign in plan for sign in ROW_BY_ROW), f"{asked}\n{plan}"


def test_a_frequent_text_in_one_namespace_is_counted_in_that_namespace(
    client: Client, harbour: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(filters, "FEW", 10)
    monkeypatch.setattr(matching, "FEW", 10)
    pods(harbour, 5, namespace="small")
    client.force_login(people.admin())
    found = plans(client, "/clusters/harbour/pods/?q=pod&namespace=small", "clusters_pod")
    assert found
    for asked, plan in found:
        assert "namespace=?" in plan, f"{asked}\n{plan}"


SORTS = [(kind, column.key) for kind, table in TABLES.items() for column in table.columns if column.order]


@pytest.mark.parametrize(("kind", "key"), SORTS)
@pytest.mark.parametrize("sign", ["", "-"])
def test_a_sort(client: Client, harbour: Cluster, kind: str, key: str, sign: str) -> None:
    client.force_login(people.admin())
    table = KINDS[kind].model._meta.db_table
    pages = [
        plan
        for asked, plan in plans(client, f"/clusters/harbour/{kind}/?sort={sign}{key}", table)
        if "LIMIT 101" in asked
    ]
    assert len(pages) == 1
    assert "USING INDEX" in pages[0]
    assert "TEMP B-TREE" not in pages[0]
