"""Who sees a place and lacks a right is told which; of what he may not see he learns nothing."""

import pytest
from django.test import Client

from clusters.models import Cluster, Role
from tests import people

pytestmark = pytest.mark.django_db

POD = "/clusters/harbour/pods/{namespace}/{name}/{act}/"
LOGS = "/ws/clusters/harbour/logs/?namespace={namespace}"


@pytest.fixture
def harbour() -> Cluster:
    harbour = people.cluster("harbour")
    for namespace in ("shop", "payments"):
        people.pod(harbour, namespace, "web")
    return harbour


@pytest.fixture
def maria(harbour: Cluster) -> Client:
    """She may see the shop and read its logs, and nothing else."""
    maria = people.person("maria")
    people.grant(maria, harbour, Role.LOGS, "shop")
    client = Client()
    client.force_login(maria)
    return client


@pytest.mark.parametrize(
    ("act", "words"),
    [
        ("shell", "You may not open shells in shop. Missing right: shell; an admin can grant it."),
        ("run", "You may not open shells in shop. Missing right: shell; an admin can grant it."),
        ("debug", "You may not change what runs in shop. Missing right: operate; an admin can grant it."),
    ],
)
def test_a_page_says_which_right_is_missing(maria: Client, act: str, words: str) -> None:
    found = maria.get(POD.format(namespace="shop", name="web", act=act))
    assert found.status_code == 403
    assert words in found.content.decode()
    absent = maria.get(POD.format(namespace="shop", name="atlantis", act=act))
    assert absent.content.decode().count(words) == found.content.decode().count(words) == 1


def test_who_may_only_see_is_told_that_logs_need_more(harbour: Cluster, client: Client) -> None:
    tomas = people.person("tomas")
    people.grant(tomas, harbour, Role.VIEW, "shop")
    client.force_login(tomas)
    found = client.get(POD.format(namespace="shop", name="web", act="logs"))
    assert (found.status_code, "Missing right: logs" in found.content.decode()) == (403, True)


@pytest.mark.parametrize("act", ["logs", "shell", "run", "debug"])
def test_of_what_she_may_not_see_nothing_is_told(maria: Client, act: str) -> None:
    hidden = maria.get(POD.format(namespace="payments", name="web", act=act))
    absent = maria.get(POD.format(namespace="atlantis", name="web", act=act))
    assert (hidden.status_code, absent.status_code) == (404, 404)
    assert "Missing right" not in hidden.content.decode()


def test_a_page_that_asks_for_a_stream_is_told_why_not(maria: Client) -> None:
    assert maria.get("/ticket/", {"for": LOGS.format(namespace="shop")}).json()["ticket"]
    for namespace in ("payments", "atlantis"):
        answer = maria.get("/ticket/", {"for": LOGS.format(namespace=namespace)})
        words = f"You may not read logs in {namespace}. Missing right: logs; an admin can grant it."
        assert (answer.status_code, answer.json()) == (403, {"reason": words})
    told = [
        maria.get("/ticket/", {"for": f"/ws{POD.format(namespace=namespace, name='web', act='shell')}"}).json()
        for namespace in ("payments", "atlantis")
    ]
    assert told[0] == told[1] == {"reason": "There is no such object, or it is not shown to you."}
