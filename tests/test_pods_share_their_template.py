"""Pods of a workload share what is kept of their containers and volumes, and each reads back as it was."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from clusters.derived import kept_once, templates
from clusters.derived.templates import whole_pod
from clusters.kinds import KINDS
from clusters.kube import objects
from clusters.kube.watch_events import EventDecoder
from clusters.kube.watching import Changes
from clusters.models import Cluster, Pod, PodTemplate, SetAside
from clusters.store import KindStore
from tests import people
from tests.rows import opened

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_modes]

KIND = KINDS["pods"]
HUSH = "a password that somebody wrote into a manifest"


def manifest(name: str, token: str, **spec: Any) -> dict[str, Any]:
    """A pod of a replica set, as the API server gives it."""
    volume = f"kube-api-access-{token}"
    owner = {"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "web-1", "uid": "uid-web-1", "controller": True}
    container = {
        "name": "web",
        "image": "registry.example/web:1",
        "env": [{"name": "PASSWORD", "value": HUSH}],
        "resources": {"requests": {"cpu": "100m"}, "limits": {"memory": "64Mi"}},
        "volumeMounts": [{"name": volume, "mountPath": "/var/run/secrets/kubernetes.io/serviceaccount"}],
    }
    return {
        "metadata": {
            "name": name,
            "namespace": "shop",
            "uid": f"uid-{name}",
            "resourceVersion": "1",
            "generation": 3,
            "creationTimestamp": "2026-11-01T10:00:00Z",
            "labels": {"app": "web"},
            "ownerReferences": [owner],
        },
        "spec": {
            "nodeName": "node1",
            "containers": [container],
            "volumes": [{"name": volume, "projected": {"sources": []}}],
            **spec,
        },
        "status": {"phase": "Running", "podIPs": [{"ip": "10.0.0.1"}]},
    }


@pytest.fixture
def cluster() -> Cluster:
    return people.cluster("harbour")


@pytest.fixture
def store(cluster: Cluster) -> KindStore:
    return opened(cluster)


@pytest.fixture
def changed(store: KindStore) -> Callable[..., None]:
    """Pods were added or changed on the server."""
    assert KIND.watched
    decoder: EventDecoder[Any] = EventDecoder(KIND.watched)

    def change(*pods: dict[str, Any]) -> None:
        lines = [json.dumps({"type": "ADDED", "object": pod}).encode() for pod in pods]
        for batch in decoder.batches(lines):
            changes = Changes(list(batch.upserts.values()), batch.deleted, list(batch.broken.values()), "1")
            store.apply(changes)

    return change


def test_a_template_is_kept_once_and_every_pod_reads_back_whole(changed: Callable[..., None]) -> None:
    pods = [manifest(f"web-1-{token}", token) for token in ("abcde", "fghij")]
    changed(*pods)
    assert PodTemplate.objects.count() == 1
    for pod in pods:
        row = Pod.objects.get(name=pod["metadata"]["name"])
        assert whole_pod(row) == objects.decode(objects.Pod, json.dumps(pod).encode())


def test_a_batch_that_is_written_again_is_written_the_same(store: KindStore) -> None:
    assert KIND.watched
    pod = objects.decode(KIND.watched, json.dumps(manifest("web-1-abcde", "abcde")).encode())
    for _ in range(2):
        store.apply(Changes([pod], [], [], "1"))
    assert [each.name for each in whole_pod(Pod.objects.get()).spec.containers] == ["web"]


def test_values_of_variables_are_kept_neither_with_the_pod_nor_with_its_template(changed: Callable[..., None]) -> None:
    changed(manifest("web-1-abcde", "abcde"))
    kept = bytes(Pod.objects.get().detail) + bytes(PodTemplate.objects.get().detail)
    assert b"PASSWORD" in kept
    assert HUSH.encode() not in kept


def test_a_pod_that_is_resized_leaves_the_others_as_they_are(changed: Callable[..., None]) -> None:
    pods = [manifest(f"web-1-{token}", token) for token in ("abcde", "fghij")]
    changed(*pods)
    pods[0]["spec"]["containers"][0]["resources"]["requests"]["cpu"] = "2"
    changed(pods[0])
    requests = {row.name: whole_pod(row).spec.containers[0].resources.requests for row in Pod.objects.all()}
    assert requests == {"web-1-abcde": {"cpu": "2"}, "web-1-fghij": {"cpu": "100m"}}
    assert set(Pod.objects.values_list("name", "cpu_request")) == {("web-1-abcde", 2000), ("web-1-fghij", 100)}


def test_a_pod_without_containers_as_go_writes_it_has_none(changed: Callable[..., None]) -> None:
    changed(manifest("web-1-abcde", "abcde", containers=None, volumes=None))
    assert whole_pod(Pod.objects.get()).spec.containers == []


def test_containers_that_cannot_be_read_set_only_their_pod_aside(changed: Callable[..., None]) -> None:
    changed(manifest("odd", "abcde", containers=[{"name": 5}]), manifest("fine", "fghij"))
    assert [row.name for row in Pod.objects.all()] == ["fine"]
    assert SetAside.objects.get().key == "uid-odd"


def test_templates_that_no_pod_has_any_more_are_forgotten(
    changed: Callable[..., None], store: KindStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept_once, "FEWEST_TO_PRUNE", 1)
    store._templates = templates.PodTemplates(store._cluster_id)
    pod = manifest("web-1-abcde", "abcde")
    changed(pod)
    pod["spec"]["containers"][0]["image"] = "registry.example/web:2"
    changed(pod)
    assert PodTemplate.objects.get().number == Pod.objects.get().template
