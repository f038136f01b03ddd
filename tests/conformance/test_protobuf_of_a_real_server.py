"""What a real server writes as Protobuf is read as what it writes as JSON."""

import secrets
from collections.abc import Iterator
from typing import Any

import pytest

from simulator.api.protobuf import PROTOBUF, is_readable, read_content, unwrapped
from simulator.kinds import CUSTOM_RESOURCE_DEFINITIONS, DEPLOYMENTS, INGRESSES, KINDS, PODS, Kind
from tests.conformance.zoo import fill
from tests.harness.kubernetes_api import JSON, KubernetesApi

_READABLE = [kind for kind in KINDS if is_readable(kind) and "get" in kind.verbs]
_RICH_POD = {
    "metadata": {"name": "rich", "annotations": {"why": ""}},
    "spec": {
        "schedulerName": "nobody",
        "priority": 0,
        "terminationGracePeriodSeconds": 0,
        "securityContext": {"supplementalGroups": [1, 2**31 - 1], "runAsUser": 0, "fsGroup": 7},
        "hostAliases": [{"ip": "192.0.2.1", "hostnames": ["a", "b"]}],
        "tolerations": [{"operator": "Exists", "tolerationSeconds": -1, "effect": "NoExecute"}],
        "affinity": {
            "podAntiAffinity": {
                "preferredDuringSchedulingIgnoredDuringExecution": [
                    {
                        "weight": 3,
                        "podAffinityTerm": {
                            "topologyKey": "zone",
                            "labelSelector": {"matchExpressions": [{"key": "a", "operator": "Exists"}]},
                        },
                    }
                ]
            }
        },
        "volumes": [
            {"name": "scratch", "emptyDir": {"sizeLimit": "1500Mi", "medium": "Memory"}},
            {"name": "host", "hostPath": {"path": "/srv", "type": ""}},
            {"name": "maps", "configMap": {"name": "maps", "items": [{"key": "a", "path": "b", "mode": 256}]}},
            {
                "name": "all",
                "projected": {
                    "sources": [
                        {"serviceAccountToken": {"path": "token", "expirationSeconds": 700}},
                        {"downwardAPI": {"items": [{"path": "n", "fieldRef": {"fieldPath": "metadata.name"}}]}},
                        {"secret": {"name": "key", "optional": False}},
                    ]
                },
            },
        ],
        "containers": [
            {
                "name": "one",
                "image": "example.invalid/one:1",
                "stdin": True,
                "env": [
                    {"name": "EMPTY"},
                    {"name": "KEY", "valueFrom": {"secretKeyRef": {"name": "key", "key": "word", "optional": True}}},
                    {"name": "CPU", "valueFrom": {"resourceFieldRef": {"resource": "limits.cpu", "divisor": "1m"}}},
                ],
                "envFrom": [{"prefix": "A_", "configMapRef": {"name": "maps"}}],
                "resources": {"limits": {"cpu": "1500m", "memory": "2Gi"}, "requests": {"cpu": "0.1"}},
                "livenessProbe": {"httpGet": {"path": "/", "port": "web", "httpHeaders": [{"name": "a", "value": ""}]}},
                "readinessProbe": {"tcpSocket": {"port": 80}, "failureThreshold": 7},
                "startupProbe": {"grpc": {"port": 80, "service": ""}},
                "lifecycle": {"preStop": {"exec": {"command": ["true"]}}},
                "securityContext": {"capabilities": {"drop": ["ALL"]}, "privileged": False},
                "volumeMounts": [{"name": "host", "mountPath": "/srv", "subPathExpr": "$(KEY)"}],
            }
        ],
    },
}
_SCHEMA = {
    "type": "object",
    "x-kubernetes-preserve-unknown-fields": True,
    "properties": {
        "spec": {
            "type": "object",
            "properties": {
                "ports": {"type": "array", "items": {"type": "integer", "minimum": 0.5, "maximum": 99, "default": 7}},
                "any": {"x-kubernetes-int-or-string": True},
                "map": {"type": "object", "additionalProperties": {"type": "string", "enum": ["a", "b"]}},
            },
        }
    },
}


@pytest.fixture(scope="module")
def filled(real_api: KubernetesApi) -> Iterator[None]:
    """A bit of everything, so that there is something to read."""
    namespace, group = f"test-{secrets.token_hex(4)}", f"test-{secrets.token_hex(4)}.example.com"
    definition = {
        "metadata": {"name": f"ships.{group}"},
        "spec": {
            "group": group,
            "scope": "Namespaced",
            "names": {"kind": "Ship", "plural": "ships"},
            "versions": [{"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": _SCHEMA}}],
        },
    }
    real_api.create("/api/v1/namespaces", {"metadata": {"name": namespace}})
    try:
        fill(real_api, namespace)
        real_api.create(f"/api/v1/namespaces/{namespace}/pods", _RICH_POD)
        real_api.create("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", definition)
        yield
    finally:
        real_api.ask("DELETE", f"/api/v1/namespaces/{namespace}")
        real_api.ask("DELETE", f"/apis/apiextensions.k8s.io/v1/customresourcedefinitions/ships.{group}")


def _paths(api: KubernetesApi, kind: Kind) -> Iterator[str]:
    """Where some objects of the kind are."""
    root = f"/apis/{kind.group}/{kind.version}" if kind.group else f"/api/{kind.version}"
    for item in api.get(f"{root}/{kind.plural}", {"limit": 60})["items"]:
        metadata = item["metadata"]
        place = f"namespaces/{metadata['namespace']}/" if kind.namespaced else ""
        yield f"{root}/{place}{kind.plural}/{metadata['name']}"


@pytest.mark.parametrize("kind", _READABLE, ids=lambda kind: kind.resource)
@pytest.mark.usefixtures("filled")
def test_an_object(real_api: KubernetesApi, kind: Kind) -> None:
    """Its Protobuf and its JSON of the same object are the same."""
    compared = 0
    for path in _paths(real_api, kind):
        before, answer, after = (real_api.ask("GET", path, accept=accept) for accept in (JSON, PROTOBUF, JSON))
        if before.code != 200 or before.body != after.body:
            continue  # it changed meanwhile, or is gone
        told = before.json()
        said, content = unwrapped(answer.body)
        assert said == {"apiVersion": kind.api_version, "kind": kind.kind}
        assert _without_null(read_content(kind, content)) == _without_null(told)
        compared += 1
    if kind in (PODS, DEPLOYMENTS, CUSTOM_RESOURCE_DEFINITIONS, INGRESSES):
        assert compared


def _without_null(value: Any) -> Any:
    """JSON of Go says null for empty times and for lists that are not there."""
    match value:
        case dict():
            return {key: _without_null(item) for key, item in value.items() if item is not None}
        case list():
            return [_without_null(item) for item in value]
    return value
