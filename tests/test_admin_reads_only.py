"""Admin shows the cached objects and the activity; nobody edits them there."""

import pytest
from django.contrib import admin
from django.test import Client

from clusters.models import Activity, CachedObject
from tests import people

READ_ONLY = [model for model in admin.site._registry if issubclass(model, CachedObject | Activity)]


def test_every_cached_kind_and_the_activity_are_registered() -> None:
    assert {model.__name__ for model in READ_ONLY} == {
        "Activity", "Deployment", "Event", "Namespace", "Node", "Pod", "ReplicaSet",
    }  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("model", READ_ONLY, ids=lambda model: model.__name__)
def test_a_superuser_lists_but_neither_adds_nor_deletes(model: type) -> None:
    client = Client()
    client.force_login(people.admin())
    path = f"/admin/clusters/{model.__name__.lower()}/"
    assert client.get(path).status_code == 200
    assert client.get(f"{path}add/").status_code == 403


@pytest.mark.django_db
def test_a_pod_is_shown_and_a_change_to_it_refused() -> None:
    pod = people.pod(people.cluster("harbour"), "web", "front")
    client = Client()
    client.force_login(people.admin())
    path = f"/admin/clusters/pod/{pod.pk}/change/"
    assert b"front" in client.get(path).content
    assert client.post(path, {"name": "other"}).status_code == 403
    assert client.post(f"/admin/clusters/pod/{pod.pk}/delete/", {"post": "yes"}).status_code == 403


@pytest.mark.django_db
def test_a_person_without_staff_rights_does_not_get_in() -> None:
    client = Client()
    client.force_login(people.person("maria"))
    assert client.get("/admin/clusters/activity/").status_code == 302
