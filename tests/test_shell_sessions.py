"""The rows of open shells: a limit for each user, and who ends what a dead process left."""

import os
import subprocess
from datetime import timedelta
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from pytest_django import Settings

from clusters import leases
from clusters.models import Cluster, TerminalSession
from clusters.streams import sessions
from clusters.streams.endings import Ending
from tests import people

pytestmark = pytest.mark.django_db


@pytest.fixture
def maria() -> User:
    return people.person("maria")


def shell(user: User, cluster: Cluster) -> TerminalSession:
    return sessions.begin(user, cluster, namespace="payments", pod="web", pod_uid="uid", container="main")


def left_by(session: TerminalSession, owner: str, *, silent_for: timedelta | None = None) -> None:
    TerminalSession.objects.filter(pk=session.pk).update(owner=owner)
    if silent_for is not None:
        TerminalSession.objects.filter(pk=session.pk).update(seen=timezone.now() - silent_for)


def owner_that_ended() -> str:
    """The name of a process of this host that is no more."""
    with subprocess.Popen(["true"]) as process:
        process.wait()
    return leases.new_owner().replace(f":{os.getpid()}:", f":{process.pid}:")


def test_a_user_has_a_limit_and_closing_one_makes_room(maria: User, harbour: Cluster) -> None:
    first = shell(maria, harbour)
    for _ in range(9):
        shell(maria, harbour)
    with pytest.raises(sessions.TooManyShells, match="You have 10 shells open; close one first"):
        shell(maria, harbour)
    shell(people.person("tomas"), harbour)
    sessions.close(first.pk, Ending(0, ""))
    shell(maria, harbour)


def test_a_cluster_has_a_limit_for_all_users_together(maria: User, harbour: Cluster, settings: Settings) -> None:
    settings.PILOTHOUSE_SHELLS_PER_CLUSTER = 2
    shell(maria, harbour)
    shell(people.person("tomas"), harbour)
    with pytest.raises(sessions.TooManyShells, match="2 shells are open in harbour, and no more are allowed"):
        shell(maria, harbour)
    shell(maria, people.cluster("lab"))


def test_shells_get_names_that_tell_them_apart(maria: User, harbour: Cluster) -> None:
    assert [shell(maria, harbour).name, shell(maria, harbour).name] == ["web/main", "web/main 2"]


@pytest.mark.parametrize(
    ("pod", "name"),
    [
        ("storefront-557db97b5-8vz4b", "storefront-557db97b5-8vz4b/main"),
        ("a" * 60 + "-8vz4b", f"…{'a' * 42}-8vz4b/main"),
    ],
)
def test_a_name_has_the_pod_in_it_whole_or_else_its_end(maria: User, harbour: Cluster, pod: str, name: str) -> None:
    row = sessions.begin(maria, harbour, namespace="payments", pod=pod, pod_uid="uid", container="main")
    assert row.name == name


def test_living_shells_are_left_alone(maria: User, harbour: Cluster) -> None:
    shell(maria, harbour)
    left_by(shell(maria, harbour), "elsewhere:1:abcd", silent_for=timedelta(seconds=20))
    assert sessions.take_lost() == []


def test_a_silent_owner_loses_its_shells_to_one_process(maria: User, harbour: Cluster) -> None:
    lost = shell(maria, harbour)
    left_by(lost, "elsewhere:1:abcd", silent_for=timedelta(seconds=31))
    assert sessions.take_lost() == [lost]
    assert sessions.take_lost() == []


def test_one_that_gave_signs_of_life_is_lost_like_any_other(maria: User, harbour: Cluster) -> None:
    lost = shell(maria, harbour)
    sessions.keep(lost.pk)
    left_by(lost, owner_that_ended())
    assert sessions.take_lost() == [lost]


def test_a_process_that_slept_keeps_the_shells_that_it_holds(maria: User, harbour: Cluster) -> None:
    held = shell(maria, harbour)
    left_by(held, sessions.OWNER, silent_for=timedelta(minutes=1))
    assert sessions.take_lost([held.pk]) == []
    assert sessions.take_lost() == [held]


def test_a_dead_process_of_this_host_need_not_be_waited_for(maria: User, harbour: Cluster) -> None:
    lost = shell(maria, harbour)
    left_by(lost, owner_that_ended())
    assert sessions.take_lost() == [lost]


def test_a_closed_shell_keeps_how_it_ended(maria: User, harbour: Cluster) -> None:
    ended = shell(maria, harbour)
    sessions.close(ended.pk, Ending(3, ""))
    sessions.close(ended.pk, Ending(None, "late"))
    sessions.close(uuid4(), Ending(0, "unknown"))
    ended.refresh_from_db()
    assert (ended.exit_code, ended.reason) == (3, "")
