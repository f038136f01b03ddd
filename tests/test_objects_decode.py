"""Objects as API servers write them, nulls and news included, are read; what must not be kept is not."""

import json
from typing import Any

import msgspec
import pytest

from clusters.kinds import KINDS
from clusters.kube import objects
from tests import manifests
from tests.harness.kubectl import Kubectl
from tests.pod_states import CONTAINER

CANARY = "canary-4f1d"


def read(kind: str, manifest: manifests.Manifest) -> Any:
    return objects.decode(KINDS[kind].struct, json.dumps(manifest).encode())


def detail(kind: str, manifest: manifests.Manifest) -> bytes:
    """What a row would keep of the object."""
    known = KINDS[kind]
    kept = known.row(read(kind, manifest))[known.columns.index("detail")]
    assert isinstance(kept, bytes)
    return kept


@pytest.mark.parametrize("plural", KINDS)
def test_what_a_cluster_holds_reads_the_same_from_its_row(kubectl: Kubectl, plural: str) -> None:
    for item in kubectl.json("get", plural, "--all-namespaces")["items"]:
        found = read(plural, item)
        assert objects.decode(KINDS[plural].struct, objects.encode(found)) == found


def test_a_null_counts_as_absent() -> None:
    pod = manifests.pod("shop", "web")
    pod["metadata"] |= {"labels": None, "ownerReferences": None, "deletionTimestamp": None}
    pod["spec"] = {"containers": None, "initContainers": [{"name": "a", "env": None, "resources": None}, None]}
    pod["status"] |= {"conditions": [{"type": "Ready", "status": "True", "lastTransitionTime": None}]}
    pod["status"]["containerStatuses"][0]["state"] = {"running": {"startedAt": None}}
    found = read("pods", pod)
    assert found.metadata.labels == {}
    assert found.spec.containers == []
    assert [item.name for item in found.spec.init_containers] == ["a"]
    assert found.status.condition("Ready").last_transition_time is None
    assert found.status.container_statuses[0].state.running.started_at is None


def test_a_workload_without_selector_and_containers_is_read() -> None:
    workload = manifests.deployment("shop", "web")
    workload["spec"] |= {"selector": None, "template": {"metadata": {"creationTimestamp": None}}}
    workload["spec"]["template"]["spec"] = {"containers": None}
    assert read("deployments", workload).spec.template.spec.containers == []


def test_an_object_without_creation_time_has_no_row() -> None:
    pod = manifests.pod("shop", "web")
    pod["metadata"]["creationTimestamp"] = None
    with pytest.raises(ValueError, match="no creationTimestamp"):
        detail("pods", pod)


def test_values_of_variables_are_never_kept() -> None:
    pod = manifests.pod("shop", "web")
    pod["spec"]["containers"] = [{**CONTAINER, "env": [{"name": "PASSWORD", "value": CANARY}]}]
    pod["metadata"]["annotations"] = {"kubectl.kubernetes.io/last-applied-configuration": CANARY}
    kept = detail("pods", pod)
    assert b"PASSWORD" in kept
    assert CANARY.encode() not in kept


def test_managed_fields_are_dropped() -> None:
    pod = manifests.pod("shop", "web")
    pod["metadata"]["managedFields"] = [{"manager": CANARY}]
    assert CANARY.encode() not in detail("pods", pod)


def test_words_and_fields_of_later_versions_are_read() -> None:
    pod = manifests.pod("shop", "web", phase="Hibernating", newField={"a": [1]})
    assert read("pods", pod).status.phase == "Hibernating"


def test_the_last_year_is_read() -> None:
    pod = manifests.pod("shop", "web")
    pod["metadata"]["creationTimestamp"] = "9999-12-31T23:59:59Z"
    found = read("pods", pod)
    assert found.metadata.creation_timestamp.year == 9999
    assert objects.decode(objects.Pod, objects.encode(found)) == found


@pytest.mark.parametrize("raw", [b"", b"[]", b"{", b'{"metadata": 1}', b'{"metadata": null}', b"{}"])
def test_what_is_no_object_is_refused(raw: bytes) -> None:
    with pytest.raises(msgspec.MsgspecError):
        objects.decode(objects.Pod, raw)
