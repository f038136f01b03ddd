"""kubectl auth, which asks in Protobuf."""

import pytest

from tests.harness.kubectl import KubectlFailed
from tests.harness.kubernetes_api import KubernetesApi

REVIEW = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"


def test_may_i(api: KubernetesApi) -> None:
    assert api.kubectl("auth", "can-i", "delete", "pods", "--namespace", "default").strip() == "yes"
    assert api.kubectl("auth", "can-i", "get", "/version", "--as", "jane").strip() == "yes"
    for question in (("get", "pods/log"), ("delete", "pods"), ("get", "/metrics")):
        with pytest.raises(KubectlFailed):
            api.kubectl("auth", "can-i", *question, "--as", "jane")


def test_all_that_i_may(api: KubernetesApi) -> None:
    printed = api.kubectl("auth", "can-i", "--list", "--as", "jane")
    assert "selfsubjectaccessreviews.authorization.k8s.io" in printed
    assert "*.*" not in printed


def test_who_am_i(api: KubernetesApi) -> None:
    printed = api.kubectl("auth", "whoami", "--as", "jane", "--as-group", "crew")
    assert "[crew system:authenticated]" in printed


def test_a_body_that_is_something_else(api: KubernetesApi) -> None:
    answer = api.ask("POST", REVIEW, body=b"{}", headers={"Content-Type": "text/plain"})
    code, reason, words = answer.refusal
    assert (code, reason) == (415, "UnsupportedMediaType")
    assert words.startswith("the body of the request was in an unknown format - accepted media types include: ")


@pytest.mark.parametrize("body", [b"{", b"", b"[]"])
def test_a_body_that_is_no_object(api: KubernetesApi, body: bytes) -> None:
    code, reason, words = api.ask("POST", REVIEW, body=body).refusal
    assert (code, reason) == (400, "BadRequest")
    assert words.startswith(
        "the object provided is unrecognized (must be of type SelfSubjectAccessReview): "
        "couldn't get version/kind; json parse error: "
    )


def test_broken_protobuf(api: KubernetesApi) -> None:
    """How it is broken is said in other words."""
    for body in (b"k8s\x00\xff\xff", b"something", b"k8s\x00\x12\x7f"):
        answer = api.ask("POST", REVIEW, body=body, headers={"Content-Type": "application/vnd.kubernetes.protobuf"})
        assert answer.refusal[:2] == (400, "BadRequest")
