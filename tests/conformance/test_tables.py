"""Tables: the simulator prints every object of a real cluster as that cluster's own server prints it."""

import secrets
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from simulator.api.tables import table_of
from simulator.api.tables.columns import PLAIN
from simulator.kinds import KINDS, NAMESPACES, NODE_METRICS, POD_METRICS, Kind
from tests.conformance.zoo import fill
from tests.harness.kubernetes_api import TABLE, KubernetesApi
from tests.test_pod_states_equal_kubectl import bring_about, leaving

LISTED = [kind for kind in KINDS if "list" in kind.verbs and kind not in (NODE_METRICS, POD_METRICS)]
PRINTED = [kind for kind in LISTED if table_of(kind) is not PLAIN]
STEP = timedelta(milliseconds=100)


@pytest.fixture(scope="module")
def filled(real_api: KubernetesApi) -> Iterator[KubernetesApi]:
    """A real cluster with something of everything."""
    names = [f"test-{secrets.token_hex(4)}" for _ in range(2)]
    for name in names:
        real_api.create("/api/v1/namespaces", {"metadata": {"name": name}})
    pods = real_api.kubectl.within(names[1])
    try:
        fill(real_api, names[0])
        bring_about(pods)
        yield real_api
    finally:
        pods("patch", "pods", *leaving(), "--type=merge", "-p", '{"metadata": {"finalizers": null}}')
        for name in names:
            real_api.ask("DELETE", f"/api/v1/namespaces/{name}")


def path(kind: Kind) -> str:
    return f"/{'apis' if kind.group else 'api'}/{kind.api_version}/{kind.plural}"


def by_kind(kind: Kind) -> str:
    return kind.plural


def ours_beside(kind: Kind, row: Any, moments: list[datetime]) -> list[Any]:
    """Our cells: as they were at a moment of the request at which they are the real server's, else at its end."""
    cells = [table_of(kind).cells(row["object"], moment) for moment in moments]
    return row["cells"] if row["cells"] in cells else cells[-1]


@pytest.mark.parametrize("kind", PRINTED, ids=by_kind)
def test_every_cell_is_the_real_servers(filled: KubernetesApi, kind: Kind) -> None:
    start = datetime.now(UTC)
    table = filled.get(path(kind), {"includeObject": "Object"}, accept=TABLE)
    moments = [start + number * STEP for number in range((datetime.now(UTC) - start) // STEP + 2)]
    rows = table["rows"] or []
    assert [ours_beside(kind, row, moments) for row in rows] == [row["cells"] for row in rows]
    assert [table_of(kind).conditions(row["object"]) for row in rows] == [row.get("conditions", []) for row in rows]


@pytest.mark.parametrize("kind", PRINTED, ids=by_kind)
def test_every_column_is_the_real_servers(filled: KubernetesApi, kind: Kind) -> None:
    """But for the descriptions, which are Kubernetes' documentation of fields."""
    table = filled.get(path(kind), {"limit": 1}, accept=TABLE)
    theirs = [{**column, "description": ""} for column in table["columnDefinitions"]]
    assert [column.definition() for column in table_of(kind).columns] == theirs


def test_what_is_printed_of_everything(filled: KubernetesApi) -> None:
    """Where nothing exists to print, the first test shows nothing."""
    empty = {kind.plural for kind in PRINTED if not filled.get(path(kind), {"limit": 1})["items"]}
    assert empty <= {"customresourcedefinitions", "ingressclasses", "persistentvolumes", "storageclasses"}


@pytest.mark.parametrize(("include", "kind"), [("", "PartialObjectMetadata"), ("Object", "Namespace"), ("None", None)])
def test_what_comes_with_a_row(api: KubernetesApi, include: str, kind: str | None) -> None:
    table = api.get(path(NAMESPACES), {"includeObject": include, "limit": 1}, accept=TABLE)
    assert (table["kind"], table["apiVersion"]) == ("Table", "meta.k8s.io/v1")
    found = table["rows"][0]["object"]
    assert (found and found["kind"]) == kind


def test_a_row_may_come_without_what_is_none(api: KubernetesApi) -> None:
    answer = api.ask("GET", path(NAMESPACES), query={"includeObject": "Half"}, accept=TABLE)
    words = (
        'Unable to convert to Table as requested: includeObject: Invalid value: "Half": '
        "must be 'Metadata', 'Object', 'None', or empty"
    )
    assert answer.refusal == (400, "BadRequest", words)


def test_one_object_is_a_table_of_one_row(api: KubernetesApi) -> None:
    table = api.get(f"{path(NAMESPACES)}/default", accept=TABLE)
    assert [row["cells"][:2] for row in table["rows"]] == [["default", "Active"]]
    assert table["metadata"]["resourceVersion"] == table["rows"][0]["object"]["metadata"]["resourceVersion"]


def test_metadata_alone(api: KubernetesApi) -> None:
    form = "application/json;as=PartialObjectMetadata{};v=v1;g=meta.k8s.io"
    one = api.get(f"{path(NAMESPACES)}/default", accept=form.format(""))
    assert (one["kind"], set(one)) == ("PartialObjectMetadata", {"kind", "apiVersion", "metadata"})
    several = api.get(path(NAMESPACES), accept=form.format("List"))
    assert several["kind"] == "PartialObjectMetadataList"
    assert "default" in [item["metadata"]["name"] for item in several["items"]]


def test_kubectl_prints_both_alike(api: KubernetesApi) -> None:
    rows = {row["NAME"]: row["STATUS"] for row in api.kubectl.rows("get", "namespaces")}
    assert rows["kube-system"] == "Active"
