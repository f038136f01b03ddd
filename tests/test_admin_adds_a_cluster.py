"""An admin adds a cluster by kubeconfig or by hand; what cannot be used is refused by name and nothing is kept."""

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from clusters.models import Activity, Cluster
from clusters.sealing import open_connection
from tests import people

pytestmark = pytest.mark.django_db
ADD = "/admin/clusters/cluster/add/"
CANARY = "canary-token-4711"


def kubeconfig(*contexts: str, **user: Any) -> SimpleUploadedFile:
    document = {
        "clusters": [{"name": "c", "cluster": {"server": "https://192.0.2.9:6443"}}],
        "users": [{"name": "u", "user": user or {"token": CANARY}}],
        "contexts": [{"name": name, "context": {"cluster": "c", "user": "u"}} for name in contexts],
    }
    return SimpleUploadedFile("config", json.dumps(document).encode())


@pytest.fixture
def admin() -> Client:
    client = Client(REMOTE_ADDR="192.0.2.7")
    client.force_login(people.admin())
    return client


def add(admin: Client, **fields: Any) -> str:
    form = {
        "name": "harbour",
        "flag": "kilo",
        "address": "",
        "ca": "",
        "token": "",
        "context": "",
        "recording": "off",
        **fields,
    }
    return admin.post(ADD, form, follow=True).content.decode()


def test_a_kubeconfig_adds_a_cluster_with_its_connection_sealed(admin: Client) -> None:
    add(admin, kubeconfig=kubeconfig("lab"))
    cluster = Cluster.objects.get(slug="harbour")
    assert cluster.server == "https://192.0.2.9:6443"
    assert open_connection(cluster).token == CANARY
    assert CANARY.encode() not in bytes(cluster.sealed_connection)


def test_adding_is_written_down_with_who_and_from_where(admin: Client) -> None:
    add(admin, kubeconfig=kubeconfig("lab"))
    row = Activity.objects.get(act=Activity.Act.CLUSTER_ADDED)
    assert (row.username, row.address, row.cluster_name) == ("admin", "192.0.2.7", "harbour")
    assert CANARY not in row.detail


def test_address_and_token_add_a_cluster_too(admin: Client) -> None:
    add(admin, address="https://192.0.2.10:6443", token=CANARY)
    assert open_connection(Cluster.objects.get()).server == "https://192.0.2.10:6443"


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, "Upload a kubeconfig, or fill in the address"),
        ({"kubeconfig": kubeconfig("lab", exec={"command": "touch"})}, "exec"),
        ({"kubeconfig": kubeconfig("lab", tokenFile="/etc/passwd")}, "tokenFile"),
        ({"kubeconfig": kubeconfig("lab", **{"auth-provider": {"name": "gcp"}})}, "auth-provider"),
        ({"kubeconfig": kubeconfig("lab", "prod")}, "name one of: lab, prod"),
        ({"kubeconfig": kubeconfig("lab"), "context": "prod"}, "no context prod"),
        ({"kubeconfig": SimpleUploadedFile("config", b"\xff\xfe\x00")}, "not text"),
        ({"kubeconfig": SimpleUploadedFile("config", b"a: &a [1]\nb: [*a]\n")}, "refused"),
        ({"address": "http://192.0.2.10"}, "https://"),
    ],
)
def test_what_cannot_be_used_is_refused_by_name(admin: Client, fields: dict[str, Any], said: str) -> None:
    page = add(admin, **fields)
    assert said in page
    assert CANARY not in page
    assert not Cluster.objects.exists()


def test_a_large_file_is_refused_before_it_is_parsed(admin: Client) -> None:
    page = add(admin, kubeconfig=SimpleUploadedFile("config", b"# " + b"x" * 1_200_000))
    assert "over 1 MiB" in page


def test_pausing_and_resuming_is_kept_and_written_down(admin: Client) -> None:
    add(admin, kubeconfig=kubeconfig("lab"))
    cluster = Cluster.objects.get()
    for action, paused in (("pause", True), ("resume", False)):
        admin.post("/admin/clusters/cluster/", {"action": action, "_selected_action": [cluster.pk]})
        cluster.refresh_from_db()
        assert cluster.paused is paused
    details = Activity.objects.filter(act=Activity.Act.CLUSTER_CHANGED).order_by("id").values_list("detail", flat=True)
    assert list(details) == ["paused", "resumed"]


def test_deleting_a_cluster_takes_its_rows_along_and_is_written_down(admin: Client) -> None:
    add(admin, kubeconfig=kubeconfig("lab"))
    cluster = Cluster.objects.get()
    people.pod(cluster, "web", "front")
    admin.post(f"/admin/clusters/cluster/{cluster.pk}/delete/", {"post": "yes"})
    assert not Cluster.objects.exists()
    assert Activity.objects.filter(act=Activity.Act.CLUSTER_REMOVED, cluster_name="harbour").exists()


def test_the_connection_of_no_cluster_cannot_be_tested(admin: Client) -> None:
    assert admin.post("/admin/clusters/cluster/4711/test/").status_code == 404


def test_the_connection_test_needs_the_right_to_change(admin: Client) -> None:
    add(admin, address="https://127.0.0.1:1", token=CANARY)
    clerk = people.person("clerk")
    clerk.is_staff = True
    clerk.save()
    admin.force_login(clerk)
    for number in (Cluster.objects.get().pk, 4711):
        assert admin.post(f"/admin/clusters/cluster/{number}/test/").status_code == 403


def test_the_connection_test_says_in_words_what_is_wrong(admin: Client) -> None:
    add(admin, address="https://127.0.0.1:1", token=CANARY)
    cluster = Cluster.objects.get()
    page = admin.post(f"/admin/clusters/cluster/{cluster.pk}/test/", follow=True).content.decode()
    assert "127.0.0.1" in page
    assert CANARY not in page
    assert "answers" not in page
