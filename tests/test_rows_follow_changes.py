"""A change moves every column of a row that it touches, in whatever company it comes."""

import json
from typing import Any

import pytest

from clusters import upserts
from clusters.kinds import KINDS
from clusters.kube.objects import decode
from clusters.kube.watching import Changes, Page
from clusters.models import Cluster, Pod, SetAside
from clusters.store import KindStore
from tests import people
from tests.manifests import ago, pod
from tests.rows import opened

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_modes]

KIND = KINDS["pods"]
TOO_LARGE = 2**63


@pytest.fixture
def cluster() -> Cluster:
    return people.cluster("harbour")


@pytest.fixture
def store(cluster: Cluster) -> KindStore:
    return opened(cluster)


def read(manifest: dict[str, Any]) -> Any:
    assert KIND.watched
    return decode(KIND.watched, json.dumps(manifest).encode())


def columns(manifest: dict[str, Any]) -> dict[str, Any]:
    """What the pod's row must hold."""
    assert KIND.shared
    row, _ = KIND.shared(read(manifest))
    found = dict(zip(KIND.columns, row, strict=True))
    return found | {"labels": json.loads(found["labels"])}


def kept(manifest: dict[str, Any]) -> dict[str, Any]:
    """What it holds."""
    found: dict[str, Any] = Pod.objects.filter(uid=manifest["metadata"]["uid"]).values(*KIND.columns).get()
    return found | {"detail": bytes(found["detail"])}


def moved(manifest: dict[str, Any]) -> dict[str, Any]:
    """The pod as it is once it was placed, has restarted, has other labels and another owner."""
    ended = {"terminated": {"exitCode": 1, "finishedAt": ago(minutes=1)}}
    status = {"name": "web", "ready": False, "restartCount": 7, "state": {"running": {}}, "lastState": ended}
    owner = {"kind": "ReplicaSet", "name": "web-2", "uid": "uid-web-2", "controller": True}
    changes = {"resourceVersion": "2", "labels": {"app": "other"}, "ownerReferences": [owner]}
    return {
        **manifest,
        "metadata": manifest["metadata"] | changes,
        "spec": manifest["spec"] | {"nodeName": "node9"},
        "status": {"phase": "Running", "podIPs": [{"ip": "10.0.0.9"}], "containerStatuses": [status]},
    }


def test_every_column_follows(store: KindStore) -> None:
    before, other = pod("shop", "web-1"), pod("shop", "web-2")
    store.apply(Changes([read(before), read(other)], [], [], "1"))
    after = moved(before)
    assert {name for name, value in columns(after).items() if value != columns(before)[name]} >= {
        *("labelset", "owner_name", "severity", "restarts", "last_restart", "node", "ip", "detail"),
    }
    store.apply(Changes([read(after), read(other)], [], [], "2"))
    assert kept(after) == columns(after)
    assert kept(other) == columns(other)


def test_a_long_list_with_one_pod_that_no_database_can_hold(store: KindStore) -> None:
    pods = [pod("shop", f"web-{number}") for number in range(upserts.COPIED + 20)]
    pods[7]["status"]["containerStatuses"] = [{"name": "web", "restartCount": TOO_LARGE}]
    store.begin_list()
    store.collect(Page([read(each) for each in pods], []))
    store.finish_list("1")
    assert Pod.objects.count() == len(pods) - 1
    assert SetAside.objects.get().key == pods[7]["metadata"]["uid"]
    assert kept(pods[8]) == columns(pods[8])


def test_a_second_list_replaces_what_differs(store: KindStore) -> None:
    pods = [pod("shop", f"web-{number}") for number in range(upserts.COPIED + 20)]
    for version in ("1", "2"):
        store.begin_list()
        store.collect(Page([read(each) for each in pods], []))
        store.finish_list(version)
        pods = [moved(each) for each in pods]
    assert set(Pod.objects.values_list("node", "restarts")) == {("node9", 7)}
