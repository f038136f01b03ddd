"""A batch is written whole or not at all, numbered, by one owner; a hostile object keeps no other out."""

from typing import Any

import msgspec
import pytest

from clusters.kinds import KINDS
from clusters.kube.watch_events import Broken
from clusters.kube.watching import Changes, Page
from clusters.models import Cluster, Pod, SetAside, Watch
from clusters.store import Applied, Fenced, KindStore
from tests import people
from tests.rows import opened

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_modes]


def pod(name: str, version: int = 1, **parts: Any) -> Any:
    metadata = {
        "name": name,
        "namespace": "default",
        "uid": f"uid-{name}",
        "resourceVersion": str(version),
        "creationTimestamp": "2026-11-01T10:00:00Z",
    }
    return msgspec.convert({"metadata": metadata, **parts}, KINDS["pods"].struct)


def running(name: str, version: int = 1) -> Any:
    return pod(name, version, status={"phase": "Running"})


@pytest.fixture(params=["a quantity that is none", "a number that no column holds"])
def hostile(request: pytest.FixtureRequest) -> Any:
    """A pod that decodes and yet has no row, by our own refusal or by the database's."""
    if request.param == "a quantity that is none":
        container = {"name": "app", "resources": {"requests": {"memory": "lots"}}}
        return pod("odd", spec={"containers": [container]})
    return pod("odd", status={"containerStatuses": [{"name": "app", "restartCount": 2**70}]})


@pytest.fixture
def cluster() -> Cluster:
    return people.cluster("harbour")


@pytest.fixture
def store(cluster: Cluster) -> KindStore:
    return opened(cluster)


def names() -> set[str]:
    return set(Pod.objects.values_list("name", flat=True))


def apply(store: KindStore, *upserts: Any, deleted: list[str] | None = None, version: str = "9") -> Applied:
    applied = store.apply(Changes(list(upserts), deleted or [], [], version))
    assert applied
    return applied


def test_an_object_that_fits_no_row_is_set_aside_and_the_others_are_kept(store: KindStore, hostile: Any) -> None:
    applied = apply(store, running("one"), hostile, running("two"))
    assert names() == {"one", "two"}
    assert applied.uids == frozenset(("uid-one", "uid-odd", "uid-two"))
    aside = SetAside.objects.get()
    assert aside.key == "uid-odd"
    assert aside.reason


def test_an_object_set_aside_comes_back_when_it_fits(store: KindStore, hostile: Any) -> None:
    apply(store, hostile)
    apply(store, running("odd"))
    assert names() == {"odd"}
    assert not SetAside.objects.exists()


def test_a_row_whose_object_stops_fitting_is_not_shown_as_it_was(store: KindStore, hostile: Any) -> None:
    apply(store, running("odd"))
    apply(store, hostile)
    assert names() == set()


def test_an_object_set_aside_and_deleted_is_forgotten(store: KindStore, hostile: Any) -> None:
    apply(store, hostile)
    apply(store, deleted=["uid-odd"])
    assert not SetAside.objects.exists()


def test_an_object_set_aside_that_a_list_no_longer_names_is_forgotten(cluster: Cluster, store: KindStore) -> None:
    store.begin_list()
    store.collect(Page([running("one")], [Broken("uid-odd", "Expected `object`, got `str`.")]))
    store.finish_list("5")
    assert SetAside.objects.count() == 1
    store.begin_list()
    store.collect(Page([running("one")], []))
    store.finish_list("6")
    assert not SetAside.objects.exists()
    assert names() == {"one"}


def test_an_object_set_aside_that_the_next_list_can_read_is_kept(store: KindStore) -> None:
    for version, page in (("5", Page([], [Broken("uid-odd", "?")])), ("6", Page([running("odd")], []))):
        store.begin_list()
        store.collect(page)
        store.finish_list(version)
    assert names() == {"odd"}
    assert not SetAside.objects.exists()


def test_an_object_that_becomes_readable_during_a_list_is_kept(store: KindStore) -> None:
    store.begin_list()
    store.collect(Page([], [Broken("uid-odd", "?")]))
    store.collect(Page([running("odd")], []))
    store.finish_list("5")
    assert names() == {"odd"}
    assert not SetAside.objects.exists()


def test_an_object_set_aside_in_an_early_page_survives_the_end_of_the_list(store: KindStore, hostile: Any) -> None:
    store.begin_list()
    store.collect(Page([hostile], []))
    store.write_collected()
    store.collect(Page([running("one")], []))
    store.finish_list("5")
    assert [aside.key for aside in SetAside.objects.all()] == ["uid-odd"]


def test_batches_are_numbered_and_the_version_moves_with_the_rows(cluster: Cluster, store: KindStore) -> None:
    first, second = apply(store, running("one"), version="11"), apply(store, running("two"), version="12")
    assert (first.sequence, second.sequence) == (1, 2)
    watch = Watch.objects.get()
    assert (watch.sequence, watch.resource_version) == (2, "12")


def test_an_overtaken_store_changes_neither_rows_nor_version(cluster: Cluster, store: KindStore) -> None:
    apply(store, running("one"), version="11")
    Cluster.objects.update(lease_until=None)
    newer = opened(cluster)
    apply(newer, running("one", version=12), version="12")
    with pytest.raises(Fenced):
        apply(store, running("one", version=11), running("late"), deleted=["uid-one"], version="13")
    assert dict(Pod.objects.values_list("name", "resource_version")) == {"one": "12"}
    assert Watch.objects.get().resource_version == "12"


def test_many_changes_are_not_named_one_by_one(store: KindStore) -> None:
    store.begin_list()
    store.collect(Page([running(f"pod-{number}") for number in range(600)], []))
    assert store.finish_list("5").uids is None
    assert len(names()) == 600


def test_a_list_deletes_what_the_server_no_longer_has(store: KindStore) -> None:
    store.begin_list()
    store.collect(Page([running(f"pod-{number}") for number in range(1200)], []))
    store.finish_list("5")
    store.begin_list()
    store.collect(Page([running("pod-7")], []))
    store.finish_list("6")
    assert names() == {"pod-7"}


def test_only_the_last_of_several_versions_in_a_batch_is_kept(store: KindStore) -> None:
    apply(store, running("one", 1), running("one", 3))
    assert dict(Pod.objects.values_list("name", "resource_version")) == {"one": "3"}


def test_a_bookmark_moves_the_version(store: KindStore) -> None:
    apply(store, version="77")
    assert Watch.objects.get().resource_version == "77"


def test_a_word_without_news_writes_nothing(store: KindStore) -> None:
    apply(store, version="77")
    assert store.apply(Changes([], [], [], "77")) is None
