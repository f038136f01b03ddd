"""A pod's page says what made it, why it does not run, and what its containers are."""

import re

import pytest
from django.test import Client

from clusters.models import Cluster, Role
from tests import manifests, people

pytestmark = pytest.mark.django_db
HOSTILE = '"><img src=x onerror=alert(1)>'


@pytest.fixture
def harbour() -> Cluster:
    return people.cluster("harbour")


@pytest.fixture
def boss(client: Client) -> Client:
    client.force_login(people.admin())
    return client


def page(client: Client, name: str) -> str:
    response = client.get(f"/clusters/harbour/pods/payments/{name}/")
    assert response.status_code == 200
    return response.content.decode()


def test_the_chain_of_owners_leads_to_the_deployment(boss: Client, harbour: Cluster) -> None:
    web = manifests.deployment("payments", "web")
    made = manifests.replica_set(web, "5d4f8", 1, 1)
    manifests.keep(harbour, "replicasets", made)
    manifests.keep(harbour, "pods", manifests.pod("payments", "web-5d4f8-abc", owner=made))
    shown = page(boss, "web-5d4f8-abc")
    assert (
        'made by ReplicaSet <a href="/clusters/harbour/pods/?namespace=payments&amp;owner=ReplicaSet%2Fweb-5d4f8">'
        in shown
    )
    assert 'of Deployment <a href="/clusters/harbour/deployments/payments/web/">web</a>' in shown
    assert "<h1>web<span>-5d4f8-abc</span></h1>" in shown


LOGS = "/clusters/harbour/logs/?namespace=payments&amp;owner={owner}"


def test_the_logs_of_the_whole_deployment_are_a_click_away(boss: Client, harbour: Cluster) -> None:
    web = manifests.deployment("payments", "web")
    made = manifests.replica_set(web, "5d4f8", 1, 1)
    manifests.keep(harbour, "replicasets", made)
    manifests.keep(harbour, "pods", manifests.pod("payments", "web-5d4f8-abc", owner=made))
    for owner in ("ReplicaSet%2Fweb-5d4f8", "Deployment%2Fweb"):
        assert LOGS.format(owner=owner) in page(boss, "web-5d4f8-abc")
    shown = boss.get("/clusters/harbour/pods/payments/web-5d4f8-abc/logs/").content.decode()
    assert f'href="{LOGS.format(owner="Deployment%2Fweb")}">Logs of Deployment web</a>' in shown


@pytest.mark.parametrize("kind", ["StatefulSet", "DaemonSet", "Job"])
def test_so_are_those_of_other_owners_for_who_may_read_them(client: Client, harbour: Cluster, kind: str) -> None:
    owner = {"kind": kind, "metadata": manifests.metadata("ledger", "payments")}
    manifests.keep(harbour, "pods", manifests.pod("payments", "ledger-0", owner=owner))
    for role, name in ((Role.LOGS, "maria"), (Role.VIEW, "tomas")):
        person = people.person(name)
        people.grant(person, harbour, role, "payments")
        client.force_login(person)
        assert (LOGS.format(owner=f"{kind}%2Fledger") in page(client, "ledger-0")) == (role == Role.LOGS)


def test_a_killed_container_says_why(boss: Client, harbour: Cluster) -> None:
    manifests.keep(harbour, "pods", manifests.crashing("payments", "web-1"))
    shown = page(boss, "web-1")
    assert "Killed for using too much memory" in shown
    assert "<b>137</b>" in shown
    assert "signal 9 (SIGKILL)" in shown
    assert "<b>OOMKilled</b>" in shown
    assert "48 s" in shown
    assert "256Mi" in shown, "the memory limit that it met"


def test_a_pod_that_fits_nowhere_says_why(boss: Client, harbour: Cluster) -> None:
    unplaced = manifests.condition(
        "PodScheduled", "False", reason="Unschedulable", message="0/2 nodes: Insufficient cpu."
    )
    waiting = manifests.pod("payments", "web-1", node="", phase="Pending", conditions=[unplaced], containerStatuses=[])
    manifests.keep(harbour, "pods", waiting)
    shown = page(boss, "web-1")
    assert "No node can take it" in shown
    assert "0/2 nodes: Insufficient cpu." in shown


