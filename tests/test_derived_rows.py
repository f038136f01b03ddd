"""Tallies, label sets and the search index say what the rows say, whatever batches came."""

from collections import Counter
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clusters import leases
from clusters.derived import search
from clusters.kinds import KINDS
from clusters.kube.watch_events import Broken
from clusters.kube.watching import Changes, Page
from clusters.models import Cluster, Event, Label, Pod, Tally, Watch
from clusters.store import KindStore
from tests import people
from tests.rows import empty_search_indexes, opened

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_modes]

NAMES = ("checkout-0", "checkout-1", "ledger-0", "search-0")
PHASES = ("Running", "Pending", "Failed", "Succeeded")


def pod(name: str, phase: str = "Running", namespace: str = "shop", team: str = "money") -> Any:
    metadata = {
        "name": name,
        "namespace": namespace,
        "uid": f"uid-{namespace}-{name}",
        "resourceVersion": phase,
        "creationTimestamp": "2026-11-01T10:00:00Z",
        "labels": {"app": name.partition("-")[0], "team": team},
    }
    return msgspec.convert({"metadata": metadata, "status": {"phase": phase}}, KINDS["pods"].struct)


def event(message: str, version: str) -> Any:
    metadata = {
        "name": "checkout-0.1",
        "namespace": "shop",
        "uid": "uid-event",
        "resourceVersion": version,
        "creationTimestamp": "2026-11-01T10:00:00Z",
    }
    about = {"kind": "Pod", "name": "checkout-0", "uid": "uid-shop-checkout-0"}
    fields = {"metadata": metadata, "involvedObject": about, "message": message, "type": "Normal", "reason": "Said"}
    return msgspec.convert(fields, KINDS["events"].struct)


@pytest.fixture(autouse=True)
def _empty_indexes(transactional_db: None) -> None:
    empty_search_indexes()


@pytest.fixture
def cluster() -> Cluster:
    return people.cluster("harbour")


@pytest.fixture
def store(cluster: Cluster) -> KindStore:
    return opened(cluster)


def listed(store: KindStore, *pods: Any) -> None:
    store.begin_list()
    store.collect(Page(list(pods), []))
    store.finish_list("1")


def filled(store: KindStore) -> None:
    while not store.fill_indexes():
        pass


def found(*words: str) -> set[str]:
    ids = search.matching(KINDS["pods"], words, 100)
    assert ids is not None
    return set(Pod.objects.filter(pk__in=ids).values_list("name", flat=True))


def tallied() -> dict[tuple[str, int, str], int]:
    rows = Tally.objects.filter(count__gt=0).values_list("namespace", "severity", "status", "count")
    return {(namespace, severity, status): count for namespace, severity, status, count in rows}


def counted() -> dict[tuple[str, int, str], int]:
    return dict(Counter(Pod.objects.values_list("namespace", "severity", "status")))


