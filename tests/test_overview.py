"""The overview of a cluster says what is there, what needs a person, and costs the same in every cluster."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from clusters.models import Cluster, Role
from dashboard.overview import warnings
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


def waiting(namespace: str, name: str, owner: manifests.Manifest) -> manifests.Manifest:
    """A pod that no node can take, for ten minutes."""
    made = manifests.pod(namespace, name, phase="Pending", owner=owner)
    made["status"]["conditions"] = [
        manifests.condition("PodScheduled", "False", reason="Unschedulable", message="0/2 nodes: 2 Insufficient cpu.")
    ]
    return made


def fill_with_waiting(harbour: Cluster, namespace: str, deployments: int) -> None:
    """Deployments whose three pods wait for a node each."""
    for number in range(deployments):
        bulk = manifests.deployment(namespace, f"bulk-{number}")
        made = manifests.replica_set(bulk, "5d4f8", 1, 3)
        manifests.keep(harbour, "deployments", bulk)
        manifests.keep(harbour, "replicasets", made)
        for letter in "abc":
            manifests.keep(harbour, "pods", waiting(namespace, f"bulk-{number}-5d4f8-{letter}", made))


def test_many_workloads_with_one_reason_are_one_line(boss: Client, harbour: Cluster) -> None:
    fill_with_waiting(harbour, "batch", 5)
    fill_with_waiting(harbour, "shop", 1)
    page = overview(boss)
    assert page.count("Open pods") == 1
    assert ">15 pods</a>" in page
    assert "batch · of 5 workloads" in page
    assert 'href="/clusters/harbour/pods/?namespace=batch&amp;status=Pending"' in page
    assert "shop · Deployment · 3 pods" in page
    assert "2, worst first" in page


def test_it_says_how_many_there_are_behind_the_worst(boss: Client, harbour: Cluster) -> None:
    for number in range(11):
        manifests.keep(harbour, "pods", manifests.crashing(f"team-{number}", "lone"))
    assert "the 8 worst of 11" in overview(boss)


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


def keep_warnings(harbour: Cluster, namespace: str, reason: str, names: str, *, count: int) -> None:
    for name in names:
        about = manifests.pod(namespace, f"web-{name}")
        manifests.keep(harbour, "events", manifests.event(about, reason, f"{reason} of {name}", count=count))


def test_warnings_of_one_reason_are_one_line_with_their_number(boss: Client, harbour: Cluster) -> None:
    keep_warnings(harbour, "shop", "BackOff", "abc", count=5)
    keep_warnings(harbour, "shop", "FailedMount", "a", count=1)
    keep_warnings(harbour, "batch", "BackOff", "x", count=1)
    page = overview(boss)
    assert page.count("<b>BackOff</b>") == 1
    assert "16 times, " in page
    assert '<a href="/clusters/harbour/events/?status=Warning&amp;q=BackOff">3 more</a>' in page
    assert "Pods in 2 namespaces" in page
    assert "Pod in shop" in page, "the other reason is about one pod"
    assert page.count(" more</a>") == 1
    assert page.count(" times, ") == 1


def test_warnings_in_one_namespace_lead_to_the_events_there(boss: Client, harbour: Cluster) -> None:
    keep_warnings(harbour, "shop", "BackOff", "ab", count=1)
    page = overview(boss)
    assert '<a href="/clusters/harbour/events/?status=Warning&amp;namespace=shop&amp;q=BackOff">1 more</a>' in page
    assert "Pods in shop" in page


def test_one_object_that_warns_often_is_not_many_objects(boss: Client, harbour: Cluster) -> None:
    keep_warnings(harbour, "shop", "BackOff", "a", count=7)
    page = overview(boss)
    assert "7 times, " in page
    assert " more</a>" not in page


def test_warnings_beyond_those_looked_through_are_said_to_be_more(
    boss: Client, harbour: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(warnings, "LOOKED_THROUGH", 2)
    keep_warnings(harbour, "shop", "BackOff", "abc", count=5)
    assert "at least 10 times, " in overview(boss)


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
    manifests.keep(harbour, "pods", manifests.crashing("shop", "lone"))
    assert queries() == few
    assert few <= MOST_QUERIES
