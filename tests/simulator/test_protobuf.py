"""Protobuf that clients send becomes the object that they meant, or is refused in words."""

from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from simulator.api.protobuf import read_content, unwrapped
from simulator.api.protobuf.decoding import read_message
from simulator.api.protobuf.forms import FORMS
from simulator.api.protobuf.messages import SCALARS, message, message_of
from simulator.api.protobuf.wire import Broken
from simulator.api.schema import Field, field_of
from simulator.kinds import CONFIG_MAPS, CUSTOM_RESOURCE_DEFINITIONS, DEPLOYMENTS, KINDS, PODS, SECRETS, Kind
from tests.simulator.protobuf import Encoder, block, number, objects, varint

_READABLE = [kind for kind in KINDS if message_of(kind)]
_PODS = message_of(PODS)
patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


@pytest.mark.parametrize("kind", [PODS, DEPLOYMENTS, SECRETS, CUSTOM_RESOURCE_DEFINITIONS], ids=lambda kind: kind.kind)
@patient
@given(data=st.data(), packed=st.booleans(), strange=st.booleans())
def test_what_was_sent_is_what_is_read(kind: Kind, data: st.DataObject, packed: bool, strange: bool) -> None:
    obj = data.draw(objects(message_of(kind)))
    body = Encoder(packed=packed, strange=strange).envelope(kind.api_version, kind.kind, obj, message_of(kind))
    said, content = unwrapped(body)
    head = {"apiVersion": kind.api_version, "kind": kind.kind}
    assert said == head
    assert read_content(kind, content) == {**head, **obj}


@patient
@given(st.data())
def test_of_every_message(data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from(_READABLE))
    obj = data.draw(objects(message_of(kind)))
    assert read_message(message_of(kind), Encoder().message(message_of(kind), obj)) == obj


@patient
@given(st.data(), st.binary(max_size=12))
def test_broken_bodies_are_refused_or_read(data: st.DataObject, noise: bytes) -> None:
    """Whatever comes, it is an object or Broken, and no other exception."""
    obj = data.draw(objects(_PODS))
    body = Encoder().envelope("v1", "Pod", obj, _PODS)
    place = data.draw(st.integers(0, len(body)))
    length = data.draw(st.integers(0, 12))
    with suppress(Broken):
        _, content = unwrapped(body[:place] + noise + body[place + length :])
        assert isinstance(read_content(PODS, content), dict)


@pytest.mark.parametrize("kind", _READABLE, ids=lambda kind: kind.resource)
def test_every_field_of_a_kind_has_a_number(kind: Kind) -> None:
    """The fields by number are those that OpenAPI describes, with the same types."""
    seen: set[str] = set()
    _compare(message_of(kind), field_of(kind), seen)


def _compare(name: str, field: Field, seen: set[str]) -> None:
    struct = field.struct
    if name in seen or name in FORMS or struct is None:
        return
    seen.add(name)
    fields = _named(name)
    assert set(struct.fields) - set(fields) <= {"apiVersion", "kind"}, name  # the envelope has these
    assert set(fields) <= set(struct.fields), name
    for key, (kind, shape) in fields.items():
        inner = struct.fields[key]
        assert shape == inner.shape, (name, key)
        if kind not in SCALARS:
            _compare(kind, inner.element, seen)
        elif kind != "bytes":
            assert inner.type in (kind, {"bool": "boolean"}.get(kind), "any"), (name, key)


def _named(name: str) -> dict[str, tuple[str, str]]:
    """Type and shape of each field that JSON shows."""
    found: dict[str, tuple[str, str]] = {}
    for field in message(name).fields.values():
        found |= _named(field.type) if field.inline else {field.name: (field.type, field.shape)}
    return found


def test_numbers_below_zero() -> None:
    spec = number(1, -7) + number(5, 3)
    assert read_message("core.v1.PodSpec", number(4, -1))["terminationGracePeriodSeconds"] == -1
    assert read_message("apps.v1.DeploymentSpec", spec)["replicas"] == -7


def test_an_optional_zero_is_kept_and_another_is_not() -> None:
    spec = read_message("apps.v1.DeploymentSpec", number(1, 0) + number(5, 0) + number(7, 0))
    assert spec == {"replicas": 0}


def test_a_field_that_comes_twice() -> None:
    """The last one counts; structs are merged."""
    body = block(1, block(1, b"one")) + block(1, block(3, b"place")) + block(1, block(1, b"two"))
    assert read_message(message_of(CONFIG_MAPS), body) == {"metadata": {"name": "two", "namespace": "place"}}


def test_an_entry_of_a_map_without_key_or_value() -> None:
    body = block(2, b"") + block(2, block(1, b"sky"))
    assert read_message(message_of(CONFIG_MAPS), body) == {"data": {"": "", "sky": ""}}


def test_a_time_that_is_empty_is_none() -> None:
    assert read_message("meta.v1.ObjectMeta", block(8, b"") + block(9, b"")) == {}


def _nested(depth: int) -> bytes:
    body = b""
    for _ in range(depth):
        body = block(28, body)
    return body


@pytest.mark.parametrize(
    ("name", "body", "words"),
    [
        (_PODS, b"\x0a", "unexpected EOF"),
        (_PODS, b"\x0a\x05abc", "unexpected EOF"),
        (_PODS, b"\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", "unexpected EOF"),
        (_PODS, b"\xff" * 11, "integer overflow"),
        (_PODS, b"\x08\x01", "wrong wireType = 0 for field metadata"),
        (_PODS, b"\x0b", "illegal wireType 3"),
        (_PODS, b"\x00\x00", "illegal tag 0"),
        ("core.v1.LocalObjectReference", block(1, b"\xff"), "invalid UTF-8"),
        ("util.intstr.IntOrString", number(1, 2), "IntOrString"),
        ("meta.v1.Time", number(1, 2**62), "out of range"),
        ("meta.v1.Time", number(1, -(2**62)), "out of range"),
        ("runtime.RawExtension", block(1, b"{"), "JSON"),
        ("runtime.RawExtension", block(1, b"[" * 100_000), "JSON"),
        ("apiextensions.v1.JSONSchemaProps", varint(9 << 3 | 1) + b"\x00" * 6 + b"\xf0\x7f", "not finite"),
        ("apiextensions.v1.JSONSchemaProps", _nested(101), "nested too deeply"),
        ("core.v1.PodSpec", block(2, b"") * 100_001, "more than 100000 fields"),
        ("core.v1.PodSecurityContext", block(4, b"\x01" * 100_001), "more than 100000 fields"),
    ],
    ids=range(17),
)
def test_what_is_refused(name: str, body: bytes, words: str) -> None:
    with pytest.raises(Broken, match=words):
        read_message(name, body)


def test_deep_but_not_too_deep() -> None:
    assert read_message("apiextensions.v1.JSONSchemaProps", _nested(100))
