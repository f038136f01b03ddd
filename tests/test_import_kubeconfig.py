"""The person at the shell brings the clusters of a kubeconfig in."""

import base64
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from clusters.models import Activity, Cluster
from clusters.sealing import open_connection
from tests.harness.certificates import Authority
from tests.harness.kubeconfigs import AUTHORITY, write

pytestmark = pytest.mark.django_db


def run(*arguments: object) -> str:
    """What the command prints, its last complaint included."""
    printed = StringIO()
    try:
        call_command("import_kubeconfig", *map(str, arguments), stdout=printed)
    except CommandError as error:
        raise CommandError(printed.getvalue() + str(error)) from None
    return printed.getvalue()


def test_every_context_becomes_a_cluster_with_the_files_that_it_names(tmp_path: Path) -> None:
    told = run(write(tmp_path, "harbour", "lighthouse"))
    assert "Took harbour: https://harbour.example.com:6443" in told
    assert {cluster.name for cluster in Cluster.objects.all()} == {"harbour", "lighthouse"}
    (tmp_path / "ca.crt").unlink()
    connection = open_connection(Cluster.objects.get(name="harbour"))
    assert connection.ca_data == AUTHORITY.certificate
    assert connection.token == "let-me-in"


def test_one_context_can_be_chosen(tmp_path: Path) -> None:
    run(write(tmp_path, "harbour", "lighthouse"), "--context", "lighthouse")
    assert [cluster.name for cluster in Cluster.objects.all()] == ["lighthouse"]


def test_again_changes_nothing(tmp_path: Path) -> None:
    file = write(tmp_path, "harbour")
    run(file)
    before = Cluster._base_manager.values().get()
    assert run(file) == "Kept harbour: nothing has changed\n"
    assert Cluster._base_manager.values().get() == before
    assert Activity.objects.filter(act=Activity.Act.CLUSTER_ADDED).count() == 1


def test_a_new_token_replaces_the_old_one_in_the_same_cluster(tmp_path: Path) -> None:
    run(write(tmp_path, "harbour"))
    assert "new connection of harbour" in run(write(tmp_path, "harbour", token="a-fresh-one"))
    assert open_connection(Cluster.objects.get()).token == "a-fresh-one"


def test_a_context_of_the_same_name_at_another_address_is_another_cluster(tmp_path: Path) -> None:
    run(write(tmp_path, "default", name="a.yaml", domain="a.example"))
    run(write(tmp_path, "default", name="b.yaml", domain="b.example"))
    servers = Cluster.objects.order_by("id").values_list("name", "server")
    assert list(servers) == [
        ("default", "https://default.a.example:6443"),
        ("default-2", "https://default.b.example:6443"),
    ]


def test_the_same_address_under_another_authority_is_another_cluster(tmp_path: Path) -> None:
    file = write(tmp_path, "default")
    run(file)
    (tmp_path / "ca.crt").write_bytes(Authority().certificate)
    run(file)
    assert Cluster.objects.count() == 2


def test_a_context_that_would_run_a_command_is_left_with_the_reason(tmp_path: Path) -> None:
    trace = tmp_path / "ran"
    plugin = {"apiVersion": "client.authentication.k8s.io/v1", "command": "touch", "args": [str(trace)]}
    with pytest.raises(CommandError, match=r"Left context “harbour”: .*exec(.|\n)*no context that can be used"):
        run(write(tmp_path, "harbour", exec=plugin))
    assert not trace.exists()
    assert not Cluster.objects.exists()


def test_an_unknown_context_is_named_with_those_that_are_there(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"no context 'port'; it has: harbour"):
        run(write(tmp_path, "harbour"), "--context", "port")


def test_a_file_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="No such file"):
        run(tmp_path / "nowhere")


def test_a_file_that_is_no_kubeconfig_is_refused(tmp_path: Path) -> None:
    (tmp_path / "config").write_bytes(base64.b64decode("/9j/4AAQ"))
    with pytest.raises(CommandError, match="it is not text"):
        run(tmp_path / "config")


def test_an_empty_file_is_said_to_have_nothing(tmp_path: Path) -> None:
    (tmp_path / "config").write_text("")
    with pytest.raises(CommandError, match="no context that can be used"):
        run(tmp_path / "config")


def test_secrets_are_not_printed(tmp_path: Path, settings: Settings) -> None:
    settings.KUBECONFIG = []
    assert "let-me-in" not in run(write(tmp_path, "harbour"))
