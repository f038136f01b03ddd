"""A shell in one of the pods of a workload of any kind, and the ways to it."""

import re

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from clusters.models import Cluster, Deployment, ReplicaSet, Role
from tests import manifests, people
from tests.rows import ago

pytestmark = pytest.mark.django_db

KINDS = {"StatefulSet": "orders-db", "DaemonSet": "log-agent", "Job": "settle-42", "ReplicaSet": "ledger-5d4f8"}


def add_pod(harbour: Cluster, name: str, kind: str, owner: str, phase: str = "Running") -> None:
    made = manifests.pod("payments", name)
    made["metadata"]["ownerReferences"] = [{"kind": kind, "name": owner, "uid": f"{kind}-uid", "controller": True}]
    made["status"]["phase"] = phase
    manifests.keep(harbour, "pods", made)


@pytest.fixture
def harbour() -> Cluster:
    """A cluster with a workload of each kind, and two pods of each."""
    harbour = people.cluster("harbour")
    common = {"cluster": harbour, "namespace": "payments", "resource_version": "1", "created": ago(days=1)}
    Deployment.objects.create(uid="deployment", name="ledger", detail=b"{}", **common)
    owner = {"owner_kind": "Deployment", "owner_name": "ledger", "owner_uid": "deployment"}
    ReplicaSet.objects.create(uid="ReplicaSet-uid", name="ledger-5d4f8", detail=b"{}", **owner, **common)
    for kind, name in KINDS.items():
        add_pod(harbour, f"{name}-0", kind, name)
        add_pod(harbour, f"{name}-1", kind, name)
    return harbour


def browser(harbour: Cluster, role: Role, *namespaces: str) -> Client:
    """That of somebody with the role."""
    maria: User = people.person("maria")
    people.grant(maria, harbour, role, *namespaces)
    client = Client()
    client.force_login(maria)
    return client


def address(kind: str, name: str, more: str = "") -> str:
    return f"/clusters/harbour/shell/?namespace=payments&owner={kind}%2F{name}{more}"


def pods(html: str) -> list[str]:
    [select] = re.findall(r'<select[^>]+name="pod"[^>]*>(.*?)</select>', html, re.DOTALL)
    return re.findall(r">([^<]+)</option>", select)


@pytest.mark.parametrize(("kind", "name"), [*KINDS.items(), ("Deployment", "ledger")])
def test_one_chooses_among_its_pods(harbour: Cluster, kind: str, name: str) -> None:
    html = browser(harbour, Role.SHELL, "payments").get(address(kind, name)).content.decode()
    stem = KINDS.get(kind, "ledger-5d4f8")
    assert f"<h1>{kind} {name}</h1>" in html
    assert pods(html) == [f"{stem}-0", f"{stem}-1"]
    assert re.search(rf'data-socket="/ws/clusters/harbour/pods/payments/{stem}-[01]/shell/"', html)


def test_the_pod_that_is_chosen(harbour: Cluster) -> None:
    client = browser(harbour, Role.SHELL)
    for pod in ("orders-db-0", "orders-db-1"):
        html = client.get(address("StatefulSet", "orders-db", f"&pod=payments%2F{pod}")).content.decode()
        assert f'data-socket="/ws/clusters/harbour/pods/payments/{pod}/shell/"' in html


def test_a_pod_of_another_workload_is_none_of_them(harbour: Cluster) -> None:
    html = browser(harbour, Role.SHELL).get(address("Job", "settle-42", "&pod=payments%2Forders-db-0")).content.decode()
    assert "orders-db-0" not in re.sub(r"<title>.*?</title>", "", html).split('id="terminal"')[1].split(">")[0]


def test_that_none_of_its_pods_runs_is_said(harbour: Cluster) -> None:
    add_pod(harbour, "backup-1", "Job", "backup", phase="Succeeded")
    html = browser(harbour, Role.SHELL).get(address("Job", "backup")).content.decode()
    assert "None of its pods runs now" in html
    assert 'id="terminal"' not in html


def test_that_there_is_no_such_deployment_is_said(harbour: Cluster) -> None:
    assert (
        "There is no Deployment nope"
        in browser(harbour, Role.SHELL).get(address("Deployment", "nope")).content.decode()
    )


