"""The palette finds what one may see by its name, and nothing else."""

import pytest
from django.test import Client

from clusters.models import Namespace, Node, ReplicaSet, Role
from tests import people
from tests.rows import ago, pod

pytestmark = pytest.mark.django_db


def found(client: Client, text: str, cluster: str = "harbour") -> list[tuple[str, str]]:
    response = client.get("/find/", {"q": text, "cluster": cluster})
    assert response.status_code == 200
    return [(line["kind"], line["name"]) for line in response.json()["found"]]


@pytest.fixture
def admin(client: Client) -> Client:
    harbour = people.cluster("harbour")
    common = {"cluster": harbour, "resource_version": "1", "created": ago(days=1), "detail": b"{}"}
    Namespace.objects.create(uid="ns", name="payments", **common)
    Node.objects.create(uid="node", name="pay-node", **common)
    ReplicaSet.objects.create(uid="set", name="ledger-5d4f8", namespace="payments", **common)
    pod(harbour, "payroll-1", namespace="payments")
    pod(harbour, "old-payroll", namespace="shop")
    pod(people.cluster("lab"), "payroll-lab")
    client.force_login(people.admin())
    return client


def test_objects_whose_names_start_with_it_come_first(admin: Client) -> None:
    names = [name for kind, name in found(admin, "pay") if kind == "Pod"]
    assert names == ["payroll-1", "old-payroll", "payroll-lab"]


def test_it_knows_clusters_tables_namespaces_and_nodes(admin: Client) -> None:
    assert ("Cluster", "harbour") in found(admin, "harb")
    assert ("Table", "Deployments") in found(admin, "deploy")
    assert ("Namespace", "payments") in found(admin, "payments")
    assert ("Node", "pay-node") in found(admin, "pay-n")


def test_without_a_text_it_offers_clusters_and_tables(admin: Client) -> None:
    kinds = {kind for kind, _ in found(admin, "")}
    assert kinds == {"Cluster", "Table"}


def test_each_line_leads_to_its_page(admin: Client) -> None:
    lines = admin.get("/find/", {"q": "payroll-1"}).json()["found"]
    assert [line["url"] for line in lines] == ["/clusters/harbour/pods/payments/payroll-1/"]


def test_a_replica_set_leads_to_its_pods(admin: Client) -> None:
    [line] = admin.get("/find/", {"q": "ledger-5"}).json()["found"]
    assert (line["kind"], line["where"]) == ("ReplicaSet", "payments · harbour")
    assert line["url"] == "/clusters/harbour/pods/?namespace=payments&owner=ReplicaSet%2Fledger-5d4f8"


def test_only_what_is_granted_is_found(admin: Client) -> None:
    maria = people.person("maria")
    harbour = Node.objects.get(name="pay-node").cluster
    people.grant(maria, harbour, Role.VIEW, "payments")
    admin.force_login(maria)
    assert found(admin, "pay") == [("Namespace", "payments"), ("Pod", "payroll-1")]
    assert ("Table", "Nodes") not in found(admin, "")
    assert found(admin, "lab") == []
