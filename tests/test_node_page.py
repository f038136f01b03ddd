"""A node's page says what it runs on, what is requested of it, why it is not well, and which pods it has."""

import pytest
from django.test import Client

from clusters.models import Cluster, Role
from tests import manifests, people

pytestmark = pytest.mark.django_db


@pytest.fixture
def harbour() -> Cluster:
    return people.cluster("harbour")


@pytest.fixture
def boss(client: Client) -> Client:
    client.force_login(people.admin())
    return client


def page(client: Client, name: str = "node-1") -> str:
    response = client.get(f"/clusters/harbour/nodes/{name}/")
    assert response.status_code == 200
    return response.content.decode()


def test_it_says_what_the_node_runs_on(boss: Client, harbour: Cluster) -> None:
    manifests.keep(harbour, "nodes", manifests.node("node-1"))
    shown = page(boss)
    for expected in ("v1.34.1", "containerd://2.1", "Debian 12", "192.0.2.7", "in zone-a"):
        assert expected in shown


def test_only_pods_that_are_placed_there_and_have_not_ended_hold_room(boss: Client, harbour: Cluster) -> None:
    manifests.keep(harbour, "nodes", manifests.node("node-1"))
    manifests.keep(harbour, "pods", manifests.pod("payments", "web-1"))
    manifests.keep(harbour, "pods", manifests.pod("payments", "web-2"))
    manifests.keep(harbour, "pods", manifests.pod("payments", "done", phase="Failed"))
    manifests.keep(harbour, "pods", manifests.pod("payments", "elsewhere", node="node-2"))
    assert '<b>0.5</b> <span class="faint">of 4 cores requested · 12%</span>' in page(boss)


def test_its_pods_are_listed_and_lead_to_the_table(boss: Client, harbour: Cluster) -> None:
    manifests.keep(harbour, "nodes", manifests.node("node-1"))
    for number in range(25):
        manifests.keep(harbour, "pods", manifests.pod("payments", f"web-{number:02}"))
    shown = page(boss)
    assert "web-19" in shown
    assert "web-20" not in shown
    assert 'href="/clusters/harbour/pods/?node=node-1"' in shown


def test_a_silent_kubelet_and_taints_are_told_in_words(boss: Client, harbour: Cluster) -> None:
    taint = {"key": "node.kubernetes.io/unreachable", "effect": "NoExecute"}
    manifests.keep(harbour, "nodes", manifests.node("node-1", ready="Unknown", taints=[taint], unschedulable=True))
    shown = page(boss)
    assert "Kubelet stopped reporting" in shown
    assert "what the kubelet says" in shown
    assert "node.kubernetes.io/unreachable:NoExecute" in shown
    assert "Pods that do not tolerate it are removed from here" in shown
    assert "cordoned" in shown


def test_whoever_sees_one_namespace_sees_no_node(client: Client, harbour: Cluster) -> None:
    manifests.keep(harbour, "nodes", manifests.node("node-1"))
    maria = people.person("maria")
    people.grant(maria, harbour, Role.ADMIN, "payments")
    client.force_login(maria)
    assert client.get("/clusters/harbour/nodes/node-1/").status_code == 404
    assert client.get("/clusters/harbour/nodes/node-1/yaml/").status_code == 404