def test_what_is_no_workload_is_refused(harbour: Cluster) -> None:
    client = browser(harbour, Role.SHELL)
    for query in ("", "?namespace=payments", "?namespace=payments&owner=Service%2Fweb", "?owner=Job%2Fsettle-42"):
        assert client.get(f"/clusters/harbour/shell/{query}").status_code == 400


def test_without_the_right_in_its_namespace_there_is_none(harbour: Cluster) -> None:
    client = browser(harbour, Role.LOGS, "payments")
    assert client.get(address("Job", "settle-42")).status_code == 403
    people.grant(User.objects.get(username="maria"), harbour, Role.SHELL, "shop")
    assert client.get(address("Job", "settle-42")).status_code == 403
    other = people.person("tomas")
    people.grant(other, harbour, Role.SHELL, "shop")
    client.force_login(other)
    assert client.get(address("Job", "settle-42")).status_code == 404


def links(client: Client, page: str) -> set[tuple[str, str]]:
    """Beside the names in a table: the word and where it leads."""
    html = client.get(page).content.decode()
    return {(word, href) for href, word in re.findall(r'class="beside-name"[^>]* href="([^"]+)"[^>]*>(\w+)<', html)}


ROWS = {
    "pods": "/clusters/harbour/pods/payments/orders-db-0/shell/",
    "deployments": "/clusters/harbour/shell/?namespace=payments&amp;owner=Deployment%2Fledger",
    "replicasets": "/clusters/harbour/shell/?namespace=payments&amp;owner=ReplicaSet%2Fledger-5d4f8",
}


@pytest.mark.parametrize(("kind", "shell"), ROWS.items())
def test_rows_lead_to_it_for_whoever_may(harbour: Cluster, kind: str, shell: str) -> None:
    client = browser(harbour, Role.SHELL, "payments")
    assert ("Shell", shell) in links(client, f"/clusters/harbour/{kind}/")
    reader = people.person("tomas")
    people.grant(reader, harbour, Role.LOGS)
    client.force_login(reader)
    assert "Shell" not in {word for word, _ in links(client, f"/clusters/harbour/{kind}/")}


def test_rows_of_pods_lead_to_their_logs(harbour: Cluster) -> None:
    log = ("Logs", "/clusters/harbour/pods/payments/orders-db-0/logs/")
    assert log in links(browser(harbour, Role.LOGS, "payments"), "/clusters/harbour/pods/")


@pytest.mark.parametrize("role", [Role.VIEW, Role.LOGS, Role.SHELL])
def test_a_pod_leads_to_logs_and_shell_of_what_made_it(harbour: Cluster, role: Role) -> None:
    html = browser(harbour, role).get("/clusters/harbour/pods/payments/orders-db-0/").content.decode()
    assert ('aria-label="Logs of StatefulSet orders-db"' in html) == (role >= Role.LOGS)
    assert ('aria-label="Shell in StatefulSet orders-db"' in html) == (role >= Role.SHELL)
    assert 'href="/clusters/harbour/pods/?namespace=payments&amp;owner=StatefulSet%2Forders-db">orders-db</a>' in html


@pytest.mark.parametrize("kind", ["StatefulSet", "DaemonSet", "Job"])
def test_the_logs_of_a_workload_are_a_page_of_it(harbour: Cluster, kind: str) -> None:
    name = KINDS[kind]
    place = f"/clusters/harbour/logs/?namespace=payments&owner={kind}%2F{name}"
    html = browser(harbour, Role.SHELL).get(place).content.decode()
    [tabs] = re.findall(r'<nav class="tabs".*?</nav>', html, re.DOTALL)
    assert f"<h1>{kind} {name}</h1>" in html
    assert re.findall(r">([^<]+)</a>", tabs) == ["Pods", "Logs", "Shell"]
    assert f'href="/clusters/harbour/pods/?namespace=payments&amp;owner={kind}%2F{name}"' in tabs
    assert address(kind, name).replace("&", "&amp;") in tabs


def test_a_page_costs_the_same_with_more_pods(harbour: Cluster) -> None:
    client = browser(harbour, Role.SHELL)
    before = queries(client, address("StatefulSet", "orders-db"))
    for number in range(2, 9):
        add_pod(harbour, f"orders-db-{number}", "StatefulSet", "orders-db")
    assert queries(client, address("StatefulSet", "orders-db")) == before


def queries(client: Client, page: str) -> int:
    client.get(page)
    with CaptureQueriesContext(connection) as asked:
        client.get(page)
    return len(asked)
