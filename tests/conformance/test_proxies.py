"""HTTP to pods and services through the API server."""

import re
from typing import Any

import pytest

from tests.conformance.pods import start
from tests.harness.kubernetes_api import KubernetesApi
from tests.harness.waiting import eventually

HELLO = rb"Hello Kubernetes bootcamp! \| Running on: web \| v=v?1\n"


@pytest.fixture
def web(api: KubernetesApi, namespace: str) -> str:
    """The namespace of a pod and services that lead to it, and to nobody."""
    start(api, namespace, "web", labels={"app": "web"})
    for name, selector in (("web", "web"), ("empty", "nobody")):
        spec: Any = {"selector": {"app": selector}, "ports": [{"name": "http", "port": 80, "targetPort": 8080}]}
        api.create(f"/api/v1/namespaces/{namespace}/services", {"metadata": {"name": name}, "spec": spec})
    return f"/api/v1/namespaces/{namespace}"


def says_hello(api: KubernetesApi, method: str, path: str, body: bytes | None) -> bool:
    """Whether the site answers; raises AssertionError with what came instead.

    The site that stands in for the tutorial's on the test cluster does not end its answers properly, and now and then
    closes before it has read a body.
    """
    answer = api.beginning(method, path, body=body)
    assert re.fullmatch(HELLO, answer.body), answer.body
    assert answer.headers["Content-Type"].startswith("text/plain")
    return True


@pytest.mark.parametrize(
    "path",
    [
        "pods/web:8080/proxy/",
        "pods/http:web:8080/proxy/any/where?a=b",
        "services/web:80/proxy/",
        "services/web:http/proxy/",
        "services/http:web:http/proxy/",
    ],
)
def test_the_site_answers(api: KubernetesApi, web: str, path: str) -> None:
    address = f"{web}/{path}"
    eventually(lambda: api.beginning("GET", address).code == 200)
    eventually(lambda: says_hello(api, "GET", address, None))
    eventually(lambda: says_hello(api, "POST", address, b"x"))


def is_refused(api: KubernetesApi, address: str, code: int, reason: str, words: str) -> bool:
    """Raises AssertionError with what came instead."""
    assert api.ask("GET", address).refusal == (code, reason, words)
    return True


@pytest.mark.parametrize(
    ("path", "code", "reason", "words"),
    [
        ("pods/nobody:8080/proxy/", 404, "NotFound", 'pods "nobody" not found'),
        ("services/nobody:80/proxy/", 404, "NotFound", 'services "nobody" not found'),
        ("services/empty:80/proxy/", 503, "ServiceUnavailable", 'no endpoints available for service "empty"'),
        ("services/web:81/proxy/", 503, "ServiceUnavailable", 'no service port 81 found for service "web"'),
        ("services/web/proxy/", 503, "ServiceUnavailable", 'no endpoints available for service "web"'),
    ],
)
def test_who_does_not_answer(api: KubernetesApi, web: str, path: str, code: int, reason: str, words: str) -> None:
    # The API server learns of new services by a watch of its own.
    eventually(lambda: is_refused(api, f"{web}/{path}", code, reason, words))


@pytest.mark.parametrize("port", ["9999", "80"])
def test_nobody_listens(api: KubernetesApi, web: str, port: str) -> None:
    code, reason, words = api.ask("GET", f"{web}/pods/web:{port}/proxy/").refusal
    assert (code, reason) == (503, "ServiceUnavailable")
    refused = rf"error trying to reach service: dial tcp [\d.]+:{port}: connect: connection refused"
    assert re.fullmatch(refused, words), words
