"""From the API server's JSON to our fields and back: nothing we use is lost, nothing we must not keep is kept."""

import json
from datetime import UTC, datetime
from typing import Any, get_args, get_origin

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clusters.kinds import KINDS, Kind
from clusters.kube.objects import Deployment, Node, Pod, Struct, decode, encode
from tests.manifests import ago, deployment, metadata, node, pod

SCALARS: dict[Any, st.SearchStrategy[Any]] = {
    str: st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
    int: st.integers(0, 2**31),
    float: st.just(0.5),
    bool: st.booleans(),
    datetime: st.datetimes(timezones=st.just(UTC)),
    type(None): st.none(),
}


def values(of: Any) -> st.SearchStrategy[Any]:
    """Values of a field's type; of a struct, any of its fields are left at their defaults."""
    if of in SCALARS:
        return SCALARS[of]
    if isinstance(of, type) and issubclass(of, Struct):
        return st.deferred(lambda: structs(of))
    inner = [values(item) for item in get_args(of)]
    if get_origin(of) is list:
        return st.lists(inner[0], max_size=2)
    return st.dictionaries(*inner, max_size=2) if get_origin(of) is dict else st.one_of(*inner)


def structs(kind: type[Struct]) -> st.SearchStrategy[Any]:
    fields = msgspec.structs.fields(kind)
    required = {field.name: values(field.type) for field in fields if field.required}
    optional = {field.name: values(field.type) for field in fields if not field.required}
    return st.fixed_dictionaries(required, optional=optional).map(lambda chosen: kind(**chosen))


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.plural)
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_what_is_kept_of_an_object_reads_back_the_same(kind: Kind, data: st.DataObject) -> None:
    obj = data.draw(structs(kind.struct))
    assert decode(kind.struct, encode(obj)) == obj


def test_values_of_variables_annotations_and_managed_fields_are_not_kept() -> None:
    manifest = pod("shop", "web-1")
    manifest["metadata"] |= {
        "annotations": {"kubectl.kubernetes.io/last-applied-configuration": "hush-annotation"},
        "managedFields": [{"manager": "hush-manager"}],
    }
    reference = {"secretKeyRef": {"name": "login", "key": "password"}}
    manifest["spec"]["containers"][0]["env"] = [
        {"name": "TOKEN", "value": "hush-value"},
        {"name": "PASSWORD", "valueFrom": reference},
    ]
    kept = encode(decode(Pod, json.dumps(manifest).encode()))
    assert b"hush" not in kept
    assert [variable.source for variable in decode(Pod, kept).spec.containers[0].env] == [
        "set in the pod",
        "Secret login, key password",
    ]


def test_null_counts_as_absent() -> None:
    nothing = {"containers": None, "initContainers": None, "nodeSelector": None, "nodeName": None}
    statuses = {"containerStatuses": None, "conditions": [None], "podIPs": None}
    raw = {"metadata": {**metadata("web-1", "shop"), "labels": None}, "spec": nothing, "status": statuses}
    read = decode(Pod, json.dumps(raw).encode())
    assert (read.spec.containers, read.status.conditions, read.metadata.labels) == ([], [], {})
    assert KINDS["pods"].row(read)


def test_an_object_of_an_api_from_tomorrow_is_read() -> None:
    manifest = node("node-1")
    manifest["spec"]["somethingNew"] = [{"deep": {"er": 1}}]
    manifest["status"]["conditions"].append({"type": "NeverHeardOf", "status": "Perhaps"})
    read = decode(Node, json.dumps(manifest).encode())
    assert read.status.conditions[-1].status == "Perhaps"


@pytest.mark.parametrize(("surge", "unavailable"), [(1, "25%"), ("50%", 0)])
def test_a_share_of_pods_may_be_a_number_or_a_percentage(surge: int | str, unavailable: int | str) -> None:
    manifest = deployment("shop", "web")
    manifest["spec"]["strategy"]["rollingUpdate"] = {"maxSurge": surge, "maxUnavailable": unavailable}
    strategy = decode(Deployment, json.dumps(manifest).encode()).spec.strategy.rolling_update
    assert strategy is not None
    assert (strategy.max_surge, strategy.max_unavailable) == (surge, unavailable)


def test_the_last_year_of_the_calendar_is_a_date() -> None:
    manifest = pod("shop", "web-1")
    manifest["metadata"]["creationTimestamp"] = "9999-12-31T23:59:59Z"
    read = decode(Pod, json.dumps(manifest).encode())
    assert read.metadata.creation_timestamp == datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)


@pytest.mark.parametrize(
    ("place", "value", "said"),
    [
        ("creationTimestamp", "yesterday", r"\$\.metadata\.creationTimestamp"),
        ("creationTimestamp", "10000-01-01T00:00:00Z", r"\$\.metadata\.creationTimestamp"),
        ("labels", ["app"], r"\$\.metadata\.labels"),
        ("name", 7, r"\$\.metadata\.name"),
    ],
)
def test_garbage_is_refused_with_its_place(place: str, value: object, said: str) -> None:
    manifest = {"metadata": {**metadata("web-1", "shop", creationTimestamp=ago(hours=1)), place: value}}
    with pytest.raises(msgspec.ValidationError, match=said):
        decode(Pod, json.dumps(manifest).encode())
