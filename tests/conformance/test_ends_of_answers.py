"""Answers end their line, so that the next prompt of a shell does not stand behind them."""

import pytest

from tests.harness.kubernetes_api import JSON, TABLE, KubernetesApi

_DISCOVERY = f"{JSON};g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"


@pytest.mark.parametrize(
    "path",
    [
        *("/api", "/apis", "/api/v1", "/apis/apps", "/apis/apps/v1"),
        *("/api/v1/namespaces", "/api/v1/namespaces/default", "/api/v1/namespaces/none", "/api/v1/none"),
        *("/apis/metrics.k8s.io/v1beta1/nodes", "/apis/apps/v1/deployments/name", "/nothing"),
    ],
)
def test_a_line(api: KubernetesApi, path: str) -> None:
    assert api.ask("GET", path).body.endswith(b"\n")


@pytest.mark.parametrize(
    ("path", "accept"),
    [("/api/v1/nodes", TABLE), ("/api/v1/namespaces/default", TABLE), ("/api", _DISCOVERY), ("/apis", _DISCOVERY)],
)
def test_in_other_forms(api: KubernetesApi, path: str, accept: str) -> None:
    assert api.ask("GET", path, accept=accept).body.endswith(b"}\n")


def test_of_writes(api: KubernetesApi, namespace: str) -> None:
    maps = f"/api/v1/namespaces/{namespace}/configmaps"
    for _ in ("created", "refused"):
        assert api.ask("POST", maps, body={"metadata": {"name": "a"}}).body.endswith(b"}\n")
    for _ in ("deleted", "refused"):
        assert api.ask("DELETE", f"{maps}/a").body.endswith(b"}\n")


def test_no_line(api: KubernetesApi) -> None:
    for path in ("/version", "/readyz"):
        assert not api.ask("GET", path).body.endswith(b"\n")