def test_an_image_that_cannot_be_pulled_says_why(boss: Client, harbour: Cluster) -> None:
    state = {"waiting": {"reason": "ImagePullBackOff", "message": "no such image: web:9"}}
    status = {"name": "main", "ready": False, "restartCount": 0, "state": state}
    manifests.keep(harbour, "pods", manifests.pod("payments", "web-1", phase="Pending", containerStatuses=[status]))
    shown = page(boss, "web-1")
    assert "The image cannot be pulled" in shown
    assert "no such image: web:9" in shown


def test_a_pod_that_runs_well_shows_no_crash(boss: Client, harbour: Cluster) -> None:
    manifests.keep(harbour, "pods", manifests.pod("payments", "web-1"))
    assert 'class="panel crash' not in page(boss, "web-1")


def test_containers_show_their_parts_but_no_value_of_a_variable(boss: Client, harbour: Cluster) -> None:
    pod = manifests.pod("payments", "web-1")
    secret = {"name": "PASSWORD", "valueFrom": {"secretKeyRef": {"name": "login", "key": "password"}}}
    pod["spec"]["containers"][0] |= {
        "ports": [{"containerPort": 8080, "name": "http", "protocol": "TCP"}],
        "env": [{"name": "LEVEL", "value": "hunter2"}, secret],
        "volumeMounts": [{"name": "cfg", "mountPath": "/etc/cfg", "readOnly": True}],
        "readinessProbe": {"httpGet": {"path": "/ready", "port": "http"}, "periodSeconds": 10, "failureThreshold": 3},
    }
    pod["spec"]["initContainers"] = [{"name": "wait", "image": "wait:1"}]
    pod["spec"]["ephemeralContainers"] = [{"name": "debugger", "image": "busybox:1"}]
    pod["spec"]["volumes"] = [{"name": "cfg", "configMap": {"name": "settings"}}]
    manifests.keep(harbour, "pods", pod)
    shown = page(boss, "web-1")
    for expected in ("8080/TCP (http)", "LEVEL", "PASSWORD", "login", "/etc/cfg", "read only", "/ready", "settings"):
        assert expected in shown
    for name, role in (("wait", "init"), ("debugger", "ephemeral")):
        assert f'{name}</b> <span class="faint">{role}</span>' in shown
    assert "hunter2" not in shown


def test_events_are_newest_first_and_bounded(boss: Client, harbour: Cluster) -> None:
    pod = manifests.pod("payments", "web-1")
    manifests.keep(harbour, "pods", pod)
    for number in range(25):
        event = manifests.event(pod, f"Reason{number:02}", "said")
        manifests.keep(harbour, "events", {**event, "lastTimestamp": manifests.ago(minutes=number + 1)})
    shown = page(boss, "web-1")
    assert shown.index("Reason00") < shown.index("Reason01")
    assert "Reason19" in shown
    assert "Reason20" not in shown
    assert "the newest 20" in shown


@pytest.mark.parametrize(
    ("role", "tabs"),
    [
        (Role.VIEW, ["Summary", "YAML"]),
        (Role.LOGS, ["Summary", "Logs", "YAML"]),
        (Role.SHELL, ["Summary", "Logs", "Shell", "Run", "YAML"]),
    ],
)
def test_tabs_are_those_that_the_reader_may_open(client: Client, harbour: Cluster, role: Role, tabs: list[str]) -> None:
    manifests.keep(harbour, "pods", manifests.pod("payments", "web-1"))
    maria = people.person("maria")
    people.grant(maria, harbour, role, "payments")
    client.force_login(maria)
    found = client.get("/clusters/harbour/pods/payments/web-1/").context["tabs"]
    assert [tab.label for tab in found] == tabs


def of_many_containers(number: int) -> manifests.Manifest:
    """A pod with that many containers, all of which run."""
    pod = manifests.pod("payments", "web-1")
    [container], [status] = pod["spec"]["containers"], pod["status"]["containerStatuses"]
    names = [f"part-{number:04}" for number in range(number)]
    pod["spec"]["containers"] = [{**container, "name": name} for name in names]
    pod["status"]["containerStatuses"] = [{**status, "name": name} for name in names]
    return pod


