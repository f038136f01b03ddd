"""The palette finds what one may see by its name, and nothing else."""

import pytest
from django.test import Client

from clusters.models import Cluster, Namespace, Node, ReplicaSet, Role
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


def owned(where: Cluster, name: str, kind: str, owner: str, **fields: str) -> None:
    pod(where, name, owner_kind=kind, owner_name=owner, owner_uid=f"{kind}-{owner}", **fields)


def test_workloads_of_which_only_pods_tell_lead_to_their_logs(admin: Client) -> None:
    harbour = Node.objects.get(name="pay-node").cluster
    for number in range(3):
        owned(harbour, f"tides-db-{number}", "StatefulSet", "tides-db", namespace="payments")
    owned(harbour, "tides-agent-x7k2p", "DaemonSet", "tides-agent")
    owned(harbour, "tides-job-1-abcde", "Job", "tides-job-1")
    owned(harbour, "tides-web-5d4f8-abcde", "ReplicaSet", "tides-web-5d4f8")
    lines = admin.get("/find/", {"q": "tides", "cluster": "harbour"}).json()["found"]
    workloads = [(line["kind"], line["name"], line["where"]) for line in lines if line["kind"] != "Pod"]
    assert workloads == [
        ("DaemonSet", "tides-agent", "shop · harbour"),
        ("StatefulSet", "tides-db", "payments · harbour"),
        ("Job", "tides-job-1", "shop · harbour"),
    ]
    assert "/clusters/harbour/logs/?namespace=payments&owner=StatefulSet%2Ftides-db" in [line["url"] for line in lines]


def test_of_workloads_only_those_one_may_see_are_found(admin: Client) -> None:
    harbour, maria = Node.objects.get(name="pay-node").cluster, people.person("maria")
    owned(harbour, "tides-db-0", "StatefulSet", "tides-db", namespace="payments")
    owned(harbour, "tides-agent-x7k2p", "DaemonSet", "tides-agent")
    people.grant(maria, harbour, Role.VIEW, "payments")
    admin.force_login(maria)
    lines = admin.get("/find/", {"q": "tides"}).json()["found"]
    assert [(line["kind"], line["name"]) for line in lines] == [("StatefulSet", "tides-db"), ("Pod", "tides-db-0")]
    assert lines[0]["url"] == "/clusters/harbour/pods/?namespace=payments&owner=StatefulSet%2Ftides-db"


def test_only_what_is_granted_is_found(admin: Client) -> None:
    maria = people.person("maria")
    harbour = Node.objects.get(name="pay-node").cluster
    people.grant(maria, harbour, Role.VIEW, "payments")
    admin.force_login(maria)
    assert found(admin, "pay") == [("Namespace", "payments"), ("Pod", "payroll-1")]
    assert ("Table", "Nodes") not in found(admin, "")
    assert found(admin, "lab") == []
