"""Clients send Protobuf, well formed or not."""

import pytest

from tests.harness.kubernetes_api import Answer, KubernetesApi

PROTOBUF = "application/vnd.kubernetes.protobuf"
_TYPE = b"k8s\0\n\x0f\n\x02v1\x12\tConfigMap"
_UNKNOWN = "the object provided is unrecognized (must be of type ConfigMap): "
_NO_PREFIX = "provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]"
_CANNOT = 'ConfigMap in version "v1" cannot be handled as a ConfigMap: '
_OTHER_VERSION = (
    'ConfigMap in version "v7" cannot be handled as a ConfigMap: '
    'no kind "ConfigMap" is registered for version "v7" in scheme "pkg/runtime/scheme.go:111"'
)
_OTHER_KIND = (
    'Secret in version "v1" cannot be handled as a ConfigMap: '
    "converting (v1.Secret) to (core.ConfigMap): unknown conversion"
)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", f"{_UNKNOWN}empty data (<empty>)"),
        (
            b"hello",
            f"{_UNKNOWN}{_NO_PREFIX} (68656c6c6f)",
        ),
        (b"k8s\0", f"{_UNKNOWN}empty body (6b387300)"),
        (b"k8s\0\xff", f"{_UNKNOWN}unexpected EOF (6b387300ff)"),
        (_TYPE + b"\x12\x02\n\x7f", f"{_CANNOT}unexpected EOF"),
        (_TYPE.replace(b"v1", b"v7") + b"\x12\0", _OTHER_VERSION),
        (_TYPE.replace(b"\x0f", b"\x0c").replace(b"\tConfigMap", b"\x06Secret") + b"\x12\0", _OTHER_KIND),
    ],
    ids=["nothing", "no Protobuf", "no envelope", "half an envelope", "half an object", "other version", "other kind"],
)
def test_what_is_none_is_refused(api: KubernetesApi, namespace: str, body: bytes, words: str) -> None:
    assert _send(api, namespace, body).refusal == (400, "BadRequest", words)


def test_a_field_of_the_wrong_sort(api: KubernetesApi, namespace: str) -> None:
    code, reason, words = _send(api, namespace, _TYPE + b"\x12\x02\x08\x7f").refusal
    assert (code, reason) == (400, "BadRequest")
    assert words.startswith(f"{_CANNOT}proto: wrong wireType = 0 for field ")


def test_without_a_kind_it_is_that_of_the_path(api: KubernetesApi, namespace: str) -> None:
    created = _send(api, namespace, b"k8s\0\x12\x06\n\x04\n\x02ab")
    assert (created.code, created.json()["metadata"]["name"]) == (201, "ab")


def test_options_of_a_deletion(api: KubernetesApi, namespace: str) -> None:
    _send(api, namespace, b"k8s\0\x12\x06\n\x04\n\x02ab")
    path = f"/api/v1/namespaces/{namespace}/configmaps/ab"
    head = b"k8s\0\n\x13\n\x02v1\x12\rDeleteOptions\x12"
    for body, code in ((b"junk", 400), (head + b"\x05\x12\x03\n\x01u", 409), (head + b"\0", 200)):
        assert api.ask("DELETE", path, body=body, headers={"Content-Type": PROTOBUF}).code == code


def _send(api: KubernetesApi, namespace: str, body: bytes) -> Answer:
    path = f"/api/v1/namespaces/{namespace}/configmaps"
    return api.ask("POST", path, body=body, headers={"Content-Type": PROTOBUF})
