"""Whoever may read logs finds those of a workload or node in its row, by a key, and on its pages; nobody else does."""

import re

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from clusters.models import Cluster, Deployment, Node, ReplicaSet, Role
from tests import people

pytestmark = pytest.mark.django_db

LINKS = {
    "deployments": "/clusters/harbour/logs/?namespace=payments&amp;owner=Deployment%2Fledger",
    "replicasets": "/clusters/harbour/logs/?namespace=payments&amp;owner=ReplicaSet%2Fledger-5d4f8",
    "nodes": "/clusters/harbour/logs/?node=node-1",
}


@pytest.fixture
def harbour() -> Cluster:
    """A cluster with a deployment, its replica set and a node."""
    harbour = people.cluster("harbour")
    common = {"cluster": harbour, "resource_version": "1", "created": timezone.now(), "detail": b"{}"}
    Deployment.objects.create(uid="deployment", name="ledger", namespace="payments", **common)
    owner = {"owner_kind": "Deployment", "owner_name": "ledger", "owner_uid": "deployment"}
    ReplicaSet.objects.create(uid="set", name="ledger-5d4f8", namespace="payments", **owner, **common)
    Node.objects.create(uid="node", name="node-1", **common)
    return harbour


def reader(harbour: Cluster, role: Role, *namespaces: str) -> Client:
    """The browser of somebody with that role."""
    user: User = people.person("maria")
    people.grant(user, harbour, role, *namespaces)
    client = Client()
    client.force_login(user)
    return client


def logs_in_rows(client: Client, kind: str) -> list[str]:
    html = client.get(f"/clusters/harbour/{kind}/").content.decode()
    return re.findall(r'data-key="l" href="([^"]+)"', html)


def test_in_the_row(harbour: Cluster) -> None:
    client = reader(harbour, Role.LOGS)
    assert {kind: logs_in_rows(client, kind) for kind in LINKS} == {kind: [link] for kind, link in LINKS.items()}


def test_not_for_whoever_may_only_look(harbour: Cluster) -> None:
    client = reader(harbour, Role.VIEW)
    assert {kind: logs_in_rows(client, kind) for kind in LINKS} == {kind: [] for kind in LINKS}


def test_not_for_whoever_reads_logs_elsewhere(harbour: Cluster) -> None:
    client = reader(harbour, Role.VIEW)
    people.grant(User.objects.get(username="maria"), harbour, Role.LOGS, "shop")
    assert {kind: logs_in_rows(client, kind) for kind in LINKS} == {kind: [] for kind in LINKS}


def test_the_logs_of_a_replica_set_are_a_page_of_it(harbour: Cluster) -> None:
    client = reader(harbour, Role.LOGS, "payments")
    html = client.get(LINKS["replicasets"].replace("&amp;", "&")).content.decode()
    assert "<h1>ReplicaSet ledger-5d4f8</h1>" in html
    assert 'href="/clusters/harbour/replicasets/payments/ledger-5d4f8/yaml/"' in html
    assert re.search(r'data-key="l" aria-current="page">Logs<', html)


def test_of_a_deployment_in_its_revisions(harbour: Cluster) -> None:
    Deployment.objects.update(detail=b'{"metadata": {"name": "ledger", "uid": "deployment"}}')
    html = reader(harbour, Role.LOGS).get("/clusters/harbour/deployments/payments/ledger/").content.decode()
    assert LINKS["replicasets"] in html


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("namespace=payments&owner=Deployment%2Fnope", "There is no Deployment nope in payments of harbour"),
        ("namespace=payments&owner=ReplicaSet%2Fnope", "There is no ReplicaSet nope in payments of harbour"),
        ("node=nope", "There is no Node nope in harbour"),
        ("namespace=payments&owner=Deployment%2Fledger", ""),
        ("namespace=payments&owner=StatefulSet%2Fnope", ""),
        ("node=node-1", ""),
    ],
)
def test_that_there_is_no_such_object_is_said(harbour: Cluster, query: str, said: str) -> None:
    html = reader(harbour, Role.LOGS).get(f"/clusters/harbour/logs/?{query}").content.decode()
    assert ("There is no " in html) == bool(said)
    assert said in html
