"""A deployment's page says how far its rollout is, what holds it up, and which revisions there are."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from clusters.models import Cluster
from tests import manifests, people

pytestmark = pytest.mark.django_db
MOST_QUERIES = 20


@pytest.fixture
def harbour() -> Cluster:
    return people.cluster("harbour")


@pytest.fixture
def boss(client: Client) -> Client:
    client.force_login(people.admin())
    return client


def page(client: Client, name: str = "web") -> str:
    response = client.get(f"/clusters/harbour/deployments/payments/{name}/")
    assert response.status_code == 200
    return response.content.decode()


def rolling(harbour: Cluster) -> None:
    """Revision 2 with one pod ready and one crashing; one pod of revision 1 still serves."""
    web = manifests.deployment("payments", "web", replicas=3, updatedReplicas=2, readyReplicas=2)
    old, new = manifests.replica_set(web, "old", 1, 1, "web:1"), manifests.replica_set(web, "new", 2, 2, "web:2")
    manifests.keep(harbour, "deployments", web)
    for made in (old, new):
        manifests.keep(harbour, "replicasets", made)
    manifests.keep(harbour, "pods", manifests.pod("payments", "web-old-a", owner=old))
    manifests.keep(harbour, "pods", manifests.pod("payments", "web-new-a", owner=new))
    manifests.keep(harbour, "pods", manifests.crashing("payments", "web-new-b", owner=new))


def test_a_rollout_is_counted_by_new_and_old_pods(boss: Client, harbour: Cluster) -> None:
    rolling(harbour)
    shown = page(boss)
    assert "Rolling out revision 2" in shown
    for part in ("1 new, ready", "1 new, failing", "1 old, still serving", "1 not made yet"):
        assert part in shown
    assert '<i class="ok"></i><i class="fail"></i><i class="left"></i>' in shown


def test_the_pod_that_holds_it_up_is_named_with_its_reason(boss: Client, harbour: Cluster) -> None:
    rolling(harbour)
    shown = page(boss)
    assert "Held up by web-new-b." in shown
    assert "killed for using too much memory" in shown
    assert 'class="btn push" href="/clusters/harbour/pods/payments/web-new-b/"' in shown


def test_revisions_come_newest_first_with_their_images(boss: Client, harbour: Cluster) -> None:
    rolling(harbour)
    shown = page(boss)
    assert shown.index("web:2</td>") < shown.index("web:1</td>")
    assert shown.count('<span class="faint">current</span>') == 1
    assert 'href="/clusters/harbour/replicasets/payments/web-new/yaml/"' in shown


def test_a_finished_rollout_holds_nothing_up(boss: Client, harbour: Cluster) -> None:
    web = manifests.deployment("payments", "web", replicas=1, updatedReplicas=1, readyReplicas=1, availableReplicas=1)
    made = manifests.replica_set(web, "new", 4, 1)
    manifests.keep(harbour, "deployments", web)
    manifests.keep(harbour, "replicasets", made)
    manifests.keep(harbour, "pods", manifests.pod("payments", "web-new-a", owner=made))
    shown = page(boss)
    assert "Revision 4 is rolled out" in shown
    assert "Held up by" not in shown


def test_how_it_rolls_is_in_words(boss: Client, harbour: Cluster) -> None:
    manifests.keep(harbour, "deployments", manifests.deployment("payments", "web"))
    shown = page(boss)
    assert "Rolling: at most 25% extra, 1 missing" in shown
    assert "5 s steady" in shown
    assert "app=web" in shown


def test_a_stuck_deployment_says_what_kubernetes_says(boss: Client, harbour: Cluster) -> None:
    quota = manifests.condition("ReplicaFailure", "True", reason="FailedCreate", message="exceeded quota: small")
    manifests.keep(harbour, "deployments", manifests.deployment("payments", "web", conditions=[quota]))
    shown = page(boss)
    assert "Pods cannot be made" in shown
    assert "exceeded quota: small" in shown


def test_more_pods_cost_no_more_queries(boss: Client, harbour: Cluster) -> None:
    web = manifests.deployment("payments", "web", replicas=30)
    made = manifests.replica_set(web, "new", 1, 30)
    manifests.keep(harbour, "deployments", web)
    manifests.keep(harbour, "replicasets", made)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            page(boss)
        return len(captured)

    for number in range(2):
        manifests.keep(harbour, "pods", manifests.crashing("payments", f"web-new-{number}", owner=made))
    few = queries()
    for number in range(2, 15):
        manifests.keep(harbour, "pods", manifests.crashing("payments", f"web-new-{number}", owner=made))
    assert queries() == few <= MOST_QUERIES