changes = st.lists(
    st.tuples(
        st.dictionaries(st.sampled_from(NAMES), st.sampled_from(PHASES), max_size=3),
        st.sets(st.sampled_from(NAMES), max_size=2),
    ),
    max_size=6,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(batches=changes)
def test_tallies_and_search_follow_every_batch(store: KindStore, batches: Any) -> None:
    listed(store)
    filled(store)
    for upserts, deleted in batches:
        gone = [f"uid-shop-{name}" for name in deleted]
        store.apply(Changes([pod(name, phase) for name, phase in upserts.items()], gone, [], "2"))
        assert tallied() == counted()
        there = set(Pod.objects.values_list("name", flat=True))
        assert not there & deleted
        assert found("checkout") == {name for name in there if "checkout" in name}


def test_a_list_counts_anew_whatever_was_wrong_before(store: KindStore) -> None:
    listed(store, pod("ledger-0"), pod("checkout-0", "Failed"))
    Tally.objects.update(count=7)
    listed(store, pod("ledger-0"), pod("checkout-0", "Pending"))
    assert tallied() == counted()


def test_the_first_list_is_searched_row_by_row_until_the_index_is_filled(cluster: Cluster, store: KindStore) -> None:
    pods = KINDS["pods"]
    listed(store, pod("ledger-0"), pod("checkout-0"))
    assert not search.can_search(cluster.pk, pods, ["checkout"])
    filled(store)
    assert search.can_search(cluster.pk, pods, ["checkout"])
    assert found("check") == {"checkout-0"}


def test_a_first_list_leaves_the_index_out_even_when_it_is_asked_to_fill_it(store: KindStore) -> None:
    store.begin_list()
    assert store.fill_indexes()
    store.collect(Page([pod("checkout-0")], []))
    store.write_collected()
    assert Watch.objects.get().searched_to == 0
    store.finish_list("1")
    filled(store)
    assert found("checkout") == {"checkout-0"}


def test_a_server_that_renames_an_object_harms_no_index(store: KindStore) -> None:
    listed(store, pod("checkout-0"))
    filled(store)
    renamed = pod("checkout-0", "Failed")
    renamed.metadata.name = "ledger-9"
    store.apply(Changes([renamed], [], [], "2"))
    store.apply(Changes([], ["uid-shop-checkout-0"], [], "3"))
    store.apply(Changes([pod("search-0")], [], [], "4"))
    assert found("search") == {"search-0"}
    assert tallied() == counted()


def test_an_event_is_found_by_what_it_says_now(cluster: Cluster) -> None:
    events = KindStore(cluster.pk, KINDS["events"], leases.take(cluster.pk, "this process") or 0)
    events.begin_list()
    events.finish_list("1")
    filled(events)
    events.apply(Changes([event("Pulling image", "1")], [], [], "2"))
    events.apply(Changes([event("Back-off restarting", "2")], [], [], "3"))
    assert search.matching(KINDS["events"], ["pulling"], 5) == []
    assert search.matching(KINDS["events"], ["RESTARTING"], 5) == [Event.objects.get().pk]


def test_a_cluster_that_is_deleted_leaves_the_indexes(cluster: Cluster, store: KindStore) -> None:
    listed(store, pod("checkout-0"))
    filled(store)
    [before] = Pod.objects.values_list("pk", flat=True)
    cluster.delete()
    ids = search.matching(KINDS["pods"], ["checkout"], 5)
    assert ids is not None
    assert before not in ids
    assert not Label.objects.exists()
    assert not Tally.objects.exists()


def test_what_changes_while_the_index_is_being_filled_is_in_it_once(store: KindStore) -> None:
    listed(store, pod("ledger-0"), pod("checkout-0"))
    store.apply(Changes([pod("checkout-1")], ["uid-shop-ledger-0"], [], "2"))
    filled(store)
    before = Pod.objects.get(name="checkout-0").pk
    store.apply(Changes([], ["uid-shop-checkout-0"], [], "3"))
    ids = search.matching(KINDS["pods"], ["checkout"], 100)
    assert ids is not None
    assert before not in ids
    assert ids.count(Pod.objects.get(name="checkout-1").pk) == 1
    assert found("ledger") == set()


def test_the_index_knows_how_far_it_is_after_a_restart(cluster: Cluster, store: KindStore) -> None:
    listed(store, pod("ledger-0"))
    filled(store)
    again = KindStore(cluster.pk, KINDS["pods"], Cluster.objects.get().fence)
    again.apply(Changes([pod("search-0")], [], [], "2"))
    assert found("search") == {"search-0"}


def test_too_many_matches_are_none(store: KindStore) -> None:
    listed(store, *(pod(f"web-{number}") for number in range(5)))
    filled(store)
    assert search.matching(KINDS["pods"], ["web"], 4) is None


@pytest.mark.parametrize("word", ['web"', "we%b", "we_b", "we\\b", "' or 1"])
def test_signs_of_the_query_language_mean_themselves(store: KindStore, word: str) -> None:
    listed(store, pod("web-0"))
    filled(store)
    assert found(word) == set()


def test_pods_with_the_same_labels_share_a_set(store: KindStore) -> None:
    listed(store, pod("web-0"), pod("web-1"), pod("web-2", team="search"))
    first, second, other = Pod.objects.order_by("name").values_list("labelset", flat=True)
    assert first == second != other
    assert Label.objects.filter(key="team", value="money").count() == 1


def test_a_set_that_no_pod_has_is_forgotten_with_the_next_list(store: KindStore) -> None:
    listed(store, pod("web-0"), pod("web-1", team="search"))
    listed(store, pod("web-0"))
    assert set(Label.objects.filter(key="team").values_list("value", flat=True)) == {"money"}
    # And noted again when it comes back.
    store.apply(Changes([pod("web-1", team="search")], [], [], "2"))
    assert Label.objects.filter(key="team", value="search").exists()


def test_labels_of_a_batch_that_was_rolled_back_are_written_by_the_next(cluster: Cluster, store: KindStore) -> None:
    listed(store, pod("web-0"))
    Cluster.objects.filter(pk=cluster.pk).update(fence=99)
    with pytest.raises(Exception, match="another process"):
        store.apply(Changes([pod("web-1", team="search")], [], [], "2"))
    Cluster.objects.filter(pk=cluster.pk).update(fence=1)
    store.apply(Changes([pod("web-1", team="search")], [], [], "2"))
    assert Label.objects.filter(key="team", value="search").exists()


def test_sets_that_no_pod_has_are_forgotten_when_there_are_many(
    store: KindStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("clusters.derived.kept_once.FEWEST_TO_PRUNE", 10)
    listed(store)
    for number in range(30):
        store.apply(Changes([pod("web-0", team=f"team-{number}")], [], [], "2"))
    assert Label.objects.filter(key="team").count() < 15
    assert Label.objects.filter(key="team", value="team-29").exists()


def test_labels_that_no_selector_can_name_stop_nothing(store: KindStore) -> None:
    listed(store, pod("web-0", team="x" * 5000), pod("web-1"))
    assert set(Label.objects.filter(key="team").values_list("value", flat=True)) == {"money"}
    assert Pod.objects.count() == 2


def test_the_watch_remembers_how_far_the_index_is(store: KindStore) -> None:
    listed(store, pod("web-0"))
    assert Watch.objects.get().searched_to == 0
    filled(store)
    assert Watch.objects.get().searched_to == search.COMPLETE


def test_a_first_list_that_names_a_pod_twice_counts_it_once(store: KindStore) -> None:
    store.begin_list()
    for phase in ("Pending", "Running"):
        store.collect(Page([pod("checkout-0", phase), pod(f"ledger-{phase}")], []))
        store.write_collected()
    store.finish_list("1")
    assert tallied() == counted()


def test_a_pod_that_is_deleted_during_a_first_list_is_not_counted(store: KindStore) -> None:
    store.begin_list()
    store.collect(Page([pod("checkout-0"), pod("checkout-1")], []))
    store.write_collected()
    store.collect(Page([], [Broken("uid-shop-checkout-0", "It cannot be read any more.")]))
    store.finish_list("1")
    assert tallied() == counted() == {("shop", 5, "Running"): 1}


def test_a_first_list_forgets_what_was_counted_before(cluster: Cluster, store: KindStore) -> None:
    listed(store, pod("checkout-0", team="old"))
    Pod.objects.all().delete()
    listed(store, pod("ledger-0", team="new"))
    assert tallied() == counted()
    assert set(Label.objects.filter(key="team").values_list("value", flat=True)) == {"new"}


def test_a_list_mends_tallies_that_are_wrong(store: KindStore) -> None:
    listed(store, pod("checkout-0"))
    Tally.objects.update(count=7)
    listed(store, pod("checkout-0"), pod("ledger-0"))
    assert tallied() == counted()