def containers_of(shown: str) -> list[str]:
    return re.findall(r'<details class="parts" id="container-([^"]*)"', shown)


def test_very_many_containers_are_shown_in_parts_each_with_its_shells(boss: Client, harbour: Cluster) -> None:
    manifests.keep(harbour, "pods", of_many_containers(120))
    shown = page(boss, "web-1")
    assert containers_of(shown) == [f"part-{number:04}" for number in range(50)]
    assert "1\u201350 of 120" in shown
    assert shown.count('data-dock="shell"') == 50
    assert 'href="?containers=2" rel="next"' in shown
    last = boss.get("/clusters/harbour/pods/payments/web-1/?containers=3").content.decode()
    assert containers_of(last) == [f"part-{number:04}" for number in range(100, 120)]
    assert "101\u2013120 of 120" in last
    assert 'rel="next"' not in last
    assert boss.get("/clusters/harbour/pods/payments/web-1/?containers=9").content.decode().count("101\u2013120") == 1


def test_few_containers_are_all_shown(boss: Client, harbour: Cluster) -> None:
    manifests.keep(harbour, "pods", of_many_containers(50))
    shown = page(boss, "web-1")
    assert len(containers_of(shown)) == 50
    assert "?containers=" not in shown


@pytest.mark.parametrize("part", ["0", "-1", "x", "", "1.5", "9" * 20])
def test_a_part_that_cannot_be_is_a_bad_request(boss: Client, harbour: Cluster, part: str) -> None:
    manifests.keep(harbour, "pods", manifests.pod("payments", "web-1"))
    assert boss.get(f"/clusters/harbour/pods/payments/web-1/?containers={part}").status_code == 400


def test_of_very_many_reasons_some_are_told_and_the_others_counted(boss: Client, harbour: Cluster) -> None:
    pod = of_many_containers(30)
    waiting = {"waiting": {"reason": "ImagePullBackOff", "message": "not found"}}
    pod["status"]["containerStatuses"] = [{**one, "state": waiting} for one in pod["status"]["containerStatuses"]]
    manifests.keep(harbour, "pods", pod)
    shown = page(boss, "web-1")
    assert shown.count("<h2>The image cannot be pulled</h2>") == 10
    assert "20 more of its containers have reasons like these." in shown


def test_not_there_and_not_allowed_look_the_same(client: Client, harbour: Cluster) -> None:
    manifests.keep(harbour, "pods", manifests.pod("payments", "web-1"))
    maria = people.person("maria")
    people.grant(maria, harbour, Role.VIEW, "web")
    client.force_login(maria)
    absent = client.get("/clusters/harbour/pods/web/web-1/")
    forbidden = client.get("/clusters/harbour/pods/payments/web-1/")
    assert (absent.status_code, forbidden.status_code) == (404, 404)


@pytest.mark.parametrize("name", ["..", "a%00b", "a" * 10_000, "UPPER", "-a", "%3Cscript%3E"])
def test_a_name_that_cannot_be_is_a_bad_request(boss: Client, harbour: Cluster, name: str) -> None:
    assert boss.get(f"/clusters/harbour/pods/payments/{name}/").status_code == 400


def test_hostile_words_stay_words(boss: Client, harbour: Cluster) -> None:
    pod = manifests.crashing("payments", "web-1")
    pod["metadata"] |= {"labels": {"app": HOSTILE}, "annotations": {"home": "javascript:alert(1)"}}
    pod["spec"]["containers"][0] |= {"image": HOSTILE, "command": [HOSTILE]}
    pod["status"]["conditions"][0]["message"] = HOSTILE
    manifests.keep(harbour, "pods", pod)
    manifests.keep(harbour, "events", manifests.event(pod, HOSTILE, HOSTILE))
    shown = page(boss, "web-1")
    assert "<img" not in shown
    assert 'href="javascript:' not in shown
