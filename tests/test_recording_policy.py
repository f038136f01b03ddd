"""An admin chooses what becomes of a cluster's shells; people read it before they open one."""

import pytest
from django.test import Client

from clusters.models import Activity, Cluster, RecordingPolicy, Role
from clusters.streams import sessions
from clusters.streams.endings import MUST_BE_RECORDED, Ending
from clusters.threads import write
from tests import people
from tests.harness.exec_api import exec_api, held

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin() -> Client:
    client = Client()
    client.force_login(people.admin())
    return client


def choose(admin: Client, cluster: Cluster, policy: str, **others: str) -> None:
    form = {"name": cluster.name, "flag": "kilo", "context": "", "debug_image": cluster.debug_image, **others}
    address = f"/admin/clusters/cluster/{cluster.pk}/change/"
    assert admin.post(address, {**form, "recording": policy}).status_code == 302


def shell_page(admin: Client, cluster: Cluster) -> str:
    people.pod(cluster, "payments", "ledger-0")
    return admin.get(f"/clusters/{cluster.slug}/pods/payments/ledger-0/shell/").content.decode()


def test_a_new_cluster_records_nothing_and_says_nothing(admin: Client, harbour: Cluster) -> None:
    assert harbour.recording == RecordingPolicy.OFF
    assert "Recorded" not in shell_page(admin, harbour).partition('id="terminal-blank"')[2].partition("stream-bar")[0]


def test_the_choice_is_kept_and_written_down(admin: Client, harbour: Cluster) -> None:
    choose(admin, harbour, "required", records_input="on")
    harbour.refresh_from_db()
    assert (harbour.recording, harbour.records_input) == ("required", True)
    row = Activity.objects.get(act=Activity.Act.CLUSTER_CHANGED)
    assert row.detail == "recording: required, records_input: True"


def test_the_page_says_before_that_a_shell_is_recorded(admin: Client, harbour: Cluster) -> None:
    choose(admin, harbour, "best effort")
    page = shell_page(admin, harbour)
    assert "what is printed, but no password typed unseen" in page
    assert "Without a recording there is no shell here" not in page


@pytest.mark.django_db(transaction=True)
async def test_an_open_shell_that_is_not_recorded_ends_where_that_is_required_meanwhile() -> None:
    async with exec_api() as api, held(api) as shell:
        await shell.until(lambda terminal: terminal.started)
        await write(Cluster.objects.update, recording=RecordingPolicy.REQUIRED)
        assert await shell.ending() == Ending(None, MUST_BE_RECORDED)


def test_only_one_that_is_not_recorded_must_end(harbour: Cluster) -> None:
    maria = people.person("maria")
    sign_in = people.session(maria).session_key or ""
    shell = sessions.begin(
        maria, harbour, namespace="payments", pod="web", pod_uid="uid", container="main", sign_in=sign_in
    )
    people.grant(maria, harbour, Role.SHELL)
    Cluster.objects.update(recording=RecordingPolicy.REQUIRED)
    assert sessions.must_end(shell.pk) is None
    assert sessions.must_end(shell.pk, unrecorded=True)
