"""Filtering the pods: by what is typed, by chips and by state, alone and together."""

import pytest
from django.test import Client

from clusters.models import Cluster, Role, Severity
from tests import people
from tests.rows import page, pod, shown

PODS = "/clusters/harbour/pods/"
pytestmark = [pytest.mark.django_db, pytest.mark.both_modes]


@pytest.fixture
def harbour() -> Cluster:
    cluster = people.cluster("harbour")
    labels = {"app.kubernetes.io/name": "web", "tier": "front", "7": "seven"}
    pod(cluster, "web-1", namespace="shop", node="node1", labels=labels)
    pod(
        cluster,
        "web-2",
        namespace="shop",
        node="node2",
        labels={"tier": "canary"},
        severity=Severity.FAILED,
        status="Error",
    )
    pod(cluster, "ledger-0", namespace="payments", node="node1", owner_kind="StatefulSet", owner_name="ledger")
    return cluster


@pytest.fixture
def admin(client: Client) -> Client:
    client.force_login(people.admin())
    return client


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("q=web", ["web-1", "web-2"]),
        ("q=WEB", ["web-1", "web-2"]),
        ("q=web+2", ["web-2"]),
        ("q=_", []),
        ("q=%25", []),
        ("namespace=payments", ["ledger-0"]),
        ("node=node1", ["ledger-0", "web-1"]),
        ("state=failing", ["web-2"]),
        ("status=Error", ["web-2"]),
        ("owner=StatefulSet/ledger", ["ledger-0"]),
        ("labels=tier%3Dfront", ["web-1"]),
        ("labels=tier", ["web-1", "web-2"]),
        ("labels=!tier", ["ledger-0"]),
        ("labels=tier!%3Dcanary", ["ledger-0", "web-1"]),
        ("labels=tier+in+(front,canary)", ["web-1", "web-2"]),
        ("labels=tier+notin+(front)", ["ledger-0", "web-2"]),
        ("labels=app.kubernetes.io/name%3Dweb,tier%3Dfront", ["web-1"]),
        ("labels=7%3Dseven", ["web-1"]),
        ("node=node1&labels=tier", ["web-1"]),
    ],
)
def test_only_what_matches_is_shown(admin: Client, harbour: Cluster, query: str, names: list[str]) -> None:
    assert shown(admin, f"{PODS}?sort=name&{query}") == names


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("node:node1 web", "?q=web&node=node1"),
        ("ns:shop", "?namespace=shop"),
        ("tier=front", "?labels=tier%3Dfront"),
        ("tier=front web", "?q=web&labels=tier%3Dfront"),
        ("state:failing", "?state=failing"),
        ("tier in (front, canary)", "?labels=tier+in+%28front%2C+canary%29"),
        ("namespace:shop tier!=front", "?namespace=shop&labels=tier%21%3Dfront"),
    ],
)
def test_what_is_typed_becomes_chips(admin: Client, harbour: Cluster, typed: str, address: str) -> None:
    response = admin.get(PODS, {"q": typed})
    assert response.status_code == 302
    assert response["Location"] == f"{PODS}{address}"


def test_a_chip_leads_to_the_table_without_it(admin: Client, harbour: Cluster) -> None:
    html = page(admin, f"{PODS}?namespace=shop&node=node1")
    assert '<a href="?node=node1" aria-label="Remove the filter by namespace">' in html


def test_states_are_counted_over_all_that_matches_else(admin: Client, harbour: Cluster) -> None:
    html = page(admin, f"{PODS}?namespace=shop&state=failing")
    assert '>Failing</span> <span class="num faint">1<' in html
    assert '>Running</span> <span class="num faint">1<' in html
    assert '>All</span> <span class="num faint">2<' in html


def test_an_empty_table_offers_a_way_out(admin: Client, harbour: Cluster) -> None:
    html = page(admin, f"{PODS}?q=nowhere&namespace=shop")
    assert "No pods match in shop." in html
    assert '<a class="btn" href="?">Clear the filter</a>' in html
    assert '<a class="btn" href="?q=nowhere">Look in all namespaces</a>' in html


def test_nobody_finds_pods_of_a_namespace_he_may_not_see(client: Client, harbour: Cluster) -> None:
    maria = people.person("maria")
    people.grant(maria, harbour, Role.VIEW, "payments")
    client.force_login(maria)
    assert shown(client, f"{PODS}?sort=name") == ["ledger-0"]
    assert shown(client, f"{PODS}?namespace=shop") == []
