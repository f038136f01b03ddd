"""The fleet: every cluster one may see, how it is, and what needs a person."""

import pytest
from django.test import Client

from clusters.models import Cluster, Health, Role, Severity
from tests import people
from tests.rows import ago, page, pod

pytestmark = [pytest.mark.django_db, pytest.mark.both_modes]


def cell(html: str, slug: str, column: str) -> str:
    """The cell's HTML."""
    row = html.split(f'id="c-{slug}"')[1].split("</tr>", maxsplit=1)[0]
    return row.split(f'data-col="{column}"')[1].split("</td>")[0]


def test_it_counts_what_is_there_and_what_fails(client: Client) -> None:
    harbour = people.cluster("harbour")
    pod(harbour, "fine")
    pod(harbour, "broken", severity=Severity.FAILED)
    client.force_login(people.admin())
    html = page(client, "/")
    assert cell(html, "harbour", "pods").endswith(">2")
    assert "1 pod failing" in cell(html, "harbour", "attention")
    assert 'href="/clusters/harbour/pods/?state=failing"' in cell(html, "harbour", "attention")


def test_it_tells_apart_what_fails_and_what_is_not_ready(client: Client) -> None:
    harbour = people.cluster("harbour")
    for name in ("a", "b"):
        pod(harbour, name, severity=Severity.FAILED)
    pod(harbour, "c", severity=Severity.WARNING)
    client.force_login(people.admin())
    attention = cell(page(client, "/"), "harbour", "attention")
    assert "2 pods failing" in attention
    assert "1 pod not ready" in attention
    assert 'href="/clusters/harbour/pods/?state=not-ready"' in attention


def test_it_counts_only_what_is_granted(client: Client) -> None:
    harbour = people.cluster("harbour")
    people.cluster("lab")
    pod(harbour, "seen", namespace="shop")
    pod(harbour, "hidden", namespace="payments", severity=Severity.FAILED)
    maria = people.person("maria")
    people.grant(maria, harbour, Role.VIEW, "shop")
    client.force_login(maria)
    html = page(client, "/")
    assert cell(html, "harbour", "pods").endswith(">1")
    assert "None" in cell(html, "harbour", "attention")
    assert cell(html, "harbour", "nodes").endswith("—")
    assert 'id="c-lab"' not in html


def test_it_says_that_a_cluster_is_out_of_reach(client: Client) -> None:
    harbour = people.cluster("harbour")
    Cluster.objects.filter(pk=harbour.pk).update(
        health=Health.UNREACHABLE, last_contact=ago(minutes=18), lease_until=ago(minutes=-1)
    )
    client.force_login(people.admin())
    assert "Unreachable" in cell(page(client, "/"), "harbour", "state")
    assert "No contact with harbour since" in page(client, "/clusters/harbour/pods/")


def test_without_a_cluster_it_explains_how_to_add_one(client: Client) -> None:
    client.force_login(people.admin())
    html = page(client, "/")
    assert "manage.py import_kubeconfig" in html
    assert 'href="/admin/clusters/cluster/add/"' in html


def test_whoever_has_no_grant_is_told_whom_to_ask(client: Client) -> None:
    people.cluster("harbour")
    client.force_login(people.person("maria"))
    html = page(client, "/")
    assert "An administrator can give you a grant" in html
    assert "harbour" not in html


def test_of_a_cluster_that_was_never_reached_it_claims_nothing(client: Client) -> None:
    people.cluster("harbour")
    client.force_login(people.admin())
    html = page(client, "/")
    assert [cell(html, "harbour", column)[-1] for column in ("nodes", "deployments", "pods")] == ["—", "—", "—"]
    assert "None" not in cell(html, "harbour", "attention")
    assert "has not been reached" in page(client, "/clusters/harbour/")
    assert "as it should be" not in page(client, "/clusters/harbour/")
