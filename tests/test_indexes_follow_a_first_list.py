"""A large first list is complete with its rows; the indexes that pages sort and filter by follow step by step."""

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from django.db import connection

from clusters.indexes import build_next
from clusters.kinds import KINDS
from clusters.kube.watching import Changes, Page
from clusters.models import Cluster, Pod, Watch
from clusters.store import KindStore
from tests import people
from tests.rows import empty_search_indexes, opened

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_modes]

KIND = KINDS["pods"]
ALL = {index.name for index in Pod._meta.indexes}


def pod(name: str) -> Any:
    metadata = {
        "name": name,
        "namespace": "shop",
        "uid": f"uid-{name}",
        "resourceVersion": "1",
        "creationTimestamp": "2026-11-01T10:00:00Z",
    }
    return msgspec.convert({"metadata": metadata, "status": {"phase": "Running"}}, KIND.struct)


@pytest.fixture
def cluster() -> Cluster:
    return people.cluster("harbour")


@pytest.fixture
def store(cluster: Cluster) -> KindStore:
    return opened(cluster)


@pytest.fixture(autouse=True)
def _as_they_were(transactional_db: None) -> Iterator[None]:
    empty_search_indexes()
    yield
    while not build_next(KIND):
        pass


def first_list(store: KindStore, *names: str) -> None:
    store.begin_list()
    store.collect(Page([pod(name) for name in names], []))
    store.write_collected()
    store.finish_list("5")


def indexes() -> set[str]:
    with connection.cursor() as cursor:
        found = connection.introspection.get_constraints(cursor, Pod._meta.db_table)
    return ALL & found.keys()


def test_a_list_is_complete_before_its_indexes_are_there(store: KindStore) -> None:
    first_list(store, "web-0", "web-1")
    assert Watch.objects.get().listed_at
    assert Pod.objects.count() == 2
    assert not indexes()


def test_changes_are_written_between_one_index_and_the_next(store: KindStore) -> None:
    first_list(store, "web-0")
    assert not store.fill_indexes()
    assert len(indexes()) == 1
    store.apply(Changes([pod("web-1")], ["uid-web-0"], [], "6"))
    while not store.fill_indexes():
        pass
    assert indexes() == ALL
    assert set(Pod.objects.values_list("name", flat=True)) == {"web-1"}


def test_a_process_that_goes_on_builds_what_is_missing(cluster: Cluster, store: KindStore) -> None:
    first_list(store, "web-0")
    again = KindStore(cluster.pk, KIND, Cluster.objects.get().fence)
    while not again.fill_indexes():
        pass
    assert indexes() == ALL


def test_indexes_stay_where_another_cluster_has_rows(cluster: Cluster, store: KindStore) -> None:
    first_list(store, "web-0")
    while not store.fill_indexes():
        pass
    other = people.cluster("beacon")
    first_list(opened(other), "web-9")
    assert indexes() == ALL
