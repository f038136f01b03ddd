"""What a cluster holds becomes rows that read back the same; what has no sense becomes none."""

import json
from typing import Any

import pytest

from clusters.kinds import KINDS
from clusters.kube import objects
from tests import manifests
from tests.harness.kubectl import Kubectl


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
