"""The overview of a cluster says what is there, what needs a person, and costs the same in every cluster."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from clusters.models import Cluster, Role
from tests import manifests, people

pytestmark = pytest.mark.django_db
MOST_QUERIES = 25
HOSTILE = "<script>alert(1)</script>"


@pytest.fixture
def harbour() -> Cluster:
    return people.cluster("harbour")


@pytest.fixture
def boss(client: Client) -> Client:
    client.force_login(people.admin())
    return client


def overview(client: Client) -> str:
    response = client.get("/clusters/harbour/")
    assert response.status_code == 200
    return response.content.decode()


def test_failing_pods_of_a_deployment_are_one_line(boss: Client, harbour: Cluster) -> None:
    web = manifests.deployment("payments", "web")
    made = manifests.replica_set(web, "5d4f8", 1, 3)
    manifests.keep(harbour, "deployments", web)
    manifests.keep(harbour, "replicasets", made)
    for letter in "abc":
        manifests.keep(harbour, "pods", manifests.crashing("payments", f"web-5d4f8-{letter}", owner=made))
    page = overview(boss)
    assert page.count("Open deployment") == 1
    assert "payments · Deployment · 3 pods" in page
    assert "Container main: killed for using too much memory, 14 restarts" in page
    assert "OOMKilled" in page or "CrashLoopBackOff" in page


def test_a_lost_node_comes_first(boss: Client, harbour: Cluster) -> None:
    manifests.keep(harbour, "nodes", manifests.node("node-1"))
    manifests.keep(harbour, "nodes", manifests.node("node-2", ready="Unknown"))
    manifests.keep(harbour, "pods", manifests.crashing("payments", "lone"))
    page = overview(boss)
    assert "Kubelet stopped reporting" in page
    assert page.index('href="/clusters/harbour/nodes/node-2/"') < page.index(
        'href="/clusters/harbour/pods/payments/lone/"'
    )


def test_nothing_to_do_is_said(boss: Client, harbour: Cluster) -> None:
    Cluster.objects.update(last_contact=timezone.now())
    manifests.keep(harbour, "pods", manifests.pod("payments", "web-1"))
    assert "Nothing. Every pod, deployment and node" in overview(boss)


def test_what_pods_request_is_set_against_what_nodes_offer(boss: Client, harbour: Cluster) -> None:
    manifests.keep(harbour, "nodes", manifests.node("node-1"))
    for number in range(4):
        manifests.keep(harbour, "pods", manifests.pod("payments", f"web-{number}"))
    manifests.keep(harbour, "pods", manifests.pod("payments", "done", phase="Succeeded"))
    page = overview(boss)
    assert '<b>1</b> <span class="faint">of 4 cores requested · 25%</span>' in page
    assert '<b>256 MiB</b> <span class="faint">of 8 GiB requested · 3%</span>' in page
    assert '<b>4</b> <span class="faint">of 110 places · 4%</span>' in page


def test_whoever_sees_one_namespace_sees_no_nodes_and_no_other_namespace(client: Client, harbour: Cluster) -> None:
    manifests.keep(harbour, "nodes", manifests.node("node-1", ready="False"))
    manifests.keep(harbour, "pods", manifests.crashing("payments", "mine"))
    manifests.keep(harbour, "pods", manifests.crashing("secret", "theirs"))
    theirs = manifests.event(manifests.pod("secret", "theirs"), "BackOff", "hidden words")
    manifests.keep(harbour, "events", theirs)
    maria = people.person("maria")
    people.grant(maria, harbour, Role.VIEW, "payments")
    client.force_login(maria)
    page = overview(client)
    assert "mine" in page
    for hidden in ("node-1", "theirs", "hidden words", "cores requested"):
        assert hidden not in page


def test_warnings_are_text_whatever_they_say(boss: Client, harbour: Cluster) -> None:
    about = manifests.pod("payments", "web-1")
    manifests.keep(harbour, "events", manifests.event(about, "BackOff", HOSTILE))
    manifests.keep(harbour, "events", manifests.event(about, "Pulled", "not a warning", kind="Normal"))
    page = overview(boss)
    assert HOSTILE not in page
    assert "&lt;script&gt;alert(1)" in page
    assert "not a warning" not in page


def test_a_larger_cluster_costs_no_more_queries(boss: Client, harbour: Cluster) -> None:
    def fill(start: int, end: int) -> None:
        for number in range(start, end):
            manifests.keep(harbour, "nodes", manifests.node(f"node-{number}", ready="False"))
            web = manifests.deployment("payments", f"web-{number}")
            made = manifests.replica_set(web, "5d4f8", 1, 1)
            manifests.keep(harbour, "deployments", web)
            manifests.keep(harbour, "replicasets", made)
            manifests.keep(harbour, "pods", manifests.crashing("payments", f"web-{number}-5d4f8-a", owner=made))

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            overview(boss)
        return len(captured)

    fill(0, 2)
    few = queries()
    fill(2, 14)
    assert queries() == few
    assert few <= MOST_QUERIES
