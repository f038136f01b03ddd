"""A request is taken apart as the API server does it, so that rights are asked for as RBAC names them."""

import pytest

from simulator.api.routing import RequestInfo, request_info


@pytest.mark.parametrize(
    ("method", "path", "query", "expected"),
    [
        ("GET", "/version", {}, ("get", "", "", "", "", "")),
        ("GET", "/api/v1/pods", {}, ("list", "", "pods", "", "", "")),
        ("GET", "/api/v1/pods", {"watch": "true"}, ("watch", "", "pods", "", "", "")),
        ("GET", "/api/v1/pods", {"watch": "0"}, ("list", "", "pods", "", "", "")),
        ("GET", "/api/v1/namespaces", {}, ("list", "", "namespaces", "", "", "")),
        ("GET", "/api/v1/namespaces/shop", {}, ("get", "", "namespaces", "shop", "shop", "")),
        ("PUT", "/api/v1/namespaces/shop/finalize", {}, ("update", "", "namespaces", "shop", "shop", "finalize")),
        ("POST", "/api/v1/namespaces/shop/pods", {}, ("create", "", "pods", "shop", "", "")),
        ("DELETE", "/api/v1/namespaces/shop/pods", {}, ("deletecollection", "", "pods", "shop", "", "")),
        ("DELETE", "/api/v1/namespaces/shop/pods/web", {}, ("delete", "", "pods", "shop", "web", "")),
        ("GET", "/api/v1/namespaces/shop/pods/web/log", {}, ("get", "", "pods", "shop", "web", "log")),
        (
            "PATCH",
            "/apis/apps/v1/namespaces/shop/deployments/web",
            {},
            ("patch", "apps", "deployments", "shop", "web", ""),
        ),
        ("GET", "/apis/apps/v1", {}, ("get", "", "", "", "", "")),
        ("GET", "/api/v1/nodes", {"fieldSelector": "metadata.name=node1"}, ("list", "", "nodes", "", "node1", "")),
        (
            "GET",
            "/apis/rbac.authorization.k8s.io/v1/clusterroles/system%3Anode%2Fx",
            {},
            ("get", "rbac.authorization.k8s.io", "clusterroles", "", "system:node/x", ""),
        ),
    ],
)
def test_a_request_is_taken_apart(method: str, path: str, query: dict[str, str], expected: tuple[str, ...]) -> None:
    info = request_info(method, path, query)
    assert (info.verb, info.group, info.resource, info.namespace, info.name, info.subresource) == expected


def test_a_proxied_path_is_kept() -> None:
    info = request_info("GET", "/api/v1/namespaces/shop/services/web:80/proxy/a/b.html", {})
    assert info.name == "web:80"
    assert (info.subresource, info.rest) == ("proxy", "/a/b.html")


def test_flags_are_read_as_go_reads_them() -> None:
    assert RequestInfo("list", "/", query={"watch": "t"}).flag("watch")
    assert not RequestInfo("list", "/", query={"watch": "yes"}).flag("watch")
