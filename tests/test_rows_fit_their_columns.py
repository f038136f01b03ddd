"""Whatever a cluster says, the values of a row fit the columns of its table."""

import json

import pytest
from django.db import models

from clusters.kinds import KINDS, Kind
from clusters.kube.objects import decode
from tests import manifests
from tests.manifests import Manifest, condition

LONG = "x" * 5000
WEB = manifests.deployment("shop", "web")
OBJECTS: dict[str, Manifest] = {
    "nodes": manifests.node("node-1"),
    "namespaces": {"metadata": manifests.metadata("shop"), "status": {"phase": LONG}},
    "deployments": WEB,
    "replicasets": manifests.replica_set(WEB, "5d8f", 10**30, replicas=1),
    "pods": manifests.pod("shop", "web-1", phase=LONG, reason=LONG, qosClass=LONG),
    "events": manifests.event(WEB, "BackOff", LONG, kind=LONG),
}
OBJECTS["nodes"]["status"]["nodeInfo"] = {"kubeletVersion": LONG, "osImage": LONG, "kernelVersion": LONG}
OBJECTS["nodes"]["metadata"]["labels"] = {f"node-role.kubernetes.io/{number}": "" for number in range(200)}
OBJECTS["events"] |= {"reason": LONG, "source": {"component": LONG, "host": LONG}}
OBJECTS["pods"]["status"]["conditions"] = [
    condition("PodScheduled", "False", reason="Unschedulable", message=f"none: {LONG}")
]


def cells(kind: Kind) -> dict[str, object]:
    row = kind.row(decode(kind.struct, json.dumps(OBJECTS[kind.plural]).encode()))
    return dict(zip(kind.columns, row, strict=True))


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.plural)
def test_every_column_of_the_table_has_a_value(kind: Kind) -> None:
    assert {"id", "cluster_id", *kind.columns} == {field.column for field in kind.model._meta.concrete_fields}


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.plural)
def test_no_value_is_longer_than_its_column(kind: Kind) -> None:
    for column, value in cells(kind).items():
        field = kind.model._meta.get_field(column)
        if isinstance(field, models.CharField):
            assert isinstance(value, str)
            assert len(value) <= (field.max_length or 0), column


def test_a_message_is_cut_before_it_fills_the_database() -> None:
    assert cells(KINDS["events"])["message"] == LONG[:4000]


def test_a_nul_in_a_message_is_replaced() -> None:
    events = KINDS["events"]
    manifest = manifests.event(WEB, "Unhealthy", "Readiness probe failed: \0")
    row = dict(zip(events.columns, events.row(decode(events.struct, json.dumps(manifest).encode())), strict=True))
    assert row["message"] == "Readiness probe failed: \ufffd"


def test_a_revision_that_is_no_small_number_counts_as_none() -> None:
    assert cells(KINDS["replicasets"])["revision"] == 0


def test_an_object_that_was_never_created_is_refused() -> None:
    pods = KINDS["pods"]
    with pytest.raises(ValueError, match="creationTimestamp"):
        pods.row(decode(pods.struct, b'{"metadata": {"name": "web-1"}}'))
