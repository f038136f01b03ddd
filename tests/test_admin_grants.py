"""An admin grants namespaces by name; what names none is refused, never taken for the whole cluster."""

from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client

from clusters.models import Grant, Role
from tests import people

pytestmark = pytest.mark.django_db
NAMES_NONE = "Name a namespace, or leave this empty"


@pytest.fixture
def admin(client: Client) -> Client:
    client.force_login(people.admin())
    return client


def grant(admin: Client, namespaces: str) -> str:
    """The page after a group got a grant in the cluster `harbour` on its own form."""
    group, harbour = Group.objects.create(name="money"), people.cluster("harbour")
    form = {"group": group.pk, "cluster": harbour.pk, "namespaces": namespaces, "role": Role.VIEW.value}
    return _page(admin, "/admin/clusters/grant/add/", form)


def grant_beside_the_group(admin: Client, namespaces: str) -> str:
    """The page after the same grant was typed beside the group that it is for."""
    group, harbour = Group.objects.create(name="money"), people.cluster("harbour")
    form = {
        "name": "money",
        "grants-TOTAL_FORMS": "1",
        "grants-INITIAL_FORMS": "0",
        "grants-0-group": group.pk,
        "grants-0-cluster": harbour.pk,
        "grants-0-namespaces": namespaces,
        "grants-0-role": Role.VIEW.value,
    }
    return _page(admin, f"/admin/auth/group/{group.pk}/change/", form)


def _page(admin: Client, address: str, form: dict[str, Any]) -> str:
    response = admin.post(address, form, follow=True)
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.parametrize("typed", ["payments, web", "web payments", " payments,,web, "])
def test_names_are_kept_sorted_however_they_are_parted(admin: Client, typed: str) -> None:
    grant(admin, typed)
    assert Grant.objects.get().namespaces == ["payments", "web"]


@pytest.mark.parametrize("typed", ["", "  "])
def test_an_empty_field_means_the_whole_cluster(admin: Client, typed: str) -> None:
    grant(admin, typed)
    assert Grant.objects.get().namespaces == []


@pytest.mark.parametrize("typed", [",", " , ", ",,"])
@pytest.mark.parametrize("give", [grant, grant_beside_the_group])
def test_commas_alone_are_not_the_whole_cluster(admin: Client, give: Any, typed: str) -> None:
    assert NAMES_NONE in give(admin, typed)
    assert not Grant.objects.exists()


@pytest.mark.parametrize("give", [grant, grant_beside_the_group])
def test_what_cannot_be_a_namespace_is_refused_by_name(admin: Client, give: Any) -> None:
    assert "“Pay_Ments” cannot be the name of a namespace" in give(admin, "web, Pay_Ments")
    assert not Grant.objects.exists()


def test_a_grant_can_be_given_beside_the_group(admin: Client) -> None:
    grant_beside_the_group(admin, "payments")
    assert Grant.objects.get().namespaces == ["payments"]
