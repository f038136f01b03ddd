"""A prepared query finds what its queryset would, for every value, and its SQL is made once."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from clusters.models import Cluster, Namespace
from clusters.prepared import Prepared
from dashboard.models import Preference
from tests import people
from tests.rows import ago, pod, pods

pytestmark = pytest.mark.django_db


def test_other_values_find_other_rows_with_the_same_sql() -> None:
    made: list[Any] = []

    def of_slug(slug: Any) -> QuerySet[Cluster]:
        made.append(slug)
        return Cluster.objects.filter(slug=slug)

    query = Prepared(of_slug, 1)
    harbour, lab = people.cluster("harbour"), people.cluster("lab")
    assert [query(slug) for slug in ("harbour", "lab", "nowhere", "' OR 1=1 --")] == [[harbour], [lab], [], []]
    assert len(made) == 1
    assert query("harbour")[0].read_at, "what the manager adds comes too"


def test_rows_that_come_later_are_found() -> None:
    query = Prepared(lambda cluster: Namespace.objects.filter(cluster=cluster).values_list("name", flat=True), 1)
    harbour = people.cluster("harbour")
    assert query(harbour.pk) == []
    Namespace.objects.create(cluster=harbour, uid="u", resource_version="1", name="shop", created=ago(), detail=b"{}")
    assert query(harbour.pk) == ["shop"]


def test_moments_are_compared_as_moments() -> None:
    query = Prepared(lambda since: User.objects.filter(last_login__gt=since), 1)
    ada = people.person("ada")
    ada.last_login = timezone.now()
    ada.save()
    assert query(timezone.now() - timedelta(minutes=1)) == [ada]
    assert query(timezone.now() + timedelta(minutes=1)) == []


def test_what_is_joined_costs_no_second_query() -> None:
    query = Prepared(lambda pk: User.objects.select_related("preference").filter(pk=pk), 1)
    ada, bob = people.person("ada"), people.person("bob")
    Preference.keep(ada, theme="dark")
    query(ada.pk)
    with CaptureQueriesContext(connection) as captured:
        themes = [Preference.of(query(user.pk)[0]).theme for user in (ada, bob)]
    assert themes == ["dark", "auto"]
    assert len(captured) == 2


def test_what_is_left_out_is_read_when_it_is_asked_for() -> None:
    harbour = people.cluster("harbour")
    pods(harbour, 1)
    made = pod(harbour, "web", detail=b'{"a": 1}')
    query = Prepared(lambda name: type(made).objects.defer("detail").filter(name=name), 1)
    [found] = query("web")
    assert "detail" in found.get_deferred_fields()
    assert bytes(found.detail) == b'{"a": 1}'
