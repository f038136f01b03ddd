"""Sockets of many people are looked at together: for few questions, and each is closed for its own right only."""

import pytest
from django.contrib.auth.models import Group, User
from django.http import Http404
from pytest_django import DjangoAssertNumQueries

from clusters.access import asked_together, cluster_or_404, may, namespaces_for
from clusters.models import Cluster, Grant, Role
from clusters.people import signed_in_users
from clusters.threads import write
from dashboard.consumers import base
from dashboard.consumers.streams import REASONS
from tests import people
from tests.harness.log_cluster import LoggingPod, log_cluster
from tests.harness.many_logs import many_logs

QUERY = "pod=harbour/web"


@pytest.fixture
def harbour() -> Cluster:
    return people.cluster("harbour")


@pytest.fixture
def crew(harbour: Cluster) -> list[User]:
    """Maria by a grant of hers, Tomas by his group's, Nora with none, and an admin."""
    maria, tomas, nora = (people.person(name) for name in ("maria", "tomas", "nora"))
    people.grant(maria, harbour, Role.LOGS, "payments")
    sailors = Group.objects.create(name="sailors")
    sailors.user_set.add(tomas)
    Grant.objects.create(group=sailors, cluster=harbour, role=Role.VIEW, namespaces=[])
    return [maria, tomas, nora, people.admin()]


@pytest.mark.django_db
def test_together_they_may_what_each_may_alone(crew: list[User], harbour: Cluster) -> None:
    alone = [_rights(User.objects.get(pk=user.pk), harbour) for user in crew]
    with asked_together(crew):
        assert [_rights(user, harbour) for user in crew] == alone
    assert alone == [
        (frozenset({"payments"}), True, True),
        (frozenset(), False, True),
        (frozenset(), False, False),
        (None, True, True),
    ]


def _rights(user: User, cluster: Cluster) -> tuple[object, bool, bool]:
    try:
        sees = cluster_or_404(user, cluster.slug) == cluster
    except Http404:
        sees = False
    return namespaces_for(user, Role.LOGS, cluster), may(user, Role.LOGS, cluster, "payments"), sees


@pytest.mark.django_db
def test_more_people_are_not_more_questions(
    crew: list[User], harbour: Cluster, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    sign_ins = {(user.pk, people.session(user).session_key or "") for user in crew}
    with django_assert_num_queries(5):
        users = signed_in_users(sign_ins)
        with asked_together(users.values()):
            for user in users.values():
                _rights(user, harbour)
    assert len(users) == len(crew)


@pytest.mark.django_db(transaction=True)
async def test_of_two_who_look_the_one_without_a_right_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(base, "RECHECK_SECONDS", 0.05)
    async with log_cluster() as cluster:
        log = (await cluster.add(LoggingPod("web"))).log()
        maria, tomas = [await write(people.person, name) for name in ("maria", "tomas")]
        _, his = [await write(people.grant, each, cluster.row, Role.LOGS, "harbour") for each in (maria, tomas)]
        async with many_logs(maria, QUERY) as one, many_logs(tomas, QUERY) as other:
            for each in (one, other):
                await each.start()
                await each.until_state("web", "running")
            await write(his.delete)
            assert await other.until_closed() == REASONS[base.REFUSED]
            log.lines.append(b"2026-11-24T11:00:00Z still read\n")
            await one.until("still read")
