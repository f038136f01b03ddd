"""Who may see and do what follows from grants, and nothing is allowed without one."""

import pytest
from django.contrib.auth.models import AnonymousUser, Group
from django.http import Http404

from clusters.access import cluster_or_404, may, namespaces_for, visible, visible_clusters
from clusters.models import Grant, Namespace, Node, Pod, Role
from tests import people

pytestmark = [pytest.mark.django_db, pytest.mark.both_modes]


def test_nobody_sees_anything_without_a_grant() -> None:
    harbour = people.cluster("harbour")
    people.pod(harbour, "payments", "checkout")
    for user in (people.person("nobody"), AnonymousUser()):
        assert not visible_clusters(user).exists()
        assert not visible(user, Pod.objects.all(), harbour).exists()
        assert not may(user, Role.VIEW, harbour, "payments")


def test_a_grant_in_one_namespace_shows_that_namespace_only() -> None:
    harbour = people.cluster("harbour")
    mine, theirs = people.pod(harbour, "payments", "checkout"), people.pod(harbour, "web", "front")
    maria = people.person("maria")
    people.grant(maria, harbour, Role.LOGS, "payments")
    assert list(visible(maria, Pod.objects.all(), harbour)) == [mine]
    assert may(maria, Role.LOGS, harbour, mine.namespace)
    assert not may(maria, Role.VIEW, harbour, theirs.namespace)
    assert not may(maria, Role.VIEW, harbour), "a namespace is not the cluster"


def test_a_role_includes_the_lesser_ones_and_not_the_greater() -> None:
    harbour, maria = people.cluster("harbour"), people.person("maria")
    people.grant(maria, harbour, Role.SHELL)
    allowed = [role for role in Role if may(maria, role, harbour, "any")]
    assert allowed == [Role.VIEW, Role.LOGS, Role.SHELL]


def test_nodes_need_the_whole_cluster() -> None:
    harbour = people.cluster("harbour")
    Node.objects.create(cluster=harbour, uid="n", name="node1", created=harbour.created, detail=b"{}")
    maria, tomas = people.person("maria"), people.person("tomas")
    people.grant(maria, harbour, Role.ADMIN, "payments")
    people.grant(tomas, harbour, Role.VIEW)
    assert not visible(maria, Node.objects.all(), harbour).exists()
    assert visible(tomas, Node.objects.all(), harbour).exists()


def test_a_namespace_is_listed_to_whoever_sees_into_it() -> None:
    harbour, maria = people.cluster("harbour"), people.person("maria")
    for name in ("payments", "web"):
        Namespace.objects.create(cluster=harbour, uid=name, name=name, created=harbour.created, detail=b"{}")
    people.grant(maria, harbour, Role.VIEW, "payments")
    assert [row.name for row in visible(maria, Namespace.objects.all(), harbour)] == ["payments"]


def test_a_group_hands_its_grant_to_its_members() -> None:
    harbour, maria = people.cluster("harbour"), people.person("maria")
    team = Group.objects.create(name="money")
    Grant.objects.create(group=team, cluster=harbour, role=Role.VIEW, namespaces=["payments"])
    assert not may(maria, Role.VIEW, harbour, "payments")
    maria.groups.add(team)
    again = type(maria).objects.get(pk=maria.pk)
    assert namespaces_for(again, Role.VIEW, harbour) == frozenset({"payments"})


def test_a_deactivated_superuser_may_nothing() -> None:
    harbour, boss = people.cluster("harbour"), people.admin()
    assert may(boss, Role.ADMIN, harbour)
    boss.is_active = False
    assert not may(boss, Role.VIEW, harbour, "payments")
    assert not visible_clusters(boss).exists()


def test_a_hidden_cluster_and_an_absent_one_answer_alike() -> None:
    people.cluster("harbour")
    nobody = people.person("nobody")
    with pytest.raises(Http404) as hidden:
        cluster_or_404(nobody, "harbour")
    with pytest.raises(Http404) as absent:
        cluster_or_404(nobody, "atlantis")
    assert str(hidden.value) == str(absent.value)
