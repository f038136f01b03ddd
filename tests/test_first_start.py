"""The first start makes an admin and takes the clusters that it finds; a second start changes nothing."""

import re
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.contrib.auth import authenticate
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.test import RequestFactory
from django.utils import timezone
from pytest_django import Settings

from clusters.models import Cluster
from tests.harness.kubeconfigs import write

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _empty(settings: Settings, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path / "data"
    settings.KUBECONFIG = [tmp_path / "config"]
    settings.PILOTHOUSE_ADMIN_PASSWORD = ""


def prepare() -> str:
    """What `manage.py prepare` prints."""
    printed = StringIO()
    call_command("prepare", stdout=printed)
    return printed.getvalue()


def can_sign_in(password: str) -> bool:
    return authenticate(RequestFactory().post("/sign-in/"), username="admin", password=password) is not None


def test_the_random_password_is_printed_once_and_works() -> None:
    password = re.search(r"First user: admin, password: (\S{20,}) \(shown only now\)", prepare())
    assert password
    assert can_sign_in(password[1])
    assert User.objects.get().is_superuser
    assert "First user" not in prepare()
    assert can_sign_in(password[1])


def test_a_given_password_is_used_and_not_printed(settings: Settings) -> None:
    settings.PILOTHOUSE_ADMIN_PASSWORD = "correct horse"
    assert "correct horse" not in prepare()
    assert can_sign_in("correct horse")


def test_a_password_given_later_changes_nobody(settings: Settings) -> None:
    settings.PILOTHOUSE_ADMIN_PASSWORD = "correct horse"
    prepare()
    settings.PILOTHOUSE_ADMIN_PASSWORD = "another"
    prepare()
    assert can_sign_in("correct horse")
    assert not can_sign_in("another")


def test_no_admin_appears_where_there_are_users() -> None:
    User.objects.create_user("ada", password="correct horse")
    prepare()
    assert [user.username for user in User.objects.all()] == ["ada"]


def test_the_clusters_of_the_kubeconfig_are_taken(tmp_path: Path) -> None:
    write(tmp_path, "minikube", "kind-sea")
    assert "Took minikube: https://minikube.example.com:6443, as minikube" in prepare()
    assert {cluster.name for cluster in Cluster.objects.all()} == {"minikube", "kind-sea"}


def test_another_key_than_the_one_they_were_kept_with_is_told_at_the_next_start(
    tmp_path: Path, settings: Settings
) -> None:
    write(tmp_path, "minikube")
    assert "another key" not in prepare()
    settings.PILOTHOUSE_ENCRYPTION_KEY = bytes(32)
    assert "The connection of cluster minikube was encrypted with another key" in prepare()


def test_what_is_left_is_said_with_the_reason_and_the_rest_is_taken(tmp_path: Path, settings: Settings) -> None:
    settings.KUBECONFIG = [tmp_path / "cloud", tmp_path / "broken", tmp_path / "nowhere", tmp_path / "home"]
    write(tmp_path, "eks", name="cloud", exec={"command": "aws"})
    (tmp_path / "broken").write_text("{")
    write(tmp_path, "k3s", name="home")
    told = prepare()
    assert re.search(r"Left context “eks”: .*exec", told)
    assert f"Left {tmp_path / 'broken'}: " in told
    assert f"No kubeconfig at {tmp_path / 'nowhere'}." in told
    assert "Took k3s" in told


def test_the_first_file_that_has_a_name_wins(tmp_path: Path, settings: Settings) -> None:
    settings.KUBECONFIG = [tmp_path / "a", tmp_path / "b"]
    write(tmp_path, "default", name="a", domain="a.example")
    write(tmp_path, "default", "kind-sea", name="b", domain="b.example")
    assert "Left default: an earlier file" in prepare()
    assert {cluster.server for cluster in Cluster.objects.all()} == {
        "https://default.a.example:6443",
        "https://kind-sea.b.example:6443",
    }


def test_a_cluster_that_was_removed_does_not_come_back(tmp_path: Path) -> None:
    write(tmp_path, "minikube")
    prepare()
    Cluster.objects.all().delete()
    assert "Took" not in prepare()
    assert not Cluster.objects.exists()


def test_a_kubeconfig_that_comes_later_is_taken_while_there_was_no_cluster(tmp_path: Path) -> None:
    assert "No cluster yet. Add one" in prepare()
    write(tmp_path, "minikube")
    assert "Took minikube" in prepare()


def test_sessions_that_have_expired_are_cleared() -> None:
    for key, days in (("old", -1), ("young", 1)):
        Session.objects.create(session_key=key, expire_date=timezone.now() + timedelta(days=days))
    prepare()
    assert [session.session_key for session in Session.objects.all()] == ["young"]
